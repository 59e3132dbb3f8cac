import type { Bindings } from '../env.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { type Alarm, hasMissedAttempt } from './alarm.ts'
import { type Entry, isUnderWay } from './entry.ts'
import { secondsUntil } from './replies.ts'
import { isSearching } from './search.ts'
import { type ProvisionParameters, startWorkflow, workflowHealth } from './start-workflow.ts'
import type { Store } from './store.ts'

/** A Workflow that shows its life more often than this is not written down each time. */
const MIN_SEEN_INTERVAL_MS = 60_000
/** For how long a Workflow that ends too early is followed by another to tell an outcome. */
const MAX_TELLING_HOURS = 24

/** Starts the Workflows that look after the requests of one shard, and replaces those that stop before their work is done. */
export class Workflows {
  readonly #env: Bindings
  readonly #store: Store
  readonly #alarm: Alarm
  readonly #waitUntil: (work: Promise<unknown>) => void

  /** Starts Workflows for one shard; `waitUntil` keeps its object alive for work that no answer waits for. */
  constructor(env: Bindings, store: Store, alarm: Alarm, waitUntil: (work: Promise<unknown>) => void) {
    this.#env = env
    this.#store = store
    this.#alarm = alarm
    this.#waitUntil = waitUntil
  }

  /** Starts what remains to be done, without keeping the answer waiting. */
  startFollowUp(entry: Entry): void {
    const started = entry.workflow === 'due' ? this.start(entry) : this.#alarm.wakeFor(entry)
    if (started) this.#waitUntil(started)
  }

  /** Starts a request's Workflow. If that can't be done now, the alarm tries again. */
  async start(entry: Entry): Promise<void> {
    await this.#alarm.wakeFor(entry)
    const { nextAttemptAt } = entry
    const retryAfter = nextAttemptAt === null ? undefined : secondsUntil(nextAttemptAt)
    if (!(await startWorkflow(this.#env.PROVISION, entry, retryAfter))) return
    const now = this.#store.get(entry.id)
    if (now?.run !== entry.run || now.workflow !== 'due') return
    await this.#alarm.wakeFor(this.#store.advance(entry.id, { type: 'workflow-seen' }))
  }

  /** Starts the next Workflow if the one that looks after a request has stopped before its work was done. */
  async check(entry: Entry): Promise<void> {
    const health = await workflowHealth(this.#env.PROVISION, entry)
    const now = this.#store.get(entry.id)
    // it may have ended its work meanwhile, or been followed by another
    if (now?.run !== entry.run || now.workflow !== 'started') return
    const hasEnded = !isUnderWay(now)
    const isTellingOver = hasEnded && world.now() > now.updatedAt + MAX_TELLING_HOURS * 3_600_000
    if (isTellingOver || (hasEnded && health === 'complete' && !isSearching(now))) {
      this.#store.advance(now.id, { type: 'workflow-ended', told: [] })
    } else if (
      health === 'dead' ||
      health === 'complete' ||
      (health === 'alive' && hasMissedAttempt(now, world.now()))
    ) {
      log('error', 'workflow.lost', { request: now.id, run: now.run, status: now.status })
      await this.start(this.#store.advance(now.id, { type: 'workflow-lost' }))
    } else {
      this.#store.advance(now.id, { type: 'workflow-seen' })
    }
  }

  /**
   * Reads the entry for one of its Workflows, which has shown by asking that it is alive.
   *
   * @returns undefined for a Workflow that another has followed
   */
  seen({ id, run }: ProvisionParameters): Entry | undefined {
    const entry = this.#store.get(id)
    if (entry?.run !== run) return undefined
    const isRecent =
      entry.workflowSeenAt !== null && world.now() < entry.workflowSeenAt + MIN_SEEN_INTERVAL_MS
    return isRecent ? entry : this.#store.advance(id, { type: 'workflow-seen' })
  }
}
