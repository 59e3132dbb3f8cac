import { hex, sha256 } from '../lib/encoding.ts'
import type { ProblemCode } from '../problem/catalog.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { Order } from '../provisioning/order.ts'
import { inShard, type Shard, shardOf } from './request-id.ts'
import type { Tell } from './tell.ts'

/** Who makes a claim: an API key's caller, or a sender. Each has its own space of keys. */
export type Claimant = {
  /** `api`, or the sender's name */
  readonly source: string
  readonly caller: string
}

/** What makes two requests of one claimant the same request. */
export type Identity =
  /** a key of the claimant's own: `Idempotency-Key`, or a delivery's id */
  | { readonly kind: 'key'; readonly key: string }
  /** one vault for each ticket and name */
  | { readonly kind: 'ticket'; readonly ticket: string; readonly name: string }

/** What the ledger is asked to do at most once. */
export type Claim = Claimant & {
  /** the id that the request gets if it is new */
  readonly id: string
  /** a digest of the request's identity, or null if every such request is a new one */
  readonly key: string | null
  /** a digest of the content, to tell another request under the same key */
  readonly fingerprint: string
  readonly order: Order
  /** whether a Workflow does the work, so that the caller doesn't wait for it */
  readonly background: boolean
  /** where the outcome is told beside the callback */
  readonly tell: Tell | null
  /** why it can't be done, if it is recorded for its author's sake only */
  readonly refusal?: Refusal | undefined
  readonly traceparent?: string | undefined
}

/** A problem that was found before the ledger was asked. */
export type Refusal = {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly FieldFault[]
}

/** What a claim is made from. */
export type ClaimInput = Pick<Claim, 'order' | 'background' | 'tell' | 'refusal' | 'traceparent'> & {
  /** the id that the request came in with */
  readonly requestId: string
  readonly claimant: Claimant
  /** what was sent; other content under the same key is another request */
  readonly content: unknown
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
  const fingerprint = await digest(content)
  return { claim: { ...claimant, ...rest, id: inShard(requestId, shard), key, fingerprint }, shard }
}

/** Identifies a request by its `Idempotency-Key`, else by its ticket and name. */
export function identityOf({ ticket, name }: Order, idempotencyKey: string | undefined): Identity | null {
  if (idempotencyKey !== undefined) return { kind: 'key', key: idempotencyKey }
  return ticket ? { kind: 'ticket', ticket: ticket.id, name } : null
}

function keyOf({ source, caller }: Claimant, identity: Identity): Promise<string> {
  switch (identity.kind) {
    case 'key':
      return digest([source, caller, 'key', identity.key])
    case 'ticket':
      return digest([source, caller, 'ticket', identity.ticket, identity.name])
  }
}

async function digest(value: unknown): Promise<string> {
  return hex(await sha256(JSON.stringify(value)))
}
