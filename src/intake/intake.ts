import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Config } from '../config/config.ts'
import { claimOf, type Refusal, type Tell } from '../ledger/claim.ts'
import type { Reply } from '../ledger/replies.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { limitedBody } from '../middleware/limited-body.ts'
import { addressOf, limitRate } from '../middleware/rate-limit.ts'
import { Problem } from '../problem/problem.ts'
import { faultyOrder, type Order, orderOf } from '../provisioning/order.ts'
import { fieldFaults, ProvisioningRequest } from '../provisioning/request.ts'
import { type Proof, verify } from '../sources/proof.ts'
import type { SignedTime } from '../sources/source.ts'

/** Bytes of a delivery that is still read. */
export const LARGEST = 256 * 1_024

const EDITED =
  'Something else was asked for under the same ticket and name, or the same delivery id, after this request had been ' +
  'taken on. That was not carried out.'

/**
 * @param name the sender
 * @param proofs the ways in which it may prove itself, if there is such a sender at all
 * @returns the bytes of a delivery whose sender has proven itself
 * @throws {Problem} `not-found` where the sender has no secret, `payload-too-large`, `rate-limited`, or
 *   `unauthenticated`
 */
export async function receive(
  c: Context<AppEnv>,
  name: string,
  proofs: readonly Proof[] | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const secrets = c.get('deployment').config.webhookSecrets[name]
  if (!proofs || !secrets)
    throw new Problem('not-found', 'There is no such source here, or it has no secret.')
  const body = await limitedBody(c.req.raw, LARGEST)
  const proven = await verify(proofs, secrets, c.req.raw.headers, body, world.now())
  await admit(c, name, proven)
  return body
}

/**
 * Counts a delivery against its sender's limit, or its address's where it is forged, which ends it.
 *
 * @throws {Problem} `rate-limited` or `unauthenticated`
 */
export async function admit(c: Context<AppEnv>, name: string, proven: boolean): Promise<void> {
  await limitRate(c, proven ? `source:${name}` : `address:${addressOf(c)}`)
  if (!proven) throw forged()
}

/** @returns whether the signed time of a body is of this time */
export function isCurrent({ sentAt, window }: SignedTime, json: unknown): boolean {
  const at = sentAt(json)
  return at !== undefined && Math.abs(world.now() - at) <= window * 1_000
}

/** Tells a sender that has proven itself that it asks for nothing of ours. */
export function ignore(c: Context<AppEnv>, source: string, why: string): Response {
  log('info', 'delivery.ignored', { request: c.get('requestId'), source })
  return c.json({ ignored: why })
}

/** @returns what a delivery is told that nobody has signed, or not now */
export function forged(): Problem {
  return new Problem('unauthenticated', 'The delivery is not signed as it must be.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}

/** What a request orders, as far as it can be read, and what is wrong with it where something is. */
type Judged = {
  readonly order: Order
  readonly content: Readonly<Record<string, unknown>>
  readonly refusal?: Refusal
}

/** What a sender asks for. */
type Asked = Judged & {
  readonly source: string
  /** what tells one delivery from another where there is no ticket */
  readonly delivery: string
  readonly tell: Tell | null
}

/**
 * Hands what a sender asks for to the ledger, which lets a Workflow do it. Faults are recorded too, so that their author
 * learns of them the same way.
 *
 * @returns what the ledger says
 */
export async function take(
  c: Context<AppEnv>,
  { source, order, content, refusal, delivery, tell }: Asked,
): Promise<Reply> {
  const { claim, shard } = await claimOf(
    c.get('requestId'),
    { source, caller: source },
    // who touched the ticket last is not what it asks for
    { ...content, requestedBy: undefined },
    order,
    {
      // a ticket and a name say what is the same; a body without a ticket can only be told by its delivery
      idempotencyKey: order.ticket ? undefined : delivery,
      background: true,
      tell,
      refusal,
    },
  )
  const ledger = ledgerOf(c.env, shard)
  const reply = await ledger.submit(claim)
  c.set('requestId', reply.record.id)
  if (reply.kind === 'reused') await ledger.note(reply.record.id, EDITED)
  return reply
}

/** @returns what somebody is told whose request differs from the one that was taken on */
export function edited(id: string): string {
  return `${EDITED} What became of the request: /v1/requests/${id}`
}

/**
 * @param request the simplified request, not checked yet
 * @param words field to what its author calls it, for faults that they can find
 * @returns what it orders, and what is wrong with it in its author's words
 */
export function judge(
  request: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, string>>,
  { policy }: Config,
): Judged {
  const parsed = ProvisioningRequest.safeParse(request)
  try {
    if (parsed.success) return { order: orderOf(parsed.data, policy), content: parsed.data }
    throw new Problem('invalid-request', 'The request has faults.', { errors: fieldFaults(parsed.error) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = (error.details.errors ?? []).map(({ pointer, detail }) => ({
      pointer,
      detail: `${placeOf(pointer, request, words)} ${detail}`,
    }))
    const detail = `No vault was created: ${errors.map((fault) => fault.detail).join('; ')}.`
    return { order: faultyOrder(request), content: request, refusal: { code: error.code, detail, errors } }
  }
}

/** The place in its author's words, and of a list the item too. */
function placeOf(
  pointer: string,
  request: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, string>>,
): string {
  const [, field = '', index] = pointer.split('/')
  const place = `“${Object.hasOwn(words, field) ? words[field] : field || 'The request'}”`
  const list = request[field]
  const item: unknown = Array.isArray(list) && list.length > 1 ? list[Number(index)] : undefined
  return typeof item === 'string' ? `“${item}” in ${place}` : place
}
