import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewCredential } from '../support/credential.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type Answer, type TenantClient, tenantClient } from '../support/tenant-client.ts'
import { FAULT_PRESETS, type FaultPreset } from './faults.ts'

let simulator: Simulator
let credential: NewCredential
let call: TenantClient

beforeAll(async () => {
  credential = await newCredential('127.0.0.1')
  simulator = await startSimulator({ credentials: [credential.credential] })
}, 60_000)
afterAll(() => simulator.stop())
beforeEach(async () => {
  await simulator.control.reset()
  call = await tenantClient(simulator.url, credential)
})

function create(displayName = 'Payroll'): Promise<Answer> {
  return call('POST', '/api/v1/vaults', { displayName, groupAuthzVault: {} })
}

async function vaultCount(): Promise<number> {
  return (await simulator.control.vaults()).length
}

const ANSWERS = Object.entries(FAULT_PRESETS).flatMap(([name, fault]) =>
  fault.kind === 'answer' ? [[name as FaultPreset, fault.status] as const] : [],
)

test.each(ANSWERS)('%s answers %i before the work, or after it', async (name, status) => {
  await simulator.control.fault('create', name, { when: 'before' })
  await simulator.control.fault('create', name, { when: 'after' })
  expect((await create()).status).toBe(status)
  expect(await vaultCount()).toBe(0)
  expect((await create()).status).toBe(status)
  expect(await vaultCount()).toBe(1)
  expect((await create()).status).toBe(200)
  expect((await simulator.control.journal()).map((entry) => entry.fault)).toEqual([
    undefined,
    name,
    name,
    undefined,
  ])
})

test('throttles with and without saying for how long', async () => {
  await simulator.control.fault('create', 'throttled')
  await simulator.control.fault('create', 'throttled-silent')
  expect((await create()).headers.get('retry-after')).toBe('1')
  expect((await create()).headers.get('retry-after')).toBeNull()
})

test('answers whatever a test makes up', async () => {
  const headers = { 'content-type': 'text/plain', 'x-note': 'odd' }
  await simulator.control.fault('create', { kind: 'answer', status: 418, headers, body: 'teapot' })
  const answer = await create()
  expect([answer.status, answer.text, answer.headers.get('x-note')]).toEqual([418, 'teapot', 'odd'])
})

test.each(['before', 'after'] as const)('html and redirect %s the work', async (when) => {
  await simulator.control.fault('create', 'html', { when })
  await simulator.control.fault('create', { kind: 'redirect', location: 'https://example.com/', when })
  const page = await create()
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const redirect = await create()
  expect([redirect.status, redirect.headers.get('location')]).toEqual([307, 'https://example.com/'])
  expect(await vaultCount()).toBe(when === 'after' ? 2 : 0)
})

