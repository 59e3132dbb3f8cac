import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeliveryOrder, Forgery } from '../simulator/webhook-order.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const PATIENCE = { timeout: 40_000, interval: 100 }
const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'

let stage: Stage
let to: string

beforeAll(async () => {
  stage = await startStage({ CONDUCTORONE_WEBHOOKS: 'on' })
  to = new URL('/webhooks/conductorone', stage.worker.url).href
})
afterAll(async () => {
  await expectNoSecrets(stage)
  await stage.stop()
})

let tasks = 0
/** A provisioning step of a task of its own. */
function step(changes: Partial<DeliveryOrder['task']> & object = {}): DeliveryOrder {
  const fields = { numericId: String(9_000 + ++tasks) }
  return {
    url: to,
    event: 'PayloadProvisionStep',
    origin: stage.wire.url.origin,
    task: { fields, ...changes },
  }
}

async function ended(id: string) {
  const { webhooks } = stage.simulator.control
  await expect.poll(async () => (await webhooks.delivery(id)).answeredBy, PATIENCE).not.toBeNull()
  return webhooks.delivery(id)
}

async function vaultsNamed(name: string) {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
}

/** Signs a delivery with something wrong about it, and shows it to the Worker. */
async function show(order: DeliveryOrder, forgery?: Forgery, path = '/webhooks/conductorone') {
  const { headers, body } = await stage.simulator.control.webhooks.sign(order, forgery)
  return stage.worker.call('POST', path, { as: null, body, headers: { ...headers } })
}

