import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { verifyDelivery } from '../conductorone/delivery-token.ts'
import { admit, edited, ignore, judge, LARGEST, take } from '../intake/intake.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { jsonOf, limitedBody } from '../middleware/limited-body.ts'
import { replyTo } from '../outcomes/reply.ts'
import { Problem } from '../problem/problem.ts'
import {
  automationAnswer,
  type Delivered,
  readDelivery,
  stepAnswer,
  stepRefused,
} from '../sources/conductorone.ts'

const NAME = 'conductorone'

/** ConductorOne's own webhooks: a step of a task, or of an automation, whose outcome goes back to its callback address. */
export const conductorOneWebhooks = factory.createApp().post('/', configured, async (c) => {
  const { config, keys } = c.get('deployment')
  if (config.webhooks !== 'on')
    throw new Problem('not-found', 'ConductorOne’s webhooks are not switched on here.')
  const body = await limitedBody(c.req.raw, LARGEST)
  const delivery = {
    authorization: c.req.header('Authorization'),
    method: c.req.method,
    url: new URL(c.req.url),
    body,
  }
  const issuer = config.credentials.host.replace(/:\d+$/, '')
  const proven = await verifyDelivery(delivery, issuer, keys, world.now())
  await admit(c, NAME, proven !== undefined && (await isNew(c, proven.jti, proven.until)))
  return answer(c, readDelivery(jsonOf(body), config.sources))
})

/** A token is good once, wherever it is shown a second time. */
async function isNew(c: Context<AppEnv>, jti: string, until: number): Promise<boolean> {
  const digest = hex(await sha256(jti))
  return ledgerOf(c.env, digest.slice(0, 1)).once(digest, until)
}

async function answer(c: Context<AppEnv>, delivered: Delivered): Promise<Response> {
  switch (delivered.kind) {
    case 'test':
      return c.json({ version: 'v1' })
    case 'ignored':
      return ignore(c, NAME, delivered.why)
    case 'not-ours':
      return c.json(stepRefused(delivered.why))
    case 'request':
      return provision(c, delivered)
  }
}

async function provision(
  c: Context<AppEnv>,
  { request, words, callbackUrl, channel }: Extract<Delivered, { kind: 'request' }>,
): Promise<Response> {
  const { config } = c.get('deployment')
  const tell = await replyTo(channel, callbackUrl, config, world)
  if (!tell)
    throw new Problem('invalid-request', 'The callback address is not on the tenant’s own host.', {
      errors: [{ pointer: '/callbackUrl', detail: 'must be on the tenant’s own host' }],
    })
  // whether the webhook's id names a delivery or a subscription is not said; the callback address is of one delivery
  const asked = { ...judge(request, words, config), source: NAME, delivery: callbackUrl, tell }
  const reply = await take(c, asked)
  const { record } = reply
  c.header('Location', `/v1/requests/${record.id}`)
  const answerOf = channel === 'conductorone-step' ? stepAnswer : automationAnswer
  // with any other status than 202 the answer itself completes the step
  if (reply.kind === 'ended' && reply.replayed) return c.json(answerOf(record), 200, REPLAYED)
  if (reply.kind !== 'reused') return c.json({ request: record }, 202)
  const why = edited(record.id)
  const problem = new Problem('idempotency-key-reused', why).document(record.id)
  return c.json(
    channel === 'conductorone-step'
      ? stepRefused(why)
      : automationAnswer({ ...record, vault: null, problem }),
  )
}

const REPLAYED = { 'Idempotent-Replayed': 'true' }