test('truncate breaks the JSON off', async () => {
  await simulator.control.fault('create', 'truncate')
  const answer = await create()
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
  expect(answer.text).toMatch(/^\{"vault":/)
  expect(answer.json).toBeUndefined()
  expect(await vaultCount()).toBe(1)
})

test('extra adds fields and enum values nobody knows', async () => {
  await simulator.control.fault('create', 'extra')
  await simulator.control.fault('search', 'extra')
  const future = { fieldFromTheFuture: expect.anything() }
  expect((await create()).json).toMatchObject({
    ...future,
    vault: { ...future, displayName: 'Payroll', groupAuthzVault: future },
  })
  const search = await call('POST', '/api/v1/search/users', { email: 'owner@example.com' })
  expect(search.json).toMatchObject({
    list: [{ user: { type: 'USER_TYPE_FROM_THE_FUTURE', status: 'ENABLED', email: 'owner@example.com' } }],
  })
})

test('no-id leaves the id out', async () => {
  await simulator.control.fault('create', 'no-id')
  expect(Object((await create()).json).vault).not.toHaveProperty('id')
  expect(await vaultCount()).toBe(1)
})

test.each(['before', 'after'] as const)(
  'cut and silent leave a create %s the work unanswered',
  async (when) => {
    await simulator.control.fault('create', 'cut', { when })
    await expect(create()).rejects.toThrow()
    await simulator.control.fault('create', { kind: 'silent', ms: 300, when })
    const sent = Date.now()
    await expect(create()).rejects.toThrow()
    expect(Date.now() - sent).toBeGreaterThan(250)
    expect(await vaultCount()).toBe(when === 'after' ? 2 : 0)
  },
)

test('null-user puts a hit without a user first', async () => {
  await simulator.control.fault('search', 'null-user')
  const { json } = await call('POST', '/api/v1/search/users', { email: 'owner@example.com' })
  expect(json).toMatchObject({ list: [{ user: null }, { user: { email: 'owner@example.com' } }] })
})

test('endless never ends', async () => {
  await simulator.control.fault('get', 'endless')
  const response = await fetch(new URL('/api/v1/vaults/x', simulator.url))
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
  let received = 0
  for await (const chunk of response.body ?? []) {
    received += chunk.byteLength
    if (received > 500_000) break
  }
  expect(received).toBeGreaterThan(500_000)
  expect((await create()).status).toBe(200)
})

test('delay holds its request and no other, and combines with one more fault', async () => {
  await simulator.control.fault('create', { kind: 'delay', ms: 600 }, { match: 'Slow' })
  await simulator.control.fault('create', 'unavailable', { match: 'Slow' })
  const order: string[] = []
  const slow = create('Slow').then((answer) => order.push(`slow ${answer.status}`))
  await new Promise((resolve) => setTimeout(resolve, 100))
  await create('Quick').then((answer) => order.push(`quick ${answer.status}`))
  expect((await simulator.control.journal()).find((entry) => entry.fault)).toMatchObject({
    fault: 'delay+unavailable',
    status: null,
  })
  await slow
  expect(order).toEqual(['quick 200', 'slow 503'])
})

test('the work is done although the client hung up meanwhile', async () => {
  await simulator.control.fault('create', { kind: 'delay', ms: 400 })
  const url = new URL('/api/v1/vaults', simulator.url)
  const { headers } = await callHeaders()
  const body = JSON.stringify({ displayName: 'Left alone', groupAuthzVault: {} })
  const signal = AbortSignal.timeout(100)
  await expect(fetch(url, { method: 'POST', headers, body, signal })).rejects.toThrow()
  expect(await vaultCount()).toBe(0)
  await expect.poll(vaultCount).toBe(1)
})

async function callHeaders(): Promise<{ headers: Record<string, string> }> {
  const { clientId: client_id, clientSecret: client_secret } = credential
  const response = await fetch(new URL('/auth/v1/token', simulator.url), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
  })
  const token = Object(await response.json()).access_token
  return { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }
}

test('a fault strikes what it matches, as often as it was asked for, in order', async () => {
  await simulator.control.fault('create', 'conflict', { match: 'Red', times: 2 })
  await simulator.control.fault('create', 'forbidden')
  expect((await create('Blue')).status).toBe(403)
  expect((await create('Red')).status).toBe(409)
  expect(await simulator.control.faults()).toMatchObject([{ name: 'conflict', times: 1, match: 'Red' }])
  expect((await create('Red')).status).toBe(409)
  expect((await create('Red')).status).toBe(200)
})

test('a path can match, and the token has faults too', async () => {
  await simulator.control.fault('get', 'internal', { match: 'vaults/two' })
  expect((await call('GET', '/api/v1/vaults/one')).status).toBe(404)
  expect((await call('GET', '/api/v1/vaults/two')).status).toBe(500)
  await simulator.control.fault('token', 'unavailable')
  const denied = await tenantClient(simulator.url, credential)
  expect((await denied('GET', '/api/v1/auth/introspect')).status).toBe(401)
})

test('faults can be forgotten, and mistakes in them are told', async () => {
  await simulator.control.fault('create', 'internal', { times: 5 })
  await simulator.control.clearFaults()
  expect((await create()).status).toBe(200)
  const body = JSON.stringify({ step: 'create', fault: 'no-such-fault' })
  const answer = await fetch(new URL('/_simulator/faults', simulator.url), { method: 'POST', body })
  expect(answer.status).toBe(400)
})
