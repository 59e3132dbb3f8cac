import { world } from '../lib/world.ts'
import type { Entry, RequestRecord, Status } from './entry.ts'
import { nextLookAt } from './search.ts'
import type { Tell } from './tell.ts'

/** When to ask again for a request that is running. */
export const POLL_AGAIN_SECONDS = 2

/** What the ledger says to a claim. */
export type Reply =
  | { readonly kind: 'ended'; readonly record: RequestRecord; readonly replayed: boolean }
  | { readonly kind: 'accepted'; readonly record: RequestRecord }
  | { readonly kind: 'running'; readonly record: RequestRecord; readonly retryAfter: number }
  | { readonly kind: 'reused'; readonly record: RequestRecord }

/** What a shard says to a claim: the reply, or the key that the claim's own one leads to, perhaps in another shard. */
export type LedgerReply = Reply | { readonly kind: 'moved'; readonly key: string }

/** What the ledger tells the Workflow: the request has ended, must be retried, or is not kept any more. */
export type Progress =
  | {
      readonly kind: 'ended'
      readonly status: Status
      readonly callbackUrl: string | null
      readonly tell: Tell | null
      /** whether the expiry of its credentials is still to be set; results of steps of earlier versions don't say */
      readonly isExpiryPending?: boolean
      /** the ids of owners who are still to be told */
      readonly ownersToTell: readonly string[]
      /** the search for its vault that is still to be made, or null */
      readonly search: { readonly looksCount: number; readonly nextLookInSeconds: number } | null
    }
  | { readonly kind: 'again'; readonly retryAfter: number }
  | { readonly kind: 'gone' }

/** What a look through the system log tells the Workflow, and nothing more of what it saw. */
export type LookResult = {
  /** the vault that the request was settled with, or null */
  readonly vaultId: string | null
  /** null if the search is over */
  readonly nextLookInSeconds: number | null
}

/** Says how long the Workflow waits for the next look; null if there is none to come. */
export function nextLookInSeconds(entry: Entry): number | null {
  const lookAt = nextLookAt(entry)
  return lookAt === null ? null : secondsUntil(lookAt)
}

/**
 * Says how far a request is, to the Workflow that looks after it.
 *
 * @param run which of its Workflows asks; for an earlier one the request is gone
 */
export function progressOf(entry: Entry | undefined, run: number): Progress {
  if (entry?.run !== run) return { kind: 'gone' }
  switch (entry.status) {
    case 'accepted':
      return { kind: 'again', retryAfter: secondsUntil(entry.nextAttemptAt) || POLL_AGAIN_SECONDS }
    case 'creating':
      return { kind: 'again', retryAfter: secondsUntil(entry.deadline) + POLL_AGAIN_SECONDS }
    case 'created':
    case 'failed':
    case 'unknown': {
      const waitSeconds = nextLookInSeconds(entry)
      return {
        kind: 'ended',
        status: entry.status,
        callbackUrl: entry.order.callbackUrl ?? null,
        tell: entry.tell,
        isExpiryPending: entry.status === 'created' && entry.expiry === 'pending',
        ownersToTell: entry.status === 'created' ? (entry.ownersToTell ?? []) : [],
        search:
          waitSeconds === null
            ? null
            : { looksCount: entry.search?.looksCount ?? 0, nextLookInSeconds: waitSeconds },
      }
    }
  }
}

/** Says how many seconds there are until a time; 0 if it has passed, or there is none. */
export function secondsUntil(time: number | null): number {
  return time === null ? 0 : Math.max(0, Math.ceil((time - world.now()) / 1_000))
}
