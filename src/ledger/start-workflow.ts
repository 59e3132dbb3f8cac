import { log } from '../lib/log.ts'
import type { Entry } from './entry.ts'

/** What a Workflow is started with: the request that it looks after, and which one of its Workflows it is. */
export type ProvisionParameters = {
  readonly id: string
  readonly run: number
  /** how many seconds it waits for the second attempt; absent if it makes the first one */
  readonly retryAfter?: number
}

/** Ended instances are kept for a person who looks into them; the ledger needs none of them. */
const RETENTION = { successRetention: '3 days', errorRetention: '7 days' } as const

/** How the Workflow of a request is: at work, held back by the platform or an operator, done, or stopped before. */
export type WorkflowHealth = 'alive' | 'held' | 'complete' | 'dead'

/**
 * Starts the Workflow that looks after a request. Its id comes from the request's own, so that no instance of an earlier
 * request under the same key is taken for it.
 *
 * @param retryAfter how many seconds it waits first, if the ledger has made an attempt and nothing was done
 * @returns whether it runs now; if it doesn't, the ledger tries again later
 */
export async function startWorkflow(
  workflow: Workflow<ProvisionParameters>,
  entry: Entry,
  retryAfter?: number,
): Promise<boolean> {
  const { id, run } = entry
  const params = { id, run, ...(retryAfter !== undefined && { retryAfter }) }
  try {
    await workflow.create({ id: instanceIdOf(entry), params, retention: RETENTION })
    return true
  } catch (error) {
    // the error crosses a process boundary, which keeps its text only
    if (error instanceof Error && error.message.includes('instance.already_exists')) return true
    log('error', 'workflow.not_started', { request: id })
    return false
  }
}

/**
 * Asks how the Workflow is that looks after a request.
 *
 * @returns undefined if that can't be told now
 */
export async function workflowHealth(
  workflow: Workflow<ProvisionParameters>,
  entry: Entry,
): Promise<WorkflowHealth | undefined> {
  try {
    const instance = await workflow.get(instanceIdOf(entry))
    const { status } = await instance.status()
    return health[status]
  } catch (error) {
    if (error instanceof Error && error.message.includes('instance.not_found')) return 'dead'
    log('warn', 'workflow.not_asked', { request: entry.id })
    return undefined
  }
}

const health: Readonly<Record<InstanceStatus['status'], WorkflowHealth>> = {
  queued: 'held',
  running: 'alive',
  waiting: 'alive',
  paused: 'held',
  waitingForPause: 'held',
  rollingBack: 'alive',
  complete: 'complete',
  errored: 'dead',
  terminated: 'dead',
  unknown: 'dead',
}

function instanceIdOf({ id, run }: Entry): string {
  return `${id}-${run}`
}
