import { hex, sha256 } from '../lib/encoding.ts'
import type { ProblemCode } from '../problem/catalog.ts'
import { type FieldFault, Problem } from '../problem/problem.ts'
import type { Order } from '../provisioning/order.ts'
import { inShard, type Shard, shardOf } from './request-id.ts'

/** Who asks: an API key's caller, or a sender. Each has a space of keys of its own. */
export type Asker = {
  /** `api`, or the sender's name */
  readonly source: string
  readonly caller: string
}

/** What the ledger is asked to do at most once. */
export type Claim = Asker & {
  /** the id that the request gets if it is a new one */
  readonly id: string
  /** a digest of what makes two requests the same one, or null where each is a new one */
  readonly key: string | null
  /** a digest of what was asked, to tell another request under the same key */
  readonly fingerprint: string
  readonly order: Order
  /** whether a Workflow does the work, so that nobody waits for it */
  readonly background: boolean
  /** who is told the outcome beside the callback, if anyone is */
  readonly tell: Tell | null
  /** why it cannot be done, where it is recorded for its author's sake only */
  readonly refusal?: Refusal | undefined
  readonly traceparent?: string | undefined
}

/** Where else than to a callback an outcome goes. */
export type Tell =
  /** into the ticket, as a comment */
  | { readonly kind: 'ticket' }
  /** to an address that came with the request; whoever has it may post there, so it is kept sealed, in base64 */
  | { readonly kind: ReplyChannel; readonly to: string }

/** A way to answer at an address that came with the request. */
export type ReplyChannel =
  | 'slack'
  | 'discord'
  | 'mattermost'
  | 'conductorone-step'
  | 'conductorone-automation'

/** A problem that was found before the ledger was asked. */
export type Refusal = {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly FieldFault[]
}

const BARE = /^[\x21\x23-\x7e][\x20-\x7e]*$/
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/
const LONGEST_KEY = 255

/**
 * @param header the value of `Idempotency-Key`: bare, or a quoted string (RFC 8941, section 3.3.3)
 * @returns the key
 * @throws {Problem} `invalid-request`
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function readIdempotencyKey(header: string): string {
  const key = QUOTED.exec(header)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? (BARE.test(header) ? header : '')
  if (key === '' || key.length > LONGEST_KEY)
    throw new Problem(
      'invalid-request',
      `Idempotency-Key must be 1 to ${LONGEST_KEY} printable ASCII characters.`,
    )
  return key
}

/**
 * @param requestId the id that the request has come in with
 * @param asker who asks
 * @param request what was sent; another content under the same key is another request
 * @param order what is to be done
 * @param options the asker's own key for the request, if there is one, and how it is to be dealt with
 * @returns the claim and the shard that must decide on it
 */
export async function claimOf(
  requestId: string,
  asker: Asker,
  request: unknown,
  order: Order,
  { idempotencyKey, ...options }: ClaimOptions,
): Promise<{ claim: Claim; shard: Shard }> {
  const same = sameness(order, idempotencyKey)
  const key = same && (await digest([asker.source, asker.caller, ...same]))
  const shard = key?.[0] ?? shardOf(requestId) ?? ''
  const claim = {
    ...asker,
    ...options,
    id: inShard(requestId, shard),
    key,
    fingerprint: await digest(request),
    order,
  }
  return { claim, shard }
}

type ClaimOptions = Pick<Claim, 'background' | 'tell' | 'refusal' | 'traceparent'> & {
  readonly idempotencyKey?: string | undefined
}

/** What makes two requests of one asker the same one; without a key or a ticket nothing does. */
function sameness({ ticket, name }: Order, idempotencyKey: string | undefined): readonly string[] | null {
  if (idempotencyKey !== undefined) return ['key', idempotencyKey]
  return ticket ? ['ticket', ticket.id, name] : null
}

async function digest(value: unknown): Promise<string> {
  return hex(await sha256(JSON.stringify(value)))
}
