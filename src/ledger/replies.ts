import { world } from '../lib/world.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { Tell } from './claim.ts'
import type { Entry, RequestRecord, Status } from './entry.ts'

/** Seconds after which to ask again for a request that is running. */
export const SOON = 2

/** What the ledger says to a claim. */
export type Reply =
  | { readonly kind: 'ended'; readonly record: RequestRecord; readonly replayed: boolean }
  | { readonly kind: 'accepted'; readonly record: RequestRecord }
  | { readonly kind: 'running'; readonly record: RequestRecord; readonly retryAfter: number }
  | { readonly kind: 'reused'; readonly record: RequestRecord }

/** What the Workflow learns: the request has come to its end, or is to be tried again. */
export type Progress =
  | {
      readonly kind: 'ended'
      readonly status: Status
      readonly callbackUrl: string | null
      readonly tell: Tell | null
    }
  | { readonly kind: 'again'; readonly retryAfter: number }
  | { readonly kind: 'gone' }

/** How a person settles an unknown outcome: the vault that was found, or none. */
export type Settlement = { readonly vaultId: string | null; readonly by: string }

/** What became of a settlement; only an unknown outcome can be settled. */
export type Settled =
  | { readonly kind: 'settled'; readonly record: RequestRecord }
  | { readonly kind: 'not-unknown'; readonly record: RequestRecord }
  | { readonly kind: 'vault-not-read'; readonly problem: ProblemDocument }
  | { readonly kind: 'gone' }

/** @returns what the Workflow learns that looks after a request, if that is still kept */
export function progressOf(entry: Entry | undefined): Progress {
  if (!entry) return { kind: 'gone' }
  switch (entry.status) {
    case 'accepted':
      return { kind: 'again', retryAfter: entry.problem?.retryAfter ?? SOON }
    case 'creating':
      return { kind: 'again', retryAfter: Math.ceil(((entry.deadline ?? 0) - world.now()) / 1_000) + SOON }
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
