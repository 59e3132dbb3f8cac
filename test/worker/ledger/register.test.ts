import { reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import {
  forgetAddress,
  listVaults,
  madeVault,
  readVaults,
  vaultsOfOthers,
} from '../../../src/ledger/shards.ts'
import { bindings, claimFor, json, onDisk, registerVaults, stageTenant, travel } from '../stage.ts'

const { script } = stageTenant()
afterEach(() => reset())
const DAY = 24 * 3_600_000
const runbook = { source: 'api', caller: 'runbook' }

async function make(fields: Readonly<Record<string, unknown>> = {}, caller = 'runbook') {
  travel(1)
  const claimed = await claimFor({ fields, caller })
  await claimed.ledger.submit(claimed.claim)
  return claimed
}

/** Lets a shard forget what has ended. */
async function forgetOld({ stub }: Awaited<ReturnType<typeof make>>) {
  travel(30 * DAY + 60_000)
  await runDurableObjectAlarm(stub)
}

const requestsOf = (page: Awaited<ReturnType<typeof listVaults>>) => page.vaults.map(({ request }) => request)

test('lists vaults of requests and of the register together, newest first', async () => {
  const first = await make({ name: 'First', ticket: { id: 'SEC-1' } })
  await forgetOld(first)
  const second = await make({ name: 'Second' }, 'other')
  const third = await make({ name: 'Third' })
  expect(await onDisk(first.stub, first.claim.id)).toBeUndefined()
  const ids = [third, second, first].map(({ claim }) => claim.id)
  expect(requestsOf(await listVaults(bindings, { limit: 10 }))).toEqual(ids)
  expect(requestsOf(await listVaults(bindings, { limit: 10, claimant: runbook }))).toEqual([ids[0], ids[2]])
  expect(requestsOf(await listVaults(bindings, { limit: 10, ticket: 'sec-1' }))).toEqual([ids[2]])
  const page = await listVaults(bindings, { limit: 2 })
  expect([requestsOf(page), page.cursor]).toEqual([ids.slice(0, 2), ids[1]])
  expect(await listVaults(bindings, { limit: 2, before: page.cursor ?? undefined })).toMatchObject({
    vaults: [{ request: ids[2], name: 'First', ticket: { id: 'SEC-1' } }],
    cursor: null,
  })
})

test('all of the register is read once, newest first, however many pages its shards have', async () => {
  // two shards have more than one page
  const ids = await registerVaults(2_500, () => ['u1'], ['0', '7'])
  const others = await registerVaults(16, () => ['u2'])
  const made = await make({ name: 'Newest' })
  const read: string[] = []
  for await (const vaults of readVaults(bindings, {})) read.push(...vaults.map(({ request }) => request))
  expect(read).toEqual([made.claim.id, ...[...ids, ...others].sort().reverse()])
})

test('a caller may read a vault of its own that only the register knows', async () => {
  const made = await make()
  const vaultId = (await onDisk(made.stub, made.claim.id))?.vault?.id ?? ''
  await forgetOld(made)
  expect(await madeVault(bindings, vaultId, runbook)).toBe(true)
  expect(await madeVault(bindings, vaultId, { ...runbook, caller: 'other' })).toBe(false)
})

test('a vault that only the register knows is still its request’s own', async () => {
  const made = await make()
  const vaultId = (await onDisk(made.stub, made.claim.id))?.vault?.id ?? ''
  await forgetOld(made)
  expect(await vaultsOfOthers(bindings, [vaultId, 'another'], 'req_1')).toEqual(new Set([vaultId]))
  expect(await vaultsOfOthers(bindings, [vaultId], made.claim.id)).toEqual(new Set())
})

test('the register keeps nothing of what made no vault', async () => {
  script.create = [json({ code: 3, message: 'no' }, 400)]
  const refused = await make()
  await forgetOld(refused)
  expect((await listVaults(bindings, { limit: 10 })).vaults).toEqual([])
})

test('the register forgets after 400 days, without anyone asking', async () => {
  const made = await make()
  await forgetOld(made)
  travel(369 * DAY)
  await runDurableObjectAlarm(made.stub)
  expect((await listVaults(bindings, { limit: 10 })).vaults).toHaveLength(1)
  const alarm = await runInDurableObject(made.stub, (_, { storage }) => storage.getAlarm())
  expect(alarm).not.toBeNull()
  travel(2 * DAY)
  await runDurableObjectAlarm(made.stub)
  expect((await listVaults(bindings, { limit: 10 })).vaults).toEqual([])
})

test('a person is forgotten in requests and register, and nothing else is', async () => {
  const fields = {
    owners: ['jane@example.com'],
    requestedBy: 'Jane@example.com',
    description: 'For mary-jane@example.com',
    ticket: { id: 'Access of Jane@example.com' },
  }
  script.users = [(body) => json({ list: [{ user: { id: 'u1', email: Object(body).email } }] })(body, {})]
  const old = await make(fields)
  await forgetOld(old)
  const made = await make(fields)
  const other = await make({ requestedBy: 'joe@example.com' })
  expect(await forgetAddress(bindings, 'jane@example.com')).toEqual({ requests: 1, vaults: 1, pending: 0 })
  const entry = await onDisk(made.stub, made.claim.id)
  expect(JSON.stringify(entry).toLowerCase().replaceAll('mary-jane@example.com', '')).not.toContain(
    'jane@example.com',
  )
  expect(entry).toMatchObject({
    id: made.claim.id,
    key: made.claim.key,
    fingerprint: made.claim.fingerprint,
    owners: [{ input: '', id: 'u1' }],
  })
  const rows = await runInDurableObject(made.stub, (_, { storage }) =>
    storage.sql.exec('SELECT ticket FROM requests').toArray(),
  )
  expect(rows).toContainEqual({ ticket: 'access of [removed]' })
  expect(JSON.stringify(rows)).not.toContain('jane@example.com')
  const { vaults } = await listVaults(bindings, { limit: 10 })
  expect(vaults.map(({ requestedBy }) => requestedBy)).toEqual(['joe@example.com', null, null])
  expect(await onDisk(other.stub, other.claim.id)).toMatchObject({
    order: { requestedBy: 'joe@example.com' },
  })
  expect(await forgetAddress(bindings, 'jane@example.com')).toEqual({ requests: 0, vaults: 0, pending: 0 })
})

test('a person is forgotten under an address that was written in another form', async () => {
  const { stub, claim } = await make({ requestedBy: 'Jos\u00e9@xn--mller-kva.example' })
  expect(await forgetAddress(bindings, 'jose\u0301@m\u00fcller.example')).toMatchObject({ requests: 1 })
  expect(await onDisk(stub, claim.id)).toMatchObject({ order: { requestedBy: '' } })
})

test('what is not settled yet keeps the person, and is counted', async () => {
  script.create = [json({}, 500)]
  await make({ requestedBy: 'jane@example.com' })
  expect(await forgetAddress(bindings, 'jane@example.com')).toEqual({ requests: 0, vaults: 0, pending: 1 })
})
