import { beforeEach, expect, test } from 'vitest'
import { newRequestId } from '../../../src/ledger/request-id.ts'
import { claimFor, json, onDisk, stageTenant, travel, type Wish } from '../stage.ts'

const { script, sentTo } = stageTenant()
/** The id of the lost vault, each test's own: the ledger of one test is that of the next. */
let lostId = ''
let count = 0
beforeEach(() => {
  lostId = `2kSuIdOfTheLostVault${String(++count).padStart(7, '0')}`
})

/** A request whose create got no answer that says what came of it. */
async function lose(wish: Wish = {}) {
  script.create = [json({}, 500), json({ vault: { id: 'vault-second' } })]
  const claimed = await claimFor(wish)
  await claimed.ledger.submit(claimed.claim)
  const line = `Requested via runbook, request ${claimed.claim.id}`
  return { ...claimed, vault: { ...vaultNow(), description: `Wages\n\n${line}` } }
}

function vaultNow() {
  const createdAt = new Date().toISOString()
  return { id: lostId, displayName: 'Payroll', groupAuthzVault: {}, magicVault: null, createdAt }
}

const created = (id: string) => json({ list: [{ type: 'Vault', uid: id }], nextPageToken: '' })

test('settles with a vault whose description ends with the line of the request', async () => {
  const { claim, ledger, vault } = await lose()
  script.vault = [json({ vault })]
  expect(await ledger.settle(claim.id, { vaultId: lostId, by: 'Ann' })).toMatchObject({
    kind: 'settled',
    record: {
      status: 'created',
      vault,
      problem: null,
      settledBy: 'Ann',
      warnings: [expect.stringContaining('Ann'), expect.stringContaining('runbook was told')],
    },
  })
  expect(await ledger.submit(claim)).toMatchObject({
    kind: 'ended',
    replayed: true,
    record: { status: 'created' },
  })
  expect(sentTo('create')).toHaveLength(1)
})

test.each([
  ['does not name the request', () => 'Wages'],
  ['names it in the middle', (line: string) => `${line}\n\nRequested via other, request req_other`],
  ['only mentions it', (line: string) => `Not ours: ${line}`],
])('a vault that %s needs force, and is then warned of', async (_, describe) => {
  const { claim, ledger, vault } = await lose()
  const line = vault.description.split('\n').at(-1) ?? ''
  script.vault = [json({ vault: { ...vault, description: describe(line) } })]
  const command = { vaultId: lostId, by: 'Ann' }
  expect(await ledger.settle(claim.id, command)).toEqual({
    kind: 'unproven',
    reasons: [expect.stringContaining('does not end with')],
  })
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown' })
  expect(await ledger.settle(claim.id, { ...command, force: true })).toMatchObject({
    record: {
      status: 'created',
      warnings: expect.arrayContaining([expect.stringContaining('does not name this request')]),
    },
  })
})

test('a preview shows the vault and whether it fits, and settles nothing', async () => {
  const { claim, ledger, vault } = await lose()
  script.vault = [json({ vault }), json({ vault: { ...vault, displayName: 'Other', description: '' } })]
  const command = { vaultId: lostId, preview: true, by: 'Ann' }
  expect(await ledger.settle(claim.id, command)).toEqual({
    kind: 'previewed',
    vault,
    fits: true,
    reasons: [],
  })
  expect(await ledger.settle(claim.id, { ...command, force: true })).toMatchObject({
    kind: 'previewed',
    fits: false,
    reasons: [expect.stringContaining('does not end with'), expect.stringContaining('name')],
  })
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown' })
})

test('refuses a vault that another request has, in whichever shard, even by force', async () => {
  const other = await claimFor({ shard: 'e' })
  script.create = [json({ vault: vaultNow() })]
  await other.ledger.submit(other.claim)
  const { claim, ledger, vault } = await lose({ shard: '3' })
  script.vault = [json({ vault })]
  for (const flags of [{}, { force: true }, { preview: true }])
    expect(await ledger.settle(claim.id, { vaultId: lostId, by: 'Ann', ...flags })).toEqual({ kind: 'taken' })
})

test('settles as not created by force only, while the search runs', async () => {
  const { claim, ledger } = await lose()
  const command = { outcome: 'not_created', by: 'Ann' } as const
  expect(await ledger.settle(claim.id, command)).toEqual({
    kind: 'searching',
    nextLookAt: expect.stringMatching(/Z$/),
  })
  expect(await ledger.settle(claim.id, { ...command, force: true })).toMatchObject({
    kind: 'settled',
    record: {
      status: 'failed',
      vault: null,
      settledBy: 'Ann',
      problem: { code: 'conductorone-unavailable' },
    },
  })
  expect(sentTo('vault')).toEqual([])
})

