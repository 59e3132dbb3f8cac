import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { type TenantClient, tenantClient } from '../support/tenant-client.ts'
import { DEFAULT_USERS } from './users.ts'
import type { Vault } from './vaults.ts'

const HOST = '127.0.0.1'
const [OWNER, SECOND_OWNER, DISABLED] = DEFAULT_USERS
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

async function createVault(change: Record<string, unknown> = {}): Promise<Vault> {
  const request = { displayName: 'Payroll', groupAuthzVault: {}, ...change }
  const { status, json } = await call('POST', '/api/v1/vaults', request)
  expect(status).toBe(200)
  return Object(json).vault
}

test('a vault lives: created, read, changed, deleted', async () => {
  const ownerIds = [OWNER.id, SECOND_OWNER.id]
  const vault = await createVault({ ownerIds })
  expect(vault).toEqual({
    id: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
    displayName: 'Payroll',
    description: '',
    groupAuthzVault: {},
    magicVault: null,
    credentialExpirationDuration: null,
    createdAt: expect.stringMatching(/Z$/),
    updatedAt: vault.createdAt,
    deletedAt: null,
  })
  expect(await simulator.control.vaults()).toContainEqual({ ...vault, ownerIds })

  const path = `/api/v1/vaults/${vault.id}`
  expect((await call('GET', path)).json).toEqual({ vault })
  const updated = await call('POST', path, {
    vault: { displayName: 'ignored', credentialExpirationDuration: '2592000s' },
    updateMask: 'credentialExpirationDuration',
  })
  const expiring = { ...vault, credentialExpirationDuration: '2592000s', updatedAt: expect.any(String) }
  expect(updated.json).toEqual({ vault: expiring })
  expect((await call('GET', path)).json).toEqual({ vault: expiring })
  expect((await call('DELETE', path)).json).toEqual({})
  const gone = await call('GET', path)
  expect([gone.status, gone.json]).toEqual([404, { code: 5, message: 'vault not found', details: [] }])
})

test('a name may be taken twice, and each create makes a vault', async () => {
  expect((await createVault()).id).not.toBe((await createVault()).id)
})

test('a magic vault, in snake_case, with its defaults', async () => {
  const limited = { group_authz_vault: null, groupAuthzVault: undefined, magic_vault: { allowed_views: 3 } }
  expect((await createVault(limited)).magicVault).toEqual({ allowUnauthedViews: false, allowedViews: 3 })
  const open = { groupAuthzVault: null, magicVault: {} }
  expect((await createVault(open)).magicVault).toEqual({ allowUnauthedViews: false, allowedViews: 0 })
})

test.each<[string, unknown, number, number]>([
  ['no name', { groupAuthzVault: {} }, 500, 2],
  ['an empty name', { displayName: '', groupAuthzVault: {} }, 500, 2],
  ['both kinds', { displayName: 'x', groupAuthzVault: {}, magicVault: {} }, 400, 3],
  ['a group vault with a field', { displayName: 'x', groupAuthzVault: { a: 1 } }, 400, 3],
  ['views as text', { displayName: 'x', magicVault: { allowedViews: '5' } }, 400, 3],
  ['views below zero', { displayName: 'x', magicVault: { allowedViews: -1 } }, 400, 3],
  ['too many views', { displayName: 'x', magicVault: { allowedViews: 4_294_967_296 } }, 400, 3],
  ['half a view', { displayName: 'x', magicVault: { allowedViews: 0.5 } }, 400, 3],
  ['a flag as text', { displayName: 'x', magicVault: { allowUnauthedViews: 'true' } }, 400, 3],
  ['a name that is a number', { displayName: 1, groupAuthzVault: {} }, 400, 3],
  ['an unknown field', { displayName: 'x', groupAuthzVault: {}, credentialExpiration: '1s' }, 400, 3],
  ['a field twice', { displayName: 'x', display_name: 'x', groupAuthzVault: {} }, 400, 3],
  ['owners that are no list', { displayName: 'x', groupAuthzVault: {}, ownerIds: OWNER.id }, 400, 3],
  ['half a surrogate pair', '{"displayName":"\\ud800","groupAuthzVault":{}}', 400, 3],
  ['broken JSON', '{"displayName":', 400, 3],
  ['a list', [], 400, 3],
  ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 500, 2],
])('refuses to create with %s', async (_, request, status, code) => {
  const before = (await simulator.control.vaults()).length
  const answer = await call('POST', '/api/v1/vaults', request)
  expect([answer.status, answer.json]).toEqual([status, { code, message: expect.any(String), details: [] }])
  expect(await simulator.control.vaults()).toHaveLength(before)
})

