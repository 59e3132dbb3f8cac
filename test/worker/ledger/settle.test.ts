import { expect, test } from 'vitest'
import { newRequestId } from '../../../src/ledger/request-id.ts'
import { claimFor, json, onDisk, stageTenant } from '../stage.ts'

const { script, sentTo } = stageTenant()

/** A request whose create was answered so that nobody knows what became of it. */
async function unknown(fields: Readonly<Record<string, unknown>> = {}) {
  script.create = [json({}, 500), json({ vault: { id: 'vault-second' } })]
  const claimed = await claimFor({ fields })
  await claimed.ledger.submit(claimed.claim)
  return claimed
}

test('settles with a vault that is there', async () => {
  const { claim, ledger } = await unknown()
  const vault = { id: 'vault-found', description: `Requested via runbook, request ${claim.id}` }
  script.vault = [json({ vault })]
  expect(await ledger.settle(claim.id, { vaultId: 'vault-found', by: 'Ann' })).toMatchObject({
    kind: 'settled',
    record: { status: 'created', vault, problem: null, warnings: [expect.stringContaining('Ann')] },
  })
  expect(await ledger.submit(claim)).toMatchObject({
    kind: 'ended',
    replayed: true,
    record: { status: 'created' },
  })
  expect(sentTo('create')).toHaveLength(1)
})

test('warns of a vault that does not say that it comes from the request', async () => {
  const { claim, ledger } = await unknown()
  expect(await ledger.settle(claim.id, { vaultId: 'vault-found', by: 'Ann' })).toMatchObject({
    record: {
      status: 'created',
      warnings: [expect.anything(), expect.stringContaining('does not name this request')],
    },
  })
})

test('settles without a vault, so that the same key makes one', async () => {
  const { claim, ledger } = await unknown()
  expect(await ledger.settle(claim.id, { vaultId: null, by: 'Ann' })).toMatchObject({
    kind: 'settled',
    record: { status: 'failed', vault: null, problem: { code: 'conductorone-unavailable' } },
  })
  expect(sentTo('vault')).toEqual([])
  expect(await ledger.submit(claim)).toMatchObject({
    replayed: false,
    record: { id: claim.id, status: 'created', vault: { id: 'vault-second' } },
  })
})

test.each([
  ['that is not there', json({ code: 5, message: 'not found' }, 404), 'rejected-by-conductorone'],
  ['that nobody can be asked for now', json({}, 503, { 'Retry-After': '1000' }), 'conductorone-unavailable'],
])('does not settle with a vault %s', async (_, step, code) => {
  const { claim, ledger, stub } = await unknown()
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
  for (const vaultId of [null, 'vault-found'])
    expect(await ledger.settle(claim.id, { vaultId, by: 'Ann' })).toMatchObject({
      kind: 'not-unknown',
      record: { status },
    })
})

test('lets one of two people settle it', async () => {
  const { claim, ledger } = await unknown()
  const outcomes = await Promise.all([
    ledger.settle(claim.id, { vaultId: 'vault-found', by: 'Ann' }),
    ledger.settle(claim.id, { vaultId: null, by: 'Ben' }),
  ])
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['not-unknown', 'settled'])
})

test('knows nothing of what is not there', async () => {
  const { claim, ledger } = await claimFor({ shard: '6' })
  expect(await ledger.settle(claim.id, { vaultId: null, by: 'Ann' })).toEqual({ kind: 'gone' })
  expect(
    await ledger.read(newRequestId({ now: () => 0, random: (length) => new Uint8Array(length) })),
  ).toBeNull()
})
