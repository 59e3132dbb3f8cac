import { introspectWorkflow, runDurableObjectAlarm } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import type { Claim } from '../../../src/ledger/claim.ts'
import { keyOf } from '../../../src/ledger/sameness.ts'
import { noteTransfer, submitClaim } from '../../../src/ledger/shards.ts'
import { bindings, claimFor, json, onDisk, stageTenant, travel } from '../stage.ts'

const { script, sentTo } = stageTenant()
const DAY = 24 * 3_600_000
const claimant = { source: 'api', caller: 'runbook' }
const site = 'github.com'

const submit = (claim: Claim) => submitClaim(bindings, claim, claim.key?.[0] ?? '')
const issue = (id: string) => claimFor({ identity: { kind: 'issue', site, id } })
const move = (from: string, to: string) =>
  noteTransfer(bindings, claimant, { site, id: from }, { site, id: to })

test('a ticket that was transferred is the request that it was, however often', async () => {
  const first = await issue('t-1')
  const made = await submit(first.claim)
  await move('t-1', 't-2')
  await move('t-2', 't-3')
  for (const id of ['t-1', 't-2', 't-3'])
    expect(await submit({ ...(await issue(id)).claim, fingerprint: first.claim.fingerprint })).toMatchObject({
      kind: 'ended',
      replayed: true,
      record: { id: made.record.id },
    })
  expect(sentTo('create')).toHaveLength(1)
})

test('a ticket that asked for nothing before it was transferred asks under its new id', async () => {
  await move('u-1', 'u-2')
  const { claim } = await issue('u-2')
  expect(await submit(claim)).toMatchObject({ replayed: false, record: { id: claim.id, status: 'created' } })
})

test('an alias is kept as long as its request, and no longer', async () => {
  const first = await issue('v-1')
  await submit(first.claim)
  await move('v-1', 'v-2')
  const target = await keyOf(claimant, { kind: 'issue', site, id: 'v-2' })
  const alias = bindings.LEDGER.getByName(`shard-${target[0]}`)
  travel(30 * DAY + 60_000)
  await runDurableObjectAlarm(alias)
  // the request was ended by its own shard's alarm, or is there still
  const kept = await onDisk(first.stub, first.claim.id)
  if (kept) await runDurableObjectAlarm(first.stub)
  travel(30 * DAY + 60_000)
  await runDurableObjectAlarm(alias)
  const { claim } = await issue('v-2')
  expect(await submit(claim)).toMatchObject({ replayed: false, record: { id: claim.id, status: 'created' } })
})

test('a failed request of another person stays as a record, and the key goes to the new one', async () => {
  script.create = [json({ code: 3, message: 'no' }, 400), json({ vault: { id: 'vault-2' } })]
  const key = 'shared'
  const first = await claimFor({ key, personId: 'u1' })
  await first.ledger.submit(first.claim)
  const second = await claimFor({ key, personId: 'u2' })
  expect(await second.ledger.submit(second.claim)).toMatchObject({
    record: { id: second.claim.id, status: 'created' },
  })
  expect(await first.ledger.read(first.claim.id)).toMatchObject({
    status: 'failed',
    warnings: [expect.stringContaining(second.claim.id)],
  })
  expect(await onDisk(first.stub, first.claim.id)).toMatchObject({ key: null })
  // whoever asks again gets what is there now
  expect(await first.ledger.submit({ ...first.claim, fingerprint: second.claim.fingerprint })).toMatchObject({
    replayed: true,
    record: { id: second.claim.id },
  })
})

test('a request that takes over another person’s key is carried out in the background too', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  script.create = [json({ code: 3, message: 'no' }, 400), json({ vault: { id: 'vault-2' } })]
  const [first, second] = await Promise.all(
    ['u1', 'u2'].map((personId) => claimFor({ key: 'taken over', personId, background: true })),
  )
  if (!first || !second) throw new Error('there are two')
  await first.ledger.submit(first.claim)
  await vi.waitFor(async () =>
    expect(await onDisk(first.stub, first.claim.id)).toMatchObject({ status: 'failed', workflow: 'none' }),
  )
  expect(await second.ledger.submit(second.claim)).toMatchObject({ kind: 'accepted' })
  await vi.waitFor(async () =>
    expect(await second.ledger.read(second.claim.id)).toMatchObject({ status: 'created' }),
  )
})

test('a failed request is tried again by the person who asked first, under its own id', async () => {
  script.create = [json({ code: 3, message: 'no' }, 400), json({ vault: { id: 'vault-2' } })]
  const first = await claimFor({ key: 'own', personId: 'u1' })
  await first.ledger.submit(first.claim)
  const again = await claimFor({ key: 'own', personId: 'u1' })
  expect(await again.ledger.submit(again.claim)).toMatchObject({
    record: { id: first.claim.id, status: 'created', attempt: 2 },
  })
})
