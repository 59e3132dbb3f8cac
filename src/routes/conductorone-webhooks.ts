import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { verifyDelivery } from '../conductorone/delivery-token.ts'
import { judge } from '../intake/judge.ts'
import { countDelivery, ignore, MAX_DELIVERY_BYTES, requireProof } from '../intake/receive.ts'
import { explainEdit, take } from '../intake/take.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { ledgerOf } from '../ledger/shards.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { automationAnswer, emptyAnswer, stepAnswer, stepRefusal } from '../outcomes/conductorone-answer.ts'
import { replyTo } from '../outcomes/reply.ts'
import { parseRequestJson, readRequestBody, repeatedMembers } from '../problem/body.ts'
import { Problem } from '../problem/problem.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { type ConductorOneReading, readConductorOne } from '../sources/conductorone.ts'

const NAME = 'conductorone'

/** Answers ConductorOne's own webhooks: a step of a task or an automation, whose outcome goes to its callback address. */
export const conductorOneWebhooks = factory.createApp().post('/', configured, async (c) => {
  const { config, keys } = c.get('deployment')
  if (config.webhooks !== 'on')
    throw new Problem('not-found', 'ConductorOne’s webhooks are not switched on here.')
  const body = await readRequestBody(c.req.raw, MAX_DELIVERY_BYTES)
  const delivery = {
    authorization: c.req.header('Authorization'),
    method: c.req.method,
    url: new URL(c.req.url),
    body,
  }
  const issuer = config.credentials.host.replace(/:\d+$/, '')
  const proven = await verifyDelivery(delivery, issuer, keys, world.now())
  await requireProof(c, proven !== undefined && (await isNewToken(c, proven.jti, proven.until)))
  const reading = readConductorOne(parseRequestJson(body), c.req.raw.headers, config.sources)
  // an automation's author wrote its body, and what it inserts unescaped can bring members of its own
  if (reading.kind !== 'request' || reading.channel !== 'conductorone-automation') return answer(c, reading)
  return answer(c, { ...reading, faults: [...reading.faults, ...repeatedMembers(body)] })
})

/** Records a token, which is good once; returns whether it is new. */
async function isNewToken(c: Context<AppEnv>, jti: string, until: number): Promise<boolean> {
  const digest = hex(await sha256(jti))
  return ledgerOf(c.env, digest.slice(0, 1)).once(digest, until)
}

async function answer(c: Context<AppEnv>, reading: ConductorOneReading): Promise<Response> {
  switch (reading.kind) {
    case 'test':
      return c.json(emptyAnswer())
    case 'ignored':
      return ignore(c, NAME, reading.reason, emptyAnswer())
    case 'unsupported':
      return c.json(stepRefusal(reading.reason))
    case 'request':
      await countDelivery(c, NAME)
      return takeOn(c, reading)
  }
}

async function takeOn(
  c: Context<AppEnv>,
  reading: Extract<ConductorOneReading, { kind: 'request' }>,
): Promise<Response> {
  const { config } = c.get('deployment')
  const { callbackUrl, channel } = reading
  const tell = await replyTo(channel, callbackUrl, config, world)
  if (!tell)
    throw new Problem('invalid-request', 'The callback address is not on the tenant’s own host.', {
      errors: [{ pointer: '/callbackUrl', detail: 'must be on the tenant’s own host' }],
    })
  const judgement = judge(reading, config, NAME)
  const reply = await take(c, {
    ...reading,
    ...judgement,
    source: NAME,
    tell,
  })
  const { record } = reply
  c.header('Location', `/v1/requests/${record.id}`)
  const answerOf = channel === 'conductorone-step' ? stepAnswer : automationAnswer
  // with any other status than 202 the answer itself completes the step
  if (reply.kind === 'ended' && reply.replayed && !isSearchedFor(record))
    return c.json(answerOf(record, nextStep(config)), 200, REPLAYED)
  if (reply.kind !== 'reused') return c.json({ ...emptyAnswer(), request: record }, 202)
  const reason = explainEdit(record.id)
  const problem = new Problem('idempotency-key-reused', reason).document(record.id)
  return c.json(
    channel === 'conductorone-step'
      ? stepRefusal(reason)
      : automationAnswer({ ...record, vault: null, problem }),
  )
}

/** Says whether a lost vault is still being looked for, so that what an answer says could become untrue. */
function isSearchedFor({ status, nextAttemptAt }: RequestRecord): boolean {
  return status === 'unknown' && nextAttemptAt !== null
}

const REPLAYED = { 'Idempotent-Replayed': 'true' }
