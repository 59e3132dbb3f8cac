import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { send } from '../support/tenant-client.ts'
import {
  type ReceiverAnswer,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../support/webhook-receiver.ts'

const COMPLETE = { version: 'v1', complete: { comment: 'The vault is there.' } }
const STEP = 'PayloadProvisionStep'
let simulator: Simulator
let receiver: WebhookReceiver
let url: string

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [] })
  receiver = await startWebhookReceiver()
  url = receiver.url.href
})
afterAll(() => Promise.all([simulator.stop(), receiver.stop()]))
beforeEach(async () => {
  await simulator.control.reset()
  receiver.will({ status: 202 })
})

function tokenOf(headers: Readonly<Record<string, string>>): string {
  return /^bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** Verifies a token as a receiver should, against the key set as it is published now. */
async function verified(token: string, algorithm: string): Promise<JWTPayload> {
  const keySet = (await send(new URL('/auth/v1/jwks', simulator.url))).json as JSONWebKeySet
  const key = createLocalJWKSet(keySet)
  const { payload } = await jwtVerify(token, key, {
    algorithms: [algorithm],
    issuer: '127.0.0.1',
    audience: '127.0.0.1',
    requiredClaims: ['iat', 'nbf', 'exp', 'jti'],
  })
  return payload
}

test.each(['RS256', 'ES256', 'EdDSA'] as const)(
  'a delivery signed with %s verifies against the published keys',
  async (algorithm) => {
    await simulator.control.webhooks.rotateKey(algorithm, { old: 'remove' })
    await simulator.control.webhooks.send({ url: `${url}?from=conductorone` })
    const { path, headers, body } = receiver.received[0] ?? { path: '', headers: {}, body: '' }
    const digest = createHash('sha256').update(body).digest('base64')
    const payload = await verified(tokenOf(headers), algorithm)
    const { iat = 0 } = payload
    expect(path).toBe('/webhooks/conductorone?from=conductorone')
    expect(payload).toEqual({
      iss: '127.0.0.1',
      aud: '127.0.0.1',
      c1typ: 'wh',
      htm: 'POST',
      htu: url,
      htb_s256: digest,
      iat,
      nbf: iat - 60,
      exp: iat + 120,
      jti: expect.stringMatching(/^\w{27}$/),
    })
    const envelope = JSON.parse(body)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-digest': `sha-256=${digest}`,
      'webhook-version': 'v1',
      'webhook-id': envelope.webhookId,
      'webhook-event': 'c1.webhooks.v1.PayloadTest',
      'webhook-callback-url': envelope.callbackUrl,
    })
    expect(envelope).toEqual({
      version: 'v1',
      webhookId: expect.stringMatching(/^\w{27}$/),
      callbackUrl: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/webhooks\/callback\/[\w-]{200}$/,
      ),
      event: 'c1.webhooks.v1.PayloadTest',
      payload: { '@type': 'type.googleapis.com/c1.webhooks.v1.PayloadTest' },
    })
  },
)