describe('ConductorOne asks, and is told', () => {
  test('its test button gets what it waits for', async () => {
    const { attempts, delivery } = await stage.simulator.control.webhooks.send({
      url: to,
      origin: stage.wire.url.origin,
    })
    expect(attempts).toMatchObject([{ status: 200, json: { version: 'v1' } }])
    expect(delivery.state).toBe('WEBHOOK_STATE_SUCCESS')
  })

  test('a provisioning step makes a vault for whoever asked, and is completed once', async () => {
    const name = unique('Payroll')
    const order = step({ entitlement: { displayName: name }, shuffle: 7 })
    const { delivery, attempts } = await stage.simulator.control.webhooks.send(order)
    expect(attempts).toMatchObject([{ status: 202 }])
    const done = await ended(delivery.id)
    expect(done).toMatchObject({ answeredBy: 'callback', state: 'WEBHOOK_STATE_SUCCESS' })
    expect(done.document).toMatchObject({
      version: 'v1',
      complete: { comment: expect.stringContaining(name) },
    })
    const vaults = await vaultsNamed(name)
    expect(vaults).toHaveLength(1)
    expect(vaults[0]?.ownerIds).toEqual([OWNER])
  })

  test('form answers stand before what the entitlement is called', async () => {
    const name = unique('Answered')
    const answers = {
      vault_name: name,
      vault_owners: 'second.owner@example.com',
      vault_kind: 'magic link',
      vault_max_views: 3,
    }
    const { delivery } = await stage.simulator.control.webhooks.send(step({ answers }))
    expect((await ended(delivery.id)).document).toHaveProperty('complete')
    const [made] = await vaultsNamed(name)
    expect(made).toMatchObject({ magicVault: { allowedViews: 3 } })
    expect(made?.ownerIds).toEqual(['2mQg9IILyNefQ6oMTvolM4FjD02'])
  })

  test('a step that cannot be done is told why and what to do', async () => {
    const answers = { vault_name: unique('Nobody'), vault_owners: 'nobody@example.com' }
    const { delivery } = await stage.simulator.control.webhooks.send(step({ answers }))
    const { document } = await ended(delivery.id)
    expect(document).toMatchObject({ errored: { comment: expect.stringContaining('nobody@example.com') } })
  })

  test('faults in the answers are told at the step', async () => {
    const answers = { vault_name: unique('Kind'), vault_kind: 'shared' }
    const { delivery } = await stage.simulator.control.webhooks.send(step({ answers }))
    const { document } = await ended(delivery.id)
    expect(document).toMatchObject({ errored: { comment: expect.stringContaining('vault_kind') } })
  })

  test('an outcome that nobody knows is not told while its vault is looked for, and then once', async () => {
    const { webhooks, fault } = stage.simulator.control
    const name = unique('Looked for')
    await fault('create', 'internal', { when: 'after' })
    const { delivery, attempts } = await webhooks.send(step({ entitlement: { displayName: name } }))
    const location = attempts[0]?.headers.location ?? ''
    const read = () => stage.worker.call('GET', location, { as: 'operator' })
    await expect.poll(async () => (await read()).body.status, PATIENCE).toBe('unknown')
    const meanwhile = await webhooks.resend(delivery.id)
    expect(meanwhile.attempts).toMatchObject([
      { status: 202, json: { version: 'v1', request: { status: 'unknown' } } },
    ])
    expect((await webhooks.delivery(delivery.id)).answeredBy).toBeNull()

    // what its Workflow does after a minute, and again until it finds the vault
    const json = { search: true }
    const found = await stage.worker.call('POST', `${location}/resolve`, { as: 'operator', json })
    expect([found.status, found.body.status]).toEqual([200, 'created'])
    const done = await ended(delivery.id)
    expect(done.document).toMatchObject({ complete: { comment: expect.stringContaining(name) } })
    const again = await webhooks.resend(delivery.id)
    expect(again.attempts).toMatchObject([{ status: 200, json: done.document }])
    expect(await vaultsNamed(name)).toHaveLength(1)
  })

  test('access that is to be taken away is left to people', async () => {
    const { delivery, attempts } = await stage.simulator.control.webhooks.send(step({ type: 'revoke' }))
    expect(attempts).toMatchObject([{ status: 200 }])
    expect(delivery.document).toMatchObject({ errored: { comment: expect.stringContaining('by hand') } })
  })

  test('an automation’s context is a request, and gets the vault', async () => {
    const name = unique('Automated')
    const context = { name, owners: ['owner@example.com'] }
    const { delivery } = await stage.simulator.control.webhooks.send({
      url: to,
      event: 'PayloadWorkflowStep',
      origin: stage.wire.url.origin,
      payload: { context },
    })
    const { document } = await ended(delivery.id)
    expect(document).toMatchObject({
      context: { vault: { displayName: name }, request: { status: 'created' } },
    })
  })

  test('an automation whose context is no request is told so, and does not wait', async () => {
    const { delivery } = await stage.simulator.control.webhooks.send({
      url: to,
      event: 'PayloadWorkflowStep',
      origin: stage.wire.url.origin,
      payload: { context: ['Payroll'] },
    })
    const { document } = await ended(delivery.id)
    expect(document).toMatchObject({ context: { vault: null, problem: { code: 'invalid-request' } } })
  })

  test('an automation that asks for something else under the same ticket and name is told so', async () => {
    const name = unique('Edited')
    const send = async (owner: string) => {
      const { delivery } = await stage.simulator.control.webhooks.send({
        url: to,
        event: 'PayloadWorkflowStep',
        origin: stage.wire.url.origin,
        payload: { context: { name, owners: [owner], ticket: { id: 'SEC-42' } } },
      })
      return (await ended(delivery.id)).document
    }
    expect(await send('owner@example.com')).toMatchObject({ context: { problem: null } })
    expect(await send('second.owner@example.com')).toMatchObject({
      context: { vault: null, problem: { code: 'idempotency-key-reused' }, request: { status: 'created' } },
    })
    expect(await vaultsNamed(name)).toHaveLength(1)
  })

  test('an automation’s faulty context is told what is wrong with it', async () => {
    const { delivery } = await stage.simulator.control.webhooks.send({
      url: to,
      event: 'PayloadWorkflowStep',
      origin: stage.wire.url.origin,
      payload: { context: { nam: 'Typo', owners: ['owner@example.com'] } },
    })
    const { document } = await ended(delivery.id)
    expect(document).toMatchObject({ context: { vault: null, problem: { code: 'invalid-request' } } })
  })

  test.each([
    ['/name', '"name":"A","owners":["owner@example.com"],"name":"B"'],
    ['/context/owners', '"context":{"name":"A","owners":["a@example.com"],"owners":["owner@example.com"]}'],
    ['/context', '"context":{"name":"A"},"context":{"name":"B","owners":["owner@example.com"]}'],
  ])('an automation’s %s that stands twice is refused', async (pointer, members) => {
    const order = { url: to, event: 'PayloadWorkflowStep', origin: stage.wire.url.origin }
    const { delivery } = await stage.simulator.control.webhooks.send({ ...order, body: `{${members}}` })
    const { document } = await ended(delivery.id)
    const detail = `“${pointer.slice(1)}” stands twice; a quote inside a value must be escaped`
    expect(document).toMatchObject({
      context: { vault: null, problem: { code: 'invalid-request', errors: [{ pointer, detail }] } },
    })
  })

  test('a task is ConductorOne’s own, and nothing in it is counted', async () => {
    const name = unique('Twice')
    const task = `"id":"${name}","displayName":"x","displayName":"${name}","userId":"${OWNER}","type":{"grant":{}}`
    const body = `{"taskView":{"task":{${task}}}}`
    const { delivery } = await stage.simulator.control.webhooks.send({ ...step(), body })
    expect((await ended(delivery.id)).document).toHaveProperty('complete')
    expect(await vaultsNamed(name)).toHaveLength(1)
  })

  test.each(['PayloadPolicyApprovalStep', 'PayloadFindingDispatch'])('%s is ignored', async (event) => {
    const answer = await show({ url: to, event, origin: stage.wire.url.origin })
    expect(answer).toMatchObject({ status: 200, body: { ignored: expect.stringContaining(event) } })
  })
})

