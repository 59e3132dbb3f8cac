import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectProblem } from '../support/problem.ts'
import { type Callback, type Receiver, startReceiver } from '../support/receiver.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const CALLBACK_SECRET = `whsec_${randomBytes(32).toString('base64')}`
const ASYNC = { Prefer: 'respond-async' }
const PATIENCE = { timeout: 40_000, interval: 100 }
let receiver: Receiver
let stage: Stage

beforeAll(async () => {
  receiver = await startReceiver()
  const POLICY = JSON.stringify({ allowedCallbackHosts: [receiver.host] })
  stage = await startStage({ CALLBACK_SECRET, POLICY })
})
afterAll(async () => {
  await stage.stop()
  await receiver.stop()
})
beforeEach(() => stage.clear())

function request(fields: Record<string, unknown> = {}) {
  return { name: unique('Background'), owners: [OWNER], ...fields }
}

/** An address at the receiver that no other test uses. */
function callback(): { path: string; callbackUrl: string } {
  const path = `/${crypto.randomUUID()}`
  return { path, callbackUrl: `https://${receiver.host}${path}` }
}

async function read(id: string) {
  return (await stage.worker.call('GET', `/v1/requests/${id}`)).body
}

/** Waits until a request has come to its end. */
async function end(id: string) {
  await expect.poll(async () => (await read(id)).status, PATIENCE).toMatch(/created|failed|unknown/)
  return read(id)
}

async function vaults(name: string): Promise<number> {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name).length
}

/** What a callback says, once a library that is not ours has verified its signature. */
function verified({ body, headers }: Callback) {
  return { message: new Webhook(CALLBACK_SECRET).verify(body, headers), id: headers['webhook-id'] }
}

test('a request that need not be waited for is accepted, runs, and is found created', async () => {
  const [json, headers] = [request({ credentialTtl: '1h' }), { 'Idempotency-Key': unique('key') }]
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 1_000 })
  const accepted = await stage.worker.create(json, { headers: { ...headers, ...ASYNC } })
  expect(accepted.status).toBe(202)
  expect(accepted.headers.get('preference-applied')).toBe('respond-async')
  const { id } = accepted.body
  expect(accepted.headers.get('location')).toBe(`/v1/requests/${id}`)
  expect(accepted.body).toMatchObject({ status: 'accepted', name: json.name, vault: null, problem: null })

  for (const prefer of [{}, ASYNC]) {
    const meanwhile = await stage.worker.create(json, { headers: { ...headers, ...prefer } })
    expectProblem(meanwhile, 'request-in-progress')
    expect(meanwhile.headers.get('location')).toBe(`/v1/requests/${id}`)
  }
  expect(await end(id)).toMatchObject({ id, status: 'created', problem: null })
  await expect.poll(async () => (await read(id)).vault.credentialExpirationDuration, PATIENCE).toBe('3600s')
  const replay = await stage.worker.create(json, { headers })
  expect([replay.status, replay.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(replay.body.request).toEqual(await read(id))
  expect(await vaults(json.name)).toBe(1)
})

test('ConductorOne may be away for longer than one run takes; then there is one vault', async () => {
  await stage.simulator.control.fault('search', 'unavailable', { times: 7 })
  const json = request({ owners: ['second.owner@example.com'] })
  const { id } = (await stage.worker.create(json, { headers: ASYNC })).body
  // until then the record says why it takes so long
  await expect.poll(async () => (await read(id)).problem?.code, PATIENCE).toBe('conductorone-unavailable')
  expect((await read(id)).status).toBe('accepted')
  expect(await end(id)).toMatchObject({ status: 'created', problem: null, warnings: [] })
  expect((await stage.steps()).filter((step) => step.startsWith('search'))).toHaveLength(8)
  expect(await vaults(json.name)).toBe(1)
}, 60_000)

test.each([
  ['refuses', 'bad-request', 'before', 'failed', 'rejected-by-conductorone', 0],
  ['answers with nonsense', 'bad-gateway-html', 'after', 'unknown', 'outcome-unknown', 1],
] as const)(
  'a create in the background that ConductorOne %s is not repeated',
  async (_, fault, when, status, code, left) => {
    await stage.simulator.control.fault('create', fault, { when })
    const { path, callbackUrl } = callback()
    const json = request({ callbackUrl })
    const { id } = (await stage.worker.create(json, { headers: ASYNC })).body
    expect(await end(id)).toMatchObject({ status, vault: null, problem: { code, instance: id } })
    await expect.poll(() => receiver.at(path), PATIENCE).toHaveLength(1)
    const [told] = receiver.at(path).map(verified)
    expect(told?.message).toMatchObject({ type: `vault.${status}`, data: { id, status, problem: { code } } })
    expect((await stage.steps()).filter((step) => step.startsWith('create'))).toHaveLength(1)
    expect(await vaults(json.name)).toBe(left)
  },
)

