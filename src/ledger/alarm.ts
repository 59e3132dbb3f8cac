import type { Entry } from './entry.ts'

const MS_PER_MINUTE = 60_000
const MS_PER_HOUR = 60 * MS_PER_MINUTE
/** How long an ended request is kept. One whose outcome is unknown is kept until it is settled. */
const RETENTION_DAYS = 30
/** When a request that a Workflow looks after is taken to be abandoned by it. */
const WORKFLOW_TIMEOUT_HOURS = 24
/** How often a Workflow is asked whether it is alive. */
const WORKFLOW_CHECK_MINUTES = 10
/** How long after the deadline an answer may still be on its way to the ledger. */
const GRACE_MS = 5_000
/** How long before the deadline of an attempt in the background the ledger looks whether it was cut off. */
const CUT_OFF_CHECK_MS = 90_000
const MIN_ALARM_INTERVAL_MS = 5_000

/**
 * Says when an attempt that has not ended was cut off.
 *
 * @returns epoch milliseconds
 */
export function overdueAt({ deadline, updatedAt }: Entry): number {
  return deadline ?? updatedAt + WORKFLOW_TIMEOUT_HOURS * MS_PER_HOUR
}

/**
 * Says when the ledger must look at a request by itself.
 *
 * @returns epoch milliseconds, or null for never
 */
export function dueAt(entry: Entry): number | null {
  if (entry.workflow === 'due')
    return entry.deadline === null ? entry.updatedAt + GRACE_MS : entry.deadline - CUT_OFF_CHECK_MS
  const times = [workflowCheckAt(entry), endAt(entry)].filter((time) => time !== null)
  return times.length > 0 ? Math.min(...times) : null
}

/**
 * Says when to ask whether the Workflow that looks after a request is alive.
 *
 * @returns epoch milliseconds, or null if no Workflow does
 */
export function workflowCheckAt({ workflow, workflowSeenAt, updatedAt }: Entry): number | null {
  if (workflow !== 'started') return null
  return (workflowSeenAt ?? updatedAt) + WORKFLOW_CHECK_MINUTES * MS_PER_MINUTE
}

/**
 * Says whether a Workflow that is said to be alive has missed the attempt that it was to make. The platform may know it
 * as running and never run it again.
 *
 * @param now epoch milliseconds
 */
export function hasMissedAttempt(
  { status, deadline, nextAttemptAt, updatedAt }: Entry,
  now: number,
): boolean {
  const isWaiting = status === 'accepted' && deadline === null
  return isWaiting && now > (nextAttemptAt ?? updatedAt) + WORKFLOW_CHECK_MINUTES * MS_PER_MINUTE
}

/** Says when a request is taken to be cut off, or, if it has ended, when it is deleted. */
function endAt(entry: Entry): number | null {
  switch (entry.status) {
    case 'accepted':
    case 'creating':
      return overdueAt(entry) + GRACE_MS
    case 'created':
    case 'failed':
      return entry.updatedAt + RETENTION_DAYS * 24 * MS_PER_HOUR
    case 'unknown':
      return null
  }
}

/**
 * Says when the ledger must look whether an alias still leads to a request.
 *
 * @param now epoch milliseconds
 * @returns epoch milliseconds
 */
export function aliasDueAt(now: number): number {
  return now + RETENTION_DAYS * 24 * MS_PER_HOUR
}

/** A Durable Object's one alarm, set for whatever is due first. */
export class Alarm {
  readonly #storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>
  readonly #now: () => number
  /** epoch milliseconds when it goes off, or null if it is not set */
  #time: number | null = null

  /**
   * Begins without a time to wake at.
   *
   * @param storage the object's own
   * @param now the clock, in epoch milliseconds
   */
  constructor(storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>, now: () => number) {
    this.#storage = storage
    this.#now = now
  }

  /** Reads the time that was set before the object was restarted. */
  async restore(): Promise<void> {
    this.#time = await this.#storage.getAlarm()
  }

  /** Notes that it went off, and that no other is set. */
  clear(): void {
    this.#time = null
  }

  /** Makes sure that it goes off when a request is due. */
  wakeFor(entry: Entry): Promise<void> | undefined {
    const due = dueAt(entry)
    return due === null ? undefined : this.wakeAt(due)
  }

  /**
   * Makes sure that it goes off in time. Nearly always it does already. It never goes off at once: what can't be done for
   * hours must not be retried without a pause.
   *
   * @param due epoch milliseconds
   * @returns a promise if it is set anew
   */
  wakeAt(due: number): Promise<void> | undefined {
    const time = Math.max(due, this.#now() + MIN_ALARM_INTERVAL_MS)
    if (this.#time !== null && this.#time <= time) return undefined
    this.#time = time
    return this.#storage.setAlarm(time).catch((error: unknown) => {
      this.#time = null
      throw error
    })
  }
}