describe('one delivery, one vault, one completion', () => {
  test.each(['in-turn', 'at-once'] as const)('a delivery that is repeated 50 times, %s', async (how) => {
    const name = unique('Repeated')
    const order = step({ entitlement: { displayName: name } })
    const repeat = { times: 50, how } as const
    const { delivery, attempts } = await stage.simulator.control.webhooks.send(order, { repeat })
    expect(new Set(attempts.map(({ status }) => status)).isSubsetOf(new Set([200, 202]))).toBe(true)
    const done = await ended(delivery.id)
    expect(done.document).toHaveProperty('complete')
    expect(await vaultsNamed(name)).toHaveLength(1)
    const again = await stage.simulator.control.webhooks.resend(delivery.id)
    expect(again.attempts).toMatchObject([{ status: 200 }])
    expect(await vaultsNamed(name)).toHaveLength(1)
  })

  test('the keys are fetched once for many deliveries, and again when the tenant rotates them in the middle', async () => {
    const { control } = stage.simulator
    await control.clearJournal()
    const names = Array.from({ length: 6 }, () => unique('Rotated'))
    const fetches = async () => (await stage.steps()).filter((entry) => entry.startsWith('jwks')).length
    const make = async (name?: string) => {
      const { delivery } = await control.webhooks.send(step({ entitlement: { displayName: name ?? '' } }))
      return ended(delivery.id)
    }
    for (const name of names.slice(0, 2)) await make(name)
    const before = await fetches()
    expect(before).toBeLessThan(2)
    await control.webhooks.rotateKey('ES256', { old: 'remove' })
    for (const name of names.slice(2, 4)) await make(name)
    await control.webhooks.rotateKey('EdDSA', { old: 'keep' })
    for (const name of names.slice(4)) await make(name)
    expect(await fetches()).toBe(before + 2)
    for (const name of names) expect(await vaultsNamed(name)).toHaveLength(1)
  })

  test('a completion whose answer is lost stays one', async () => {
    const name = unique('Lost answer')
    await stage.simulator.control.fault('callback', 'cut')
    const { delivery } = await stage.simulator.control.webhooks.send(
      step({ entitlement: { displayName: name } }),
    )
    expect((await ended(delivery.id)).document).toHaveProperty('complete')
    expect(await vaultsNamed(name)).toHaveLength(1)
  })
  test('a completion that was taken although its answer says 500 stays one, and is not called undelivered', async () => {
    const name = unique('Taken')
    await stage.simulator.control.fault('callback', 'internal', { when: 'after' })
    const order = step({ entitlement: { displayName: name } })
    const { delivery, attempts } = await stage.simulator.control.webhooks.send(order)
    expect((await ended(delivery.id)).document).toHaveProperty('complete')
    const read = () => stage.worker.call('GET', attempts[0]?.headers.location ?? '', { as: 'operator' })
    await expect
      .poll(async () => (await read()).body.warnings, PATIENCE)
      .toEqual([expect.stringMatching(/HTTP 400; the address was used before, perhaps by this very result/)])
    expect((await read()).body.status).toBe('created')
    expect(await vaultsNamed(name)).toHaveLength(1)
  })
})

