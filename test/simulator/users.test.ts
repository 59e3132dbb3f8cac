import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type TenantClient, tenantClient } from '../support/tenant-client.ts'
import { DEFAULT_USERS } from './users.ts'

const HOST = '127.0.0.1'
const [OWNER, , DISABLED] = DEFAULT_USERS
let simulator: Simulator
let call: TenantClient
let callAsBasicUser: TenantClient

beforeAll(async () => {
  const admin = await newCredential(HOST)
  const basic = await newCredential(HOST, { name: 'plain-wren-2', role: 'basic' })
  simulator = await startSimulator({ credentials: [admin.credential, basic.credential] })
  call = await tenantClient(simulator.url, admin)
  callAsBasicUser = await tenantClient(simulator.url, basic)
}, 60_000)
afterAll(() => simulator.stop())
beforeEach(() => simulator.control.replaceUsers(DEFAULT_USERS))

async function found(request: unknown): Promise<string[]> {
  const { json } = await call('POST', '/api/v1/search/users', request)
  return Object(json).list.map((hit: { user: { email: string } }) => hit.user.email)
}

test('finds by the exact e-mail address, whatever its case', async () => {
  expect(await found({ email: 'owner@example.com', userStatuses: ['ENABLED'], pageSize: 2 })).toEqual([
    'owner@example.com',
  ])
  expect(await found({ email: 'mixed.case@example.com' })).toEqual(['Mixed.Case@Example.com'])
  expect(await found({ email: 'owner@example' })).toEqual([])
})

test('finds by status, text and id', async () => {
  expect(await found({ userStatuses: ['DISABLED'] })).toEqual(['disabled@example.com'])
  expect(await found({ query: 'second' })).toEqual(['second.owner@example.com'])
  const refs = [{ id: OWNER.id }, { id: DISABLED.id }, { id: 'nobody' }]
  expect(await found({ refs })).toEqual(['owner@example.com', 'disabled@example.com'])
  expect(await found({ refs, userStatuses: ['ENABLED'] })).toEqual(['owner@example.com'])
  expect(await found({ ids: [OWNER.id] })).toEqual(['owner@example.com'])
  expect(await found({ email: 'shared@example.com' })).toHaveLength(2)
  expect(await found({ user_statuses: ['DISABLED'] })).toHaveLength(1)
})

test('shows every field of a user, set or not', async () => {
  const { status, json } = await call('POST', '/api/v1/search/users', { email: OWNER.email })
  expect(status).toBe(200)
  const { email, id, displayName } = OWNER
  expect(json).toMatchObject({
    list: [
      {
        user: { id, email, displayName, status: 'ENABLED', type: 'USER_TYPE_HUMAN', emails: [email] },
        userId: id,
        rolesPath: '',
        objectPermissions: null,
      },
    ],
    nextPageToken: '',
    expanded: [],
  })
})

test('pages as C1 does: at least 10, 25 by default, at most 100', async () => {
  const users = Array.from({ length: 120 }, (_, number) => ({
    id: `2uSer${String(number).padStart(22, '0')}`,
    email: `user${number}@example.com`,
    displayName: `User ${number}`,
    status: 'ENABLED' as const,
  }))
  await simulator.control.replaceUsers(users)
  for (const [asked, given] of [
    [0, 25],
    [2, 10],
    [50, 50],
    [1000, 100],
  ]) {
    expect(await found({ pageSize: asked })).toHaveLength(given ?? 0)
  }
  const first = await call('POST', '/api/v1/search/users', { pageSize: 100 })
  const pageToken = Object(first.json).nextPageToken
  const second = await call('POST', '/api/v1/search/users', { pageSize: 100, pageToken })
  expect(second.json).toMatchObject({ list: { length: 20 }, nextPageToken: '' })
  expect((await call('POST', '/api/v1/search/users', { query: 'x', pageToken })).status).toBe(400)
})

test.each([
  ['an unknown field', { emial: 'x' }, 400],
  ['an unknown status', { userStatuses: ['ACTIVE'] }, 400],
  ['a page size that is text', { pageSize: '25' }, 400],
  ['a negative page size', { pageSize: -1 }, 400],
  ['a page token of its own making', { pageToken: 'bogus' }, 400],
  ['a filter that is not simulated', { roleIds: ['x'] }, 501],
])('refuses a search with %s', async (_, request, status) => {
  expect((await call('POST', '/api/v1/search/users', request)).status).toBe(status)
})

test('reads one user', async () => {
  const { json } = await call('GET', `/api/v1/users/${OWNER.id}`)
  expect(json).toMatchObject({ userView: { user: { email: OWNER.email } } })
  const missing = await call('GET', '/api/v1/users/nobody')
  expect([missing.status, missing.json]).toEqual([404, { code: 5, message: 'user not found', details: [] }])
})

test('shows a Basic User hits with blank profiles', async () => {
  const { status, json } = await callAsBasicUser('POST', '/api/v1/search/users', { email: OWNER.email })
  expect(status).toBe(200)
  expect(json).toMatchObject({ list: [{ user: { id: OWNER.id, email: '', displayName: '', emails: [] } }] })
})

test('says who calls', async () => {
  const { json } = await call('GET', '/api/v1/auth/introspect')
  expect(json).toMatchObject({
    principleId: expect.any(String),
    roles: expect.arrayContaining(['role/c1.api.tenant.v1.Tenant:owner']),
    permissions: expect.arrayContaining(['permission/c1.api.vault.v1.VaultService.Create']),
  })
})