test('an expiry that could not be set at once is set in the background, and its warning goes', async () => {
  await stage.simulator.control.fault('update', 'throttled-long')
  const json = request({ credentialTtl: '2w' })
  const { status, body } = await stage.worker.create(json)
  expect([status, body.request.warnings]).toEqual([201, [expect.stringContaining('not set yet')]])
  const { id } = body.request
  await expect.poll(async () => (await read(id)).warnings, PATIENCE).toEqual([])
  expect((await read(id)).vault.credentialExpirationDuration).toBe('1209600s')
  const [vault] = (await stage.simulator.control.vaults()).filter(
    ({ displayName }) => displayName === json.name,
  )
  expect(vault?.credentialExpirationDuration).toBe('1209600s')
  expect(await vaults(json.name)).toBe(1)
})

test.each([
  ['waits for the answer', {}],
  ['does not', ASYNC],
])('whoever %s is told the result by a signed callback, again until it is accepted', async (_, headers) => {
  const { path, callbackUrl } = callback()
  receiver.will(path, 500, 200)
  const json = request({ callbackUrl, ticket: { id: unique('SEC') } })
  const id = (await stage.worker.create(json, { headers })).headers.get('x-request-id') ?? ''
  await expect.poll(() => receiver.at(path).map(({ status }) => status), PATIENCE).toEqual([500, 200])
  const [first, second] = receiver.at(path).map(verified)
  expect(second?.message).toEqual({
    type: 'vault.created',
    timestamp: expect.any(String),
    data: await read(id),
  })
  expect(first).toEqual(second)
  expect(second?.message).toMatchObject({
    data: { id, status: 'created', vault: { displayName: json.name } },
  })
  expect(() =>
    receiver.at(path).map(({ headers }) => new Webhook(CALLBACK_SECRET).verify('{}', headers)),
  ).toThrow('No matching signature')
  expect((await read(id)).warnings).toEqual([])
  expect(await vaults(json.name)).toBe(1)
})

test('a receiver that is gone is asked no more, and the record says so', async () => {
  const { path, callbackUrl } = callback()
  receiver.will(path, 410)
  const { body } = await stage.worker.create(request({ callbackUrl }))
  const { id } = body.request
  await expect.poll(async () => (await read(id)).warnings, PATIENCE).toEqual([expect.stringContaining('410')])
  expect((await read(id)).warnings[0]).toContain(receiver.host)
  expect(receiver.at(path).map(({ status }) => status)).toEqual([410])
})

test('a receiver that moved is not followed', async () => {
  const { path, callbackUrl } = callback()
  receiver.will(path, 307)
  await stage.worker.create(request({ callbackUrl }))
  await expect.poll(() => receiver.at(path).map(({ status }) => status), PATIENCE).toEqual([307, 200])
  expect(receiver.at('/elsewhere')).toEqual([])
})

test('results go to allowed hosts only, and to https only', async () => {
  const { path } = callback()
  const port = receiver.host.split(':')[1]
  for (const host of [
    'localhost',
    'localhost:1',
    `127.0.0.1:${port}`,
    `a.${receiver.host}`,
    `${receiver.host}.example`,
  ]) {
    const callbackUrl = `https://${host}${path}`
    const refused = await stage.worker.create(request({ callbackUrl }))
    if (URL.canParse(callbackUrl)) expectProblem(refused, 'policy-violation', ['/callbackUrl'])
    else expectProblem(refused, 'invalid-request', ['/callbackUrl'])
  }
  for (const callbackUrl of [`http://${receiver.host}${path}`, `https://user@${receiver.host}${path}`])
    expectProblem(await stage.worker.create(request({ callbackUrl })), 'invalid-request', ['/callbackUrl'])
  expect(await stage.steps()).toEqual([])
  expect(receiver.at(path)).toEqual([])
})

test('nothing that was logged or answered holds a secret, the callbacks’ own included', async () => {
  await expectNoSecrets(stage)
  const secret = CALLBACK_SECRET.slice('whsec_'.length)
  expect([...stage.worker.logs, ...stage.worker.answers].filter((line) => line.includes(secret))).toEqual([])
})
