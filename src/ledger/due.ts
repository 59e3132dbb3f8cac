import type { Entry } from './entry.ts'

/** Milliseconds that an ended request is kept. One whose outcome is unknown is kept until it is settled. */
const KEPT = 30 * 24 * 3_600_000
/** Milliseconds after which a request that a Workflow should look after is taken to be abandoned by it. */
const ABANDONED = 24 * 3_600_000
/** Milliseconds after the deadline in which an answer may still be on its way to the ledger. */
const GRACE = 5_000

/** @returns epoch milliseconds after which a try that has not ended is cut off: nobody is at it any more */
export function overdueAt({ deadline, updatedAt }: Entry): number {
  return deadline ?? updatedAt + ABANDONED
}

/**
 * @param entry a request
 * @returns epoch milliseconds when the ledger must look at it again by itself, or null
 */
export function dueAt(entry: Entry): number | null {
  if (entry.workflow === 'due') return entry.updatedAt + GRACE
  switch (entry.status) {
    case 'accepted':
    case 'creating':
      return overdueAt(entry) + GRACE
    case 'created':
    case 'failed':
      return entry.updatedAt + KEPT
    case 'unknown':
      return null
  }
}