test.each([
  ['an unknown owner', 'nobody'],
  ['an e-mail owner', OWNER.email],
  ['a disabled owner', DISABLED.id],
])('names the field of %s', async (_, id) => {
  const request = { displayName: 'x', groupAuthzVault: {}, ownerIds: [OWNER.id, id] }
  const { status, json } = await call('POST', '/api/v1/vaults', request)
  expect(status).toBe(400)
  expect(json).toEqual({
    code: 3,
    message: `invalid owner id "${id}"`,
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'owner_ids[1]', description: `invalid owner id "${id}"` }],
      },
    ],
  })
})

test('a vault needs no kind, as only its name is published as required', async () => {
  expect(await createVault({ groupAuthzVault: null })).toMatchObject({
    groupAuthzVault: null,
    magicVault: null,
  })
})

test('says what C1 says when the name is missing', async () => {
  const { text } = await call('POST', '/api/v1/vaults', {})
  expect(text).toBe('{"code":2,"message":"display_name is required","details":[]}')
})

test('takes JSON only', async () => {
  const body = { displayName: 'x', groupAuthzVault: {} }
  const answer = await call('POST', '/api/v1/vaults', body, { 'content-type': 'text/plain' })
  expect(answer.status).toBe(400)
})

test.each<[string, Record<string, unknown>]>([
  ['no mask', { vault: { description: 'x' } }],
  ['an empty mask', { vault: { description: 'x' }, updateMask: '' }],
  ['an unknown path', { vault: { description: 'x' }, updateMask: 'owners' }],
  ['a read-only path', { vault: { id: 'x' }, updateMask: 'id' }],
  ['a snake_case path', { vault: { displayName: 'x' }, updateMask: 'display_name' }],
  ['a mask that is an object', { vault: { description: 'x' }, updateMask: { paths: ['description'] } }],
  ['a flat body', { description: 'x', updateMask: 'description' }],
  ['no vault', { updateMask: 'description' }],
  ['an ISO 8601 duration', expiry('PT1H')],
  ['a duration without a unit', expiry('3600')],
  ['a duration in days', expiry('30d')],
  ['a duration of nothing', expiry('0s')],
  ['a duration beyond all bounds', expiry('315576000001s')],
  ['views for a group vault', { vault: { magicVault: {} }, updateMask: 'magicVault.allowedViews' }],
])('refuses an update with %s', async (_, request) => {
  const vault = await createVault()
  const answer = await call('POST', `/api/v1/vaults/${vault.id}`, request)
  expect([answer.status, Object(answer.json).code]).toEqual([400, 3])
  expect((await call('GET', `/api/v1/vaults/${vault.id}`)).json).toEqual({ vault })
})

function expiry(credentialExpirationDuration: string): Record<string, unknown> {
  return { vault: { credentialExpirationDuration }, updateMask: 'credentialExpirationDuration' }
}

test('updates what the mask names: several fields, a part of a kind, the other kind, none', async () => {
  const { id } = await createVault({ groupAuthzVault: null, magicVault: { allowedViews: 3 } })
  const update = async (vault: unknown, updateMask: string) =>
    Object((await call('POST', `/api/v1/vaults/${id}`, { vault, updateMask })).json).vault
  const named = { displayName: 'Wages', description: 'monthly' }
  expect(await update(named, 'displayName,description')).toMatchObject(named)
  const views = { magicVault: { allowedViews: 9, allowUnauthedViews: true } }
  expect(await update(views, 'magicVault.allowedViews')).toMatchObject({
    magicVault: { allowedViews: 9, allowUnauthedViews: false },
  })
  expect(await update({ groupAuthzVault: {} }, 'groupAuthzVault')).toMatchObject({
    groupAuthzVault: {},
    magicVault: null,
  })
  await update({ credentialExpirationDuration: '60s' }, 'credentialExpirationDuration')
  expect(await update({}, 'credentialExpirationDuration')).toMatchObject({
    credentialExpirationDuration: null,
  })
})

test('lets Super Administrators in and nobody else', async () => {
  for (const [method, path] of [
    ['POST', '/api/v1/vaults'],
    ['GET', '/api/v1/vaults/x'],
    ['POST', '/api/v1/vaults/x'],
    ['DELETE', '/api/v1/vaults/x'],
  ] as const) {
    const body = method === 'POST' ? {} : undefined
    const refused = await callAsBasicUser(method, path, body)
    expect([refused.status, Object(refused.json).code]).toEqual([403, 7])
    const unknown = await call(method, path, body, { authorization: 'Bearer bogus' })
    expect([unknown.status, Object(unknown.json).code]).toEqual([401, 16])
  }
})
