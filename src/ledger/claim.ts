import type { ProblemCode } from '../problem/catalog.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { Order } from '../provisioning/order.ts'
import { inShard, type Shard, shardOf } from './request-id.ts'
import { type Claimant, fingerprintOf, type Identity, keyOf } from './sameness.ts'
import type { Tell } from './tell.ts'

/** What the ledger is asked to do at most once. */
export type Claim = Claimant & {
  /** the id that the request gets if it is new */
  readonly id: string
  /** a digest of the request's identity, or null if every such request is a new one */
  readonly key: string | null
  /** whether the key is of a ticket that can be transferred, and so have an alias */
  readonly isTransferable: boolean
  /** a digest of the content, to tell another request under the same key */
  readonly fingerprint: string
  readonly order: Order
  /** the sender's id of the person who asks; null if the source doesn't say, or is one caller's own */
  readonly personId: string | null
  /** who approved it, as a signed event says */
  readonly approvedBy: string | null
  /** whether the caller doesn't wait for the outcome */
  readonly background: boolean
  /** where the outcome is told beside the callback */
  readonly tell: Tell | null
  /** what should be known although it works, such as parts of a ticket that were not read */
  readonly warnings: readonly string[]
  /** why it can't be done, if it is recorded for its author's sake only */
  readonly refusal?: Refusal | undefined
  /** a signed body that asks once, until that time in epoch milliseconds; absent if it may be sent again */
  readonly once?: { readonly digest: string; readonly until: number } | undefined
  readonly traceparent?: string | undefined
}

/** A problem that was found before the ledger was asked. */
export type Refusal = {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly FieldFault[]
}

/** What a claim is made from. */
export type ClaimInput = Pick<Claim, 'order' | 'background' | 'tell' | 'refusal' | 'once' | 'traceparent'> &
  Partial<Pick<Claim, 'personId' | 'approvedBy' | 'warnings'>> & {
    /** the id that the request came in with */
    readonly requestId: string
    readonly claimant: Claimant
    /** what was written, before presets and defaults apply; other content under the same key is another request */
    readonly content: object
    /** null if nothing tells that two requests are the same */
    readonly identity: Identity | null
  }

/**
 * Makes a claim, and finds the shard that must decide on it.
 *
 * @returns the claim, under an id of that shard
 */
export async function claimOf(input: ClaimInput): Promise<{ claim: Claim; shard: Shard }> {
  const { requestId, claimant, content, identity, ...rest } = input
  const key = identity && (await keyOf(claimant, identity))
  const shard = key?.[0] ?? shardOf(requestId) ?? ''
  const claim = {
    personId: null,
    approvedBy: null,
    warnings: [],
    ...claimant,
    ...rest,
    id: inShard(requestId, shard),
    key,
    isTransferable: identity?.kind === 'issue',
    fingerprint: await fingerprintOf(content),
  }
  return { claim, shard }
}
