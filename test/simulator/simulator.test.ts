import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewCredential } from '../support/credential.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type TenantClient, tenantClient } from '../support/tenant-client.ts'
import { DEFAULT_USERS } from './users.ts'

const VAULT = { displayName: 'Payroll', groupAuthzVault: {} }
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

test.each([
  '/',
  '/vaults',
  '/v1/vaults',
  '/api',
  '/api/v1/nothing',
  '/auth/v1/nothing',
  '/api/v1/vaults/a/b',
])('answers %s with the web app', async (path) => {
  const answer = await call('GET', path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(answer.text).toContain('<!doctype html>')
})

test.each(['/api/v1/vaults/', '/api/v1/vaults/a%2Fb', '/api/v1/vaults/%2f'])(
  'redirects %s to the collection',
  async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await call(method, path)
      expect([answer.status, answer.headers.get('location')]).toEqual([307, '/api/v1/vaults'])
    }
  },
)

test('has no list of vaults', async () => {
  const answer = await call('GET', '/api/v1/vaults')
  expect([answer.status, Object(answer.json).code]).toEqual([501, 12])
})

test('journals what it got and what it answered', async () => {
  await simulator.control.clearJournal()
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await call('POST', '/api/v1/vaults', VAULT, { 'user-agent': 'a-client/1', traceparent })
  await call('GET', '/api/v1/vaults/x?y=z')
  await call('POST', '/api/v1/vaults', '{')
  expect(await simulator.control.journal()).toMatchObject([
    {
      at: expect.stringMatching(/Z$/),
      step: 'create',
      method: 'POST',
      path: '/api/v1/vaults',
      headers: { 'user-agent': 'a-client/1', traceparent, authorization: 'Bearer' },
      body: VAULT,
      status: 200,
    },
    { step: 'get', path: '/api/v1/vaults/x?y=z', body: null, status: 404 },
    { step: 'create', body: '{', status: 400 },
  ])
})

test('revokes every token', async () => {
  await simulator.control.revoke()
  expect((await call('GET', '/api/v1/auth/introspect')).status).toBe(401)
})

test('resets to what it was', async () => {
  await call('POST', '/api/v1/vaults', VAULT)
  await simulator.control.replaceUsers([])
  await simulator.control.fault('create', 'internal')
  await simulator.control.reset()
  expect(await simulator.control.vaults()).toEqual([])
  expect(await simulator.control.users()).toEqual(DEFAULT_USERS)
  expect(await simulator.control.faults()).toEqual([])
  expect(await simulator.control.journal()).toEqual([])
})

test('takes its users from whoever starts it', async () => {
  const users = [{ id: 'u1', email: 'solo@example.com', displayName: 'Solo', status: 'ENABLED' as const }]
  const other = await startSimulator({ credentials: [], users })
  expect(await other.control.users()).toEqual(users)
  await other.stop()
})

test('serves a thousand at once', async () => {
  const names = Array.from({ length: 1_000 }, (_, number) => `Vault ${number}`)
  await Promise.all(names.map((displayName) => call('POST', '/api/v1/vaults', { ...VAULT, displayName })))
  const created = await simulator.control.vaults()
  expect(new Set(created.map((vault) => vault.displayName))).toEqual(new Set(names))
}, 60_000)
