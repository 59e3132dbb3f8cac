import { hex, sha256 } from '../lib/encoding.ts'
import { log } from '../lib/log.ts'
import type { Entry } from './entry.ts'

/** What the Workflow is started with: the request that it looks after. */
export type ProvisionParameters = { readonly id: string }

/**
 * Starts the Workflow that looks after a request, once for each attempt: its id is a digest of the request's key.
 *
 * @returns whether it runs now; if it doesn't, the ledger tries again later
 */
export async function startWorkflow(workflow: Workflow<ProvisionParameters>, entry: Entry): Promise<boolean> {
  const digest = hex(await sha256(entry.key ?? entry.id))
  const id = entry.attempt === 1 ? digest : `${digest}-${entry.attempt}`
  try {
    await workflow.create({ id, params: { id: entry.id } })
    return true
  } catch (error) {
    // the error crosses a process boundary, which keeps its text only
    if (error instanceof Error && error.message.includes('instance.already_exists')) return true
    log('error', 'workflow.not_started', { request: entry.id })
    return false
  }
}
