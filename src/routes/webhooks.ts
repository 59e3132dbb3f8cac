import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import type { Config } from '../config.ts'
import { hex, sha256Bytes } from '../encoding.ts'
import { type Claim, claimOf, type Refusal } from '../ledger/claim.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { log } from '../log.ts'
import { configured } from '../middleware/configured.ts'
import { jsonOf, limitedBody } from '../middleware/limited-body.ts'
import { addressOf, limitRate } from '../middleware/rate-limit.ts'
import { Problem, problemResponse } from '../problem.ts'
import { faultyOrder, type Order, orderOf } from '../provisioning/order.ts'
import { fieldFaults, ProvisioningRequest } from '../provisioning/request.ts'
import { verify } from '../sources/signature.ts'
import type { Reading, Source } from '../sources/source.ts'
import { sources } from '../sources/sources.ts'
import { world } from '../world.ts'

/** Bytes of a delivery that is still read. */
const LARGEST = 256 * 1_024

const EDITED =
  'Something else was asked for under the same ticket and name, or the same delivery id, after this request had been ' +
  'taken on. That was not carried out.'

/** Deliveries of ticketing systems: verified, read, claimed and answered before ConductorOne is asked anything. */
export const webhooks = factory.createApp().post('/:source', configured, async (c) => {
  const name = c.req.param('source')
  const { config } = c.var.deployment
  const source = sources.get(name)
  const secrets = config.webhookSecrets[name]
  if (!source || !secrets)
    throw new Problem('not-found', 'There is no such source here, or it has no secret.')

  const body = await limitedBody(c.req.raw, LARGEST)
  const headers = c.req.raw.headers
  const now = world.now()
  const proven = await verify(source.proofs, secrets, headers, body, now)
  await limitRate(c, proven ? `source:${name}` : `address:${addressOf(c)}`)
  if (!proven) throw forged()
  const json = jsonOf(body)
  if (source.time && !isCurrent(source.time, json, now)) throw forged()

  const reading = source.read({ headers, json, options: config.sources })
  if (reading.kind === 'ignored') return ignore(c, name, reading.why)
  const delivery = source.deliveryId && headers.get(source.deliveryId)
  return take(c, name, source, reading, delivery || hex(await sha256Bytes(body)))
})

type Asked = Extract<Reading, { kind: 'request' }>

async function take(
  c: Context<AppEnv>,
  name: string,
  source: Source,
  { request, words }: Asked,
  delivery: string,
) {
  const { config } = c.var.deployment
  const { order, content, refusal } = judge(request, words, config)
  const { claim, shard } = await claimOf(
    { source: name, caller: name },
    // who touched the ticket last is not what it asks for
    { ...content, requestedBy: undefined },
    order,
    {
      // a ticket and a name say what is the same; a body without a ticket can only be told by its delivery
      idempotencyKey: order.ticket ? undefined : delivery,
      background: true,
      tellTicket: order.ticket !== undefined && Object.hasOwn(config.ticketTokens, name),
      refusal,
    },
    world,
  )
  const ledger = ledgerOf(c.env, shard)
  const reply = await ledger.submit(claim satisfies Claim)
  const { record } = reply
  c.set('requestId', record.id)
  c.header('Location', `/v1/requests/${record.id}`)
  switch (reply.kind) {
    case 'accepted':
      return c.json({ request: record }, source.accepted)
    case 'running':
      return c.json({ request: record })
    case 'ended':
      if (reply.replayed) return c.json({ request: record }, 200, { 'Idempotent-Replayed': 'true' })
      return record.problem && source.refused === 422
        ? problemResponse({ ...record.problem, status: 422 })
        : c.json({ request: record })
    case 'reused':
      await ledger.note(record.id, EDITED)
      return ignore(c, name, `${EDITED} What became of the request: /v1/requests/${record.id}`)
  }
}

function judge(
  request: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, string>>,
  { policy }: Config,
): { order: Order; content: Readonly<Record<string, unknown>>; refusal?: Refusal } {
  const parsed = ProvisioningRequest.safeParse(request)
  try {
    if (parsed.success) return { order: orderOf(parsed.data, policy), content: parsed.data }
    throw new Problem('invalid-request', 'The request has faults.', { errors: fieldFaults(parsed.error) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = (error.details.errors ?? []).map(({ pointer, detail }) => {
      const field = pointer.split('/')[1] ?? ''
      return {
        pointer,
        detail: `“${Object.hasOwn(words, field) ? words[field] : field || 'The request'}” ${detail}`,
      }
    })
    const detail = `No vault was created: ${errors.map((fault) => fault.detail).join('; ')}.`
    return { order: faultyOrder(request), content: request, refusal: { code: error.code, detail, errors } }
  }
}

function isCurrent({ sentAt, window }: NonNullable<Source['time']>, json: unknown, now: number): boolean {
  const at = sentAt(json)
  return at !== undefined && Math.abs(now - at) <= window * 1_000
}

function forged(): Problem {
  return new Problem('unauthenticated', 'The delivery is not signed as it must be.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}

function ignore(c: Context<AppEnv>, source: string, why: string): Response {
  log('info', 'delivery.ignored', { request: c.get('requestId'), source })
  return c.json({ ignored: why })
}
