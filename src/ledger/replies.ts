import { world } from '../lib/world.ts'
import type { Entry, RequestRecord, Status } from './entry.ts'
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
    }
  | { readonly kind: 'again'; readonly retryAfter: number }
  | { readonly kind: 'gone' }

/** Says how far a request is, to the Workflow that looks after it. */
export function progressOf(entry: Entry | undefined): Progress {
  if (!entry) return { kind: 'gone' }
  switch (entry.status) {
    case 'accepted':
      return { kind: 'again', retryAfter: secondsUntil(entry.nextAttemptAt) || POLL_AGAIN_SECONDS }
    case 'creating':
      return { kind: 'again', retryAfter: secondsUntil(entry.deadline) + POLL_AGAIN_SECONDS }
    case 'created':
    case 'failed':
    case 'unknown':
      return {
        kind: 'ended',
        status: entry.status,
        callbackUrl: entry.order.callbackUrl ?? null,
        tell: entry.tell,
      }
  }
}

function secondsUntil(time: number | null): number {
  return time === null ? 0 : Math.max(0, Math.ceil((time - world.now()) / 1_000))
}
