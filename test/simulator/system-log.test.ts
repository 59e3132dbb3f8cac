import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type TenantClient, tenantClient } from '../support/tenant-client.ts'

const PATH = '/api/v1/systemlog/events'
const basic = await newCredential('127.0.0.1', { name: 'plain-wren-2', role: 'basic' })
const admin = await newCredential('127.0.0.1')
let simulator: Simulator
let call: TenantClient

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [admin.credential, basic.credential] })
})
afterAll(() => simulator.stop())
beforeEach(async () => {
  await simulator.control.reset()
  call = await tenantClient(simulator.url, admin)
})

async function createVaults(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let number = 1; number <= count; number++) {
    const request = { displayName: `Vault ${number}`, groupAuthzVault: {} }
    const { json } = await call('POST', '/api/v1/vaults', request, { 'user-agent': `test/${number}` })
    ids.push(Object(json).vault.id)
  }
  return ids
}

async function events(request: Record<string, unknown> = {}): Promise<Record<string, unknown>[]> {
  const { status, json } = await call('POST', PATH, { pageSize: 100, ...request })
  expect(status).toBe(200)
  return Object(json).list
}

/** Every page's events, by the vault that each is about. */
async function listed(request: Record<string, unknown> = {}): Promise<string[]> {
  const ids: string[] = []
  let pageToken = ''
  do {
    const { json } = await call('POST', PATH, { ...request, pageToken })
    for (const { resources } of Object(json).list) ids.push(resources[0].uid)
    pageToken = Object(json).nextPageToken
  } while (pageToken !== '')
  return ids
}

test('records what was done with a vault, as OCSF events', async () => {
  const [id = ''] = await createVaults(1)
  await call('GET', `/api/v1/vaults/${id}`)
  await call('GET', '/api/v1/vaults/nothing')
  await call('DELETE', `/api/v1/vaults/${id}`)
  const [created, read, deleted, ...others] = await events()
  expect(created).toMatchObject({
    class_uid: 6003,
    activity_id: 1,
    activity_name: 'Create',
    type_uid: 600301,
    time: expect.any(Number),
    api: { operation: 'VaultService/Create' },
    actor: { app_uid: admin.clientId },
    http_request: { user_agent: 'test/1' },
    resources: [{ type: 'Vault', uid: id, name: 'Vault 1' }],
    metadata: { uid: expect.stringMatching(/^[0-9A-Za-z]{27}$/) },
  })
  expect(read).toMatchObject({ activity_id: 2, resources: [{ uid: id }] })
  expect(deleted).toMatchObject({ activity_id: 4, resources: [{ uid: id }] })
  expect(others).toEqual([])
})

test('records a search for users, which is about no vault', async () => {
  await call('POST', '/api/v1/search/users', {})
  expect(await events()).toMatchObject([{ api: { operation: 'UserService/Search' }, resources: [] }])
})

test('lists in both directions, by page', async () => {
  const ids = await createVaults(7)
  expect(await listed({ pageSize: 3 })).toEqual(ids)
  expect(await listed({ pageSize: 3, sortDirection: 'SORT_DIRECTION_DESC' })).toEqual(ids.toReversed())
})

test('lists from a time or an event to another', async () => {
  const [first, second] = await createVaults(2)
  const [one, two] = await simulator.control.systemLog()
  expect([one?.vaultId, two?.vaultId]).toEqual([first, second])
  const timeOf = (ms = 0) => new Date(ms).toISOString()
  expect(await listed({ since: timeOf((two?.time ?? 0) + 1) })).toEqual([])
  expect(await listed({ since: timeOf(one?.time), until: timeOf(two?.time) })).toEqual([first, second])
  expect(await listed({ untilEventUid: two?.uid, sinceEventUid: one?.uid })).toEqual([first, second])
})