test('what follows under the same key has an id of its own, and each names the other', async () => {
  const { claim, ledger, vault } = await lose({ key: 'the same' })
  await ledger.settle(claim.id, { outcome: 'not_created', force: true, by: 'Ann' })
  const again = { ...claim, id: `${claim.id.slice(0, -3)}000` }
  expect(await ledger.submit(again)).toMatchObject({
    replayed: false,
    record: {
      id: again.id,
      status: 'created',
      vault: { id: 'vault-second' },
      warnings: [expect.stringContaining(claim.id)],
    },
  })
  const sent = sentTo('create').map(({ body }) => String(Object(body).description))
  expect(sent.map((text) => text.slice(text.lastIndexOf('req_')))).toEqual([claim.id, again.id])
  expect(await ledger.read(claim.id)).toMatchObject({
    status: 'failed',
    warnings: expect.arrayContaining([expect.stringContaining(again.id)]),
  })
  // the vault of the first one, should it turn up after all, is not taken for the second one's
  expect(vault.description).not.toContain(again.id)
  expect(await ledger.submit(again)).toMatchObject({ replayed: true, record: { id: again.id } })
})

test('searches now if it is asked to', async () => {
  const { claim, ledger, vault } = await lose()
  script.events = [json({ list: [], nextPageToken: '' }), created(lostId)]
  script.vault = [json({ vault })]
  const command = { search: true, by: 'Ann' } as const
  expect(await ledger.settle(claim.id, command)).toMatchObject({
    kind: 'not-found',
    record: {
      status: 'unknown',
      warnings: [expect.stringContaining('was searched until')],
      nextAttemptAt: expect.any(String),
    },
  })
  expect(await ledger.settle(claim.id, command)).toMatchObject({
    kind: 'settled',
    record: { status: 'created', vault, settledBy: 'conductorone-system-log' },
  })
  expect(await ledger.settle(claim.id, command)).toMatchObject({ kind: 'not-unknown' })
})

test.each([
  ['may not be read', json({ code: 7, message: 'no' }, 403), 'conductorone-credentials-rejected'],
  ['cannot be asked for now', json({}, 503, { 'Retry-After': '1000' }), 'conductorone-unavailable'],
])('says so if the log %s', async (_, step, code) => {
  const { claim, ledger } = await lose()
  script.events = [step]
  expect(await ledger.settle(claim.id, { search: true, by: 'Ann' })).toMatchObject({
    kind: 'not-searched',
    problem: { code, instance: claim.id },
  })
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown' })
})

test.each([
  ['that is not there', json({ code: 5, message: 'not found' }, 404), 'rejected-by-conductorone'],
  ['that cannot be asked for now', json({}, 503, { 'Retry-After': '1000' }), 'conductorone-unavailable'],
])('does not settle with a vault %s', async (_, step, code) => {
  const { claim, ledger, stub } = await lose()
  script.vault = [step]
  expect(await ledger.settle(claim.id, { vaultId: 'vault-x', by: 'Ann' })).toMatchObject({
    kind: 'vault-not-read',
    problem: { code, instance: claim.id },
  })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'unknown' })
})

test.each([
  ['created', json({ vault: { id: 'v' } })],
  ['failed', json({}, 400)],
])('does not settle what is %s', async (status, step) => {
  script.create = [step]
  const { claim, ledger } = await claimFor()
  await ledger.submit(claim)
  for (const command of [{ vaultId: lostId }, { outcome: 'not_created' }, { search: true }] as const)
    expect(await ledger.settle(claim.id, { ...command, by: 'Ann' })).toMatchObject({
      kind: 'not-unknown',
      record: { status },
    })
})

test('lets one of two people settle it', async () => {
  const { claim, ledger, vault } = await lose()
  script.vault = [json({ vault })]
  const outcomes = await Promise.all([
    ledger.settle(claim.id, { vaultId: lostId, by: 'Ann' }),
    ledger.settle(claim.id, { outcome: 'not_created', force: true, by: 'Ben' }),
  ])
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['not-unknown', 'settled'])
})

test('knows nothing of what is not there', async () => {
  const { claim, ledger } = await claimFor({ shard: '6' })
  expect(await ledger.settle(claim.id, { outcome: 'not_created', by: 'Ann' })).toEqual({ kind: 'gone' })
  expect(
    await ledger.read(newRequestId({ now: () => 0, random: (length) => new Uint8Array(length) })),
  ).toBeNull()
})

test('once the search is over, not created needs no force', async () => {
  const { claim, ledger } = await lose()
  travel(26 * 60_000)
  for (let look = 1; look <= 6; look++) await ledger.look({ id: claim.id, run: 1 })
  expect(await ledger.read(claim.id)).toMatchObject({ nextAttemptAt: null })
  expect(await ledger.settle(claim.id, { outcome: 'not_created', by: 'Ann' })).toMatchObject({
    kind: 'settled',
  })
})
