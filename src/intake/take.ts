import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { claimOf } from '../ledger/claim.ts'
import type { Reply } from '../ledger/replies.ts'
import { identityOf } from '../ledger/sameness.ts'
import { ledgerFor, submitClaim } from '../ledger/shards.ts'
import type { Tell } from '../ledger/tell.ts'
import { sealCallback } from '../lib/sealed-address.ts'
import { world } from '../lib/world.ts'
import type { Judgement } from './judge.ts'

const EDITED =
  'Something else was asked for under the same ticket and name, or the same delivery id, after this request had been ' +
  'taken on. That was not carried out.'

/** A judged request of a sender. */
type SenderRequest = Judgement & {
  readonly source: string
  /** Tells one delivery from another if there is no ticket. */
  readonly deliveryId: string
  readonly tell: Tell | null
}

/**
 * Hands a request to the ledger, which lets a Workflow do it. One with faults is recorded too, so that its author learns
 * of them the same way.
 *
 * @returns what the ledger says
 */
export async function take(
  c: Context<AppEnv>,
  { source, order, content, refusal, deliveryId, tell }: SenderRequest,
): Promise<Reply> {
  const { clientSecret } = c.get('deployment').config.credentials
  const { claim, shard } = await claimOf({
    requestId: c.get('requestId'),
    claimant: { source, caller: source },
    // the last person who touched the ticket is not part of what it asks for
    content: { ...content, requestedBy: undefined },
    // the address is kept sealed: anyone who knows it may post there
    order: { ...order, callbackUrl: await sealCallback(order.callbackUrl, clientSecret, world) },
    // a ticket and a name make two requests the same; without a ticket only the delivery does
    identity: identityOf(order, order.ticket ? undefined : deliveryId),
    background: true,
    tell,
    refusal,
  })
  const reply = await submitClaim(c.env, claim, shard)
  c.set('requestId', reply.record.id)
  if (reply.kind === 'reused') await ledgerFor(c.env, reply.record.id)?.note(reply.record.id, EDITED)
  return reply
}

/** Explains that a request differs from the one that was taken on. */
export function explainEdit(id: string): string {
  return `${EDITED} What became of the request: /v1/requests/${id}`
}