test('the tenant can be known under another name, and the webhook under another id', async () => {
  const origin = 'https://acme.conductor.one'
  const { delivery } = await simulator.control.webhooks.send({
    url,
    origin,
    webhookId: 'one',
    event: 'a.b.C',
  })
  expect(delivery.callbackUrl).toMatch(/^https:\/\/acme\.conductor\.one\/api\/v1\/webhooks\/callback\//)
  expect(receiver.received[0]?.headers).toMatchObject({ 'webhook-id': 'one', 'webhook-event': 'a.b.C' })
  expect(decodeJwt(tokenOf(receiver.received[0]?.headers ?? {})).iss).toBe('acme.conductor.one')
})

test('is sent again until it is answered, signed anew and otherwise the same', async () => {
  receiver.will(
    { status: 500 },
    { status: 307, headers: { location: '/' } },
    { status: 401 },
    { status: 200, body: COMPLETE },
  )
  const { delivery, attempts } = await simulator.control.webhooks.send(
    { url, event: STEP },
    { repeat: { times: 9 } },
  )
  expect(attempts.map(({ status, verdict }) => `${status} ${verdict.kind}`)).toEqual([
    '500 failed',
    '307 failed',
    '401 failed',
    '200 answered',
  ])
  expect(attempts.at(-1)?.json).toEqual(COMPLETE)
  expect(delivery).toMatchObject({
    state: 'WEBHOOK_STATE_SUCCESS',
    attempts: 4,
    document: COMPLETE,
    answeredBy: 'answer',
    problem: null,
  })
  const { received } = receiver
  expect(new Set(received.map(({ body }) => body)).size).toBe(1)
  expect(new Set(received.map(({ headers }) => headers['webhook-callback-url'])).size).toBe(1)
  const tokenIds = received.map(({ headers }) => decodeJwt(tokenOf(headers)).jti)
  expect(new Set(tokenIds).size).toBe(4)
  expect(attempts.map(({ jti }) => jti)).toEqual(tokenIds)
})

test.each([
  [202, 'later', 'WEBHOOK_STATE_WAITING_CALLBACK'],
  [410, 'gone', 'WEBHOOK_STATE_FATAL_ERROR'],
])('%i ends the attempts: %s', async (status, kind, state) => {
  receiver.will({ status })
  const { delivery, attempts } = await simulator.control.webhooks.send(
    { url, event: STEP },
    { repeat: { times: 3 } },
  )
  expect(attempts).toMatchObject([{ status, verdict: { kind } }])
  expect(delivery).toMatchObject({ state, attempts: 1 })
})

test('a receiver that is not there fails, and can be tried again later', async () => {
  const gone = await startWebhookReceiver()
  await gone.stop()
  const first = await simulator.control.webhooks.send({ url: gone.url.href, event: STEP })
  expect(first.attempts).toMatchObject([{ status: null, verdict: { kind: 'failed' } }])
  expect(first.delivery.state).toBe('WEBHOOK_STATE_ERROR')
  const again = await simulator.control.webhooks.resend(first.delivery.id)
  expect(again.delivery).toMatchObject({ attempts: 2, callbackUrl: first.delivery.callbackUrl })
})

test('gives up after 50 attempts', async () => {
  await simulator.control.webhooks.rotateKey('EdDSA')
  receiver.will({ status: 503 })
  const repeat = { times: 50 }
  const { delivery } = await simulator.control.webhooks.send({ url, event: STEP }, { repeat })
  expect(delivery).toMatchObject({
    state: 'WEBHOOK_STATE_FATAL_ERROR',
    attempts: 50,
    problem: 'answered 503',
  })
})

test.each(['in-turn', 'at-once'] as const)('is sent several times %s, whatever is answered', async (how) => {
  receiver.will({ status: 200, body: COMPLETE }, { status: 202 }, { status: 500 }, { status: 410 })
  const { delivery, attempts } = await simulator.control.webhooks.send(
    { url, event: STEP },
    { repeat: { times: 4, how } },
  )
  expect(attempts.map(({ status }) => status).sort()).toEqual([200, 202, 410, 500])
  expect(new Set(attempts.map(({ jti }) => jti)).size).toBe(4)
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
  expect(delivery.attempts).toBe(4)
})

test('what answered a delivery first stays its answer', async () => {
  receiver.will({ status: 200, body: COMPLETE }, { status: 200, body: { version: 'v1', errored: {} } })
  const repeat = { times: 2, how: 'in-turn' as const }
  const { delivery, attempts } = await simulator.control.webhooks.send({ url, event: STEP }, { repeat })
  expect(attempts).toMatchObject([{ verdict: { document: COMPLETE } }, { json: { errored: {} } }])
  expect(delivery).toMatchObject({ state: 'WEBHOOK_STATE_SUCCESS', document: COMPLETE })
})

test('an answer that is no document of its event fails for good', async () => {
  const wrong: ReceiverAnswer[] = [
    { status: 200 },
    { status: 204 },
    { status: 200, body: '{' },
    { status: 200, body: COMPLETE, headers: { 'content-type': 'text/html' } },
    { status: 200, body: { ignored: 'not ours' } },
    { status: 200, body: { version: 'v1' } },
    { status: 200, body: { version: 'v1', approve: {} } },
    { status: 200, body: { version: 'v1', complete: { comment: 'a'.repeat(300_000) } } },
  ]
  for (const answer of wrong) {
    receiver.will(answer)
    const { delivery, attempts } = await simulator.control.webhooks.send(
      { url, event: STEP },
      { repeat: { times: 2 } },
    )
    expect(attempts, JSON.stringify(answer).slice(0, 80)).toMatchObject([{ verdict: { kind: 'refused' } }])
    expect(delivery).toMatchObject({ state: 'WEBHOOK_STATE_FATAL_ERROR', problem: expect.any(String) })
  }
})

test('a test is delivered whatever a 2xx says', async () => {
  receiver.will({ status: 200, body: 'thanks', headers: { 'content-type': 'text/plain' } }, { status: 204 })
  for (const status of [200, 204]) {
    const { delivery, attempts } = await simulator.control.webhooks.send({ url })
    expect([attempts[0]?.status, delivery.state]).toEqual([status, 'WEBHOOK_STATE_SUCCESS'])
  }
})

test('goes to https, or to this machine, and to nobody by name', async () => {
  const webhooks = simulator.control.webhooks
  expect((await webhooks.sign({ url: 'https://hooks.example.com/c1' })).url).toBe(
    'https://hooks.example.com/c1',
  )
  for (const refused of [
    'http://hooks.example.com/c1',
    'https://user:secret@hooks.example.com/c1',
    'ftp://127.0.0.1/c1',
    'c1',
  ]) {
    await expect(webhooks.sign({ url: refused }), refused).rejects.toThrow()
  }
})

test('a test can change the envelope, the payload and the raw body', async () => {
  const { webhooks } = simulator.control
  const envelope = { version: 'v2', callbackUrl: null, added: true }
  const changed = await webhooks.sign({ url, event: STEP, envelope, payload: { taskView: null } })
  expect(JSON.parse(changed.body)).toEqual({
    version: 'v2',
    webhookId: changed.delivery.webhookId,
    event: `c1.webhooks.v1.${STEP}`,
    payload: {
      '@type': `type.googleapis.com/c1.webhooks.v1.${STEP}`,
      taskView: null,
      expanded: expect.any(Array),
    },
    added: true,
  })
  const raw = await webhooks.sign({ url, body: '{"é"' })
  expect(raw.body).toBe('{"é"')
  const claims = await verified(tokenOf(raw.headers), 'RS256')
  expect(claims.htb_s256).toBe(createHash('sha256').update('{"é"').digest('base64'))
})

test('an automation tells its ids and its context', async () => {
  const context = { ticket: 'INC-1' }
  const { body } = await simulator.control.webhooks.sign({
    url,
    event: 'PayloadWorkflowStep',
    payload: { context },
  })
  expect(JSON.parse(body).payload).toEqual({
    '@type': 'type.googleapis.com/c1.webhooks.v1.PayloadWorkflowStep',
    workflowId: expect.any(String),
    workflowExecutionId: expect.stringMatching(/^\d+$/),
    workflowExecutionStepId: expect.any(String),
    context,
  })
})
