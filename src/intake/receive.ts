import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { SenderName } from '../config/senders.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { readRequestBody } from '../problem/body.ts'
import { Problem } from '../problem/problem.ts'
import { type Proof, verify } from '../sources/proof.ts'
import { addressOf, limitRate } from './rate-limit.ts'

/** A larger delivery is not read to its end. */
export const MAX_DELIVERY_BYTES = 256 * 1_024

/**
 * Receives a delivery and lets its sender prove itself.
 *
 * @param sender the name in the path
 * @param proofs the ways in which it may prove itself; undefined if there is no such sender
 * @returns the delivery's bytes
 * @throws {Problem} `not-found` if the sender has no secret, `payload-too-large`, or `unauthenticated`; `rate-limited` if
 *   the address sent too many forged ones
 */
export async function receive(
  c: Context<AppEnv>,
  sender: string,
  proofs: readonly Proof[] | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  // a name that is not in the table has no secret
  const secrets = c.get('deployment').config.webhookSecrets[sender as SenderName]
  if (!proofs || !secrets)
    throw new Problem('not-found', 'There is no such source here, or it has no secret.')
  const body = await readRequestBody(c.req.raw, MAX_DELIVERY_BYTES)
  const isProven = await verify(proofs, secrets, c.req.raw.headers, body, world.now())
  await requireProof(c, isProven)
  return body
}

/**
 * Ends a forged delivery, which counts against its address.
 *
 * @throws {Problem} `rate-limited` or `unauthenticated`
 */
export async function requireProof(c: Context<AppEnv>, isProven: boolean): Promise<void> {
  if (isProven) return
  await limitRate(c, `address:${addressOf(c)}`)
  throw forgedProblem()
}

/**
 * Counts a delivery that asks for something against its sender's limit. Others do not count: a system may send every edit
 * of every ticket.
 *
 * @throws {Problem} `rate-limited`
 */
export function countDelivery(c: Context<AppEnv>, sender: string): Promise<void> {
  return limitRate(c, `source:${sender}`)
}

/**
 * Answers a sender that has proven itself but asks for nothing of ours.
 *
 * @param members further members that the sender expects in every answer
 */
export function ignore(c: Context<AppEnv>, source: string, reason: string, members: object = {}): Response {
  log('info', 'delivery.ignored', { request: c.get('requestId'), source })
  return c.json({ ...members, ignored: reason })
}

/** Builds the problem of a delivery that is not signed, or not signed now. */
export function forgedProblem(): Problem {
  return new Problem('unauthenticated', 'The delivery is not signed as it must be.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}