describe('forged deliveries are refused', () => {
  const forged = async (forgery: Forgery) => show(step({ entitlement: { displayName: 'Forged' } }), forgery)

  test.each<[string, Forgery]>([
    ['another issuer', { claims: { iss: 'evil.conductor.one' } }],
    ['another audience', { claims: { aud: 'elsewhere.example.com' } }],
    ['another kind of token', { claims: { c1typ: 'at' } }],
    ['another method', { claims: { htm: 'GET' } }],
    ['another path', { claims: { htu: 'http://127.0.0.1/webhooks/github' } }],
    ['another body', { sentBody: '{"version":"v1","event":"c1.webhooks.v1.PayloadTest","payload":{}}' }],
    ['no digest of the body', { claims: { htb_s256: null } }],
    ['a time that has passed', { claims: { iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_700_000_120 } }],
    ['a time to come', { claims: { nbf: 4_000_000_000, exp: 4_000_000_120, iat: 4_000_000_000 } }],
    ['a life without end', { claims: { exp: 4_000_000_000 } }],
    ['no id', { claims: { jti: null } }],
    ['no token at all', { headers: { authorization: null } }],
    ['what is no token', { headers: { authorization: 'bearer a.b.c' } }],
    ['alg none', { signer: 'nobody' }],
    ['HS256 with the public key for its secret', { signer: 'public-key' }],
    ['the key of a stranger under the same name', { signer: 'stranger' }],
    ['one bit of the signature turned', { signer: 'garbled' }],
    ['a key id that nobody knows', { header: { kid: 'unknown' } }],
    ['a token of an hour ago', { age: 3_600 }],
    ['a token of the next hour', { age: -3_600 }],
  ])('%s', async (_, forgery) => {
    expect(await forged(forgery)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(await vaultsNamed('Forged')).toEqual([])
  })

  test('a delivery that is shown a second time', async () => {
    const { headers, body } = await stage.simulator.control.webhooks.sign({
      url: to,
      origin: stage.wire.url.origin,
    })
    const once = () => stage.worker.call('POST', '/webhooks/conductorone', { as: null, body, headers })
    expect((await once()).status).toBe(200)
    expect((await once()).status).toBe(401)
  })

  test('a delivery for another of our paths', async () => {
    expect((await show(step(), {}, '/webhooks/github')).status).toBe(404)
  })

  test('a callback address on another host', async () => {
    const order = step()
    const answer = await show({ ...order, envelope: { callbackUrl: 'https://evil.example.com/callback' } })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/callbackUrl' }] } })
  })
})

test('without a search an outcome that nobody knows is told at once, and nothing is sent again', async () => {
  const other = await startStage({ CONDUCTORONE_WEBHOOKS: 'on', CONDUCTORONE_SYSTEM_LOG: 'off' })
  const { control } = other.simulator
  const name = unique('Unknown')
  await control.fault('create', 'internal', { when: 'after' })
  const { delivery } = await control.webhooks.send({
    ...step({ entitlement: { displayName: name } }),
    url: new URL('/webhooks/conductorone', other.worker.url).href,
    origin: other.wire.url.origin,
  })
  await expect
    .poll(async () => (await control.webhooks.delivery(delivery.id)).answeredBy, PATIENCE)
    .not.toBeNull()
  const { document } = await control.webhooks.delivery(delivery.id)
  expect(document).toMatchObject({
    errored: { comment: expect.stringMatching(/^We don’t know whether the vault “Unknown .* was created\./) },
  })
  expect(await control.vaults()).toHaveLength(1)
  const again = await control.webhooks.resend(delivery.id)
  expect(again.attempts).toMatchObject([{ status: 200, json: document }])
  expect(await control.vaults()).toHaveLength(1)
  await expectNoSecrets(other)
  await other.stop()
})

test('without the switch there is no such source', async () => {
  const other = await startStage()
  const answer = await other.worker.call('POST', '/webhooks/conductorone', { as: null, json: {} })
  expect(answer.status).toBe(404)
  await other.stop()
})
