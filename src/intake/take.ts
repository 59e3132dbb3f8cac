import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { type Claim, claimOf } from '../ledger/claim.ts'
import type { Reply } from '../ledger/replies.ts'
import { identityOf } from '../ledger/sameness.ts'
import { ledgerFor, submitClaim } from '../ledger/shards.ts'
import type { Tell } from '../ledger/tell.ts'
import { sealCallback } from '../lib/sealed-address.ts'
import { world } from '../lib/world.ts'
import type { ReadRequest } from '../sources/source.ts'
import type { Judgement } from './judge.ts'

const EDITED =
  'Something else was asked for under the same ticket, or the same delivery id, after this request had been taken on. ' +
  'That was not carried out.'

/** A judged request of a sender. */
type SenderRequest = Judgement &
  Pick<ReadRequest, 'issue' | 'personId' | 'approvedBy'> &
  Partial<Pick<ReadRequest, 'warnings'>> & {
    readonly source: string
    /** Tells one delivery from another if there is no ticket. */
    readonly deliveryId: string
    /** Present if the delivery asks once, and what its sender signs is taken for long. */
    readonly once?: Claim['once']
    readonly tell: Tell | null
  }

/**
 * Hands a request to the ledger, which does it in the background. One with faults is recorded too, so that its author
 * learns of them the same way.
 *
 * @returns what the ledger says
 */
export async function take(
  c: Context<AppEnv>,
  {
    source,
    order,
    content,
    refusal,
    issue,
    deliveryId,
    tell,
    personId,
    approvedBy,
    warnings = [],
    once,
  }: SenderRequest,
): Promise<Reply> {
  const { clientSecret } = c.get('deployment').config.credentials
  const { claim, shard } = await claimOf({
    requestId: c.get('requestId'),
    claimant: { source, caller: source },
    // a ticket that is moved has another readable id, and asks for the same
    content: issue ? { ...content, ticket: undefined } : content,
    // the address is kept sealed: anyone who knows it may post there
    order: { ...order, callbackUrl: await sealCallback(order.callbackUrl, clientSecret, world) },
    // an issue makes one vault, whatever it is called later; else a ticket and a name do, else the delivery
    identity: issue
      ? { kind: 'issue', ...issue }
      : identityOf(
          { ...order, name: writtenName(content) ?? order.name },
          order.ticket ? undefined : deliveryId,
        ),
    background: true,
    tell,
    personId: personId ?? null,
    approvedBy: approvedBy ?? null,
    warnings,
    refusal,
    once,
  })
  const reply = await submitClaim(c.env, claim, shard)
  c.set('requestId', reply.record.id)
  if (reply.kind === 'reused') await ledgerFor(c.env, reply.record.id)?.note(reply.record.id, EDITED)
  return reply
}

/** The name without the prefix of a preset, which may change. */
function writtenName({ name }: Judgement['content']): string | undefined {
  return typeof name === 'string' ? name : undefined
}

/** Explains that a request differs from the one that was taken on. */
export function explainEdit(id: string): string {
  return `${EDITED} What became of the request: /v1/requests/${id}`
}