test.each([
  ['an unknown field', { operation: 'VaultService/Create' }],
  ['a time that is none', { since: 'yesterday' }],
  ['an unknown direction', { sortDirection: 'UP' }],
  ['a negative page size', { pageSize: -1 }],
  ['a page token of its own making', { pageToken: 'bogus' }],
  ['an unknown event', { sinceEventUid: 'nothing' }],
])('refuses a listing with %s', async (_, request) => {
  const { status, json } = await call('POST', PATH, request)
  expect([status, Object(json).code]).toEqual([400, 3])
})

test('refuses the page token of another listing', async () => {
  await createVaults(2)
  const { json } = await call('POST', PATH, { pageSize: 1 })
  const { nextPageToken: pageToken } = Object(json)
  expect((await call('POST', PATH, { pageToken, sortDirection: 'SORT_DIRECTION_DESC' })).status).toBe(400)
})

test('gives 25 events by default and 100 at most', async () => {
  await createVaults(101)
  expect(await events({ pageSize: 0 })).toHaveLength(25)
  expect(await events({ pageSize: 1_000 })).toHaveLength(100)
})

test('late: shows an event some time after it happened', async () => {
  await simulator.control.setSystemLog({ lateMs: 600_000 })
  await createVaults(1)
  expect(await events()).toEqual([])
  expect(await simulator.control.systemLog()).toMatchObject([{ shown: false }])
  await simulator.control.setSystemLog({ lateMs: 0 })
  expect(await events()).toHaveLength(1)
})

test('incomplete: never shows one of so many', async () => {
  await simulator.control.setSystemLog({ missingEvery: 3 })
  const ids = await createVaults(6)
  expect(await listed()).toEqual([ids[0], ids[1], ids[3], ids[4]])
  const entries = await simulator.control.systemLog()
  expect(entries.flatMap(({ shown, vaultId }) => (shown ? [] : [vaultId]))).toEqual([ids[2], ids[5]])
})

test('unordered: lists each event once, in an order of its own', async () => {
  await simulator.control.setSystemLog({ order: 'shuffled' })
  const ids = await createVaults(12)
  const shuffled = await listed({ pageSize: 5 })
  expect(shuffled).not.toEqual(ids)
  expect(shuffled.toSorted()).toEqual(ids.toSorted())
})

test('foreign: has the id somewhere, and none of the fields', async () => {
  await simulator.control.setSystemLog({ shape: 'foreign' })
  const [id = ''] = await createVaults(1)
  const [event] = await events()
  expect(JSON.stringify(event)).toContain(id)
  expect(JSON.stringify(event)).toContain('vault')
  expect(event).not.toHaveProperty('resources')
  expect(JSON.stringify(event)).not.toContain('Vault 1')
})

test('shows what a test plants, whatever the modes', async () => {
  await simulator.control.setSystemLog({ lateMs: 600_000, missingEvery: 1 })
  const planted = { vault: ['2vAuLtThatIsNotThere0000001'] }
  await simulator.control.plantEvents([{ event: planted, time: '2026-01-01T00:00:00Z', uid: 'p1' }])
  expect(await events()).toEqual([planted])
  expect(await events({ since: '2026-01-02T00:00:00Z' })).toEqual([])
  await expect(simulator.control.plantEvents([{ event: {}, uid: 'p1' }])).rejects.toThrow(/p1/)
})

test('is for those who may read it', async () => {
  const callAsBasicUser = await tenantClient(simulator.url, basic)
  expect((await callAsBasicUser('POST', PATH, {})).status).toBe(403)
  await simulator.control.setSystemLog({ forbidden: true })
  const { status, json } = await call('POST', PATH, {})
  expect([status, json]).toEqual([403, { code: 7, message: 'permission denied', details: [] }])
  const rights = Object((await call('GET', '/api/v1/auth/introspect')).json).permissions
  expect(rights).not.toContain('permission/c1.api.systemlog.v1.SystemLogService.ListEvents')
})

test('can fail like any other call', async () => {
  await simulator.control.fault('system-log', 'throttled')
  expect((await call('POST', PATH, {})).status).toBe(429)
})
