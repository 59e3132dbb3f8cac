import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { Store } from '../../../src/ledger/store.ts'
import {
  bindings,
  CALLBACK_URL,
  claimFor,
  entryOf,
  json,
  onDisk,
  stageTenant,
  travel,
  write,
} from '../stage.ts'

const { script, sentTo } = stageTenant()
const DAY = 24 * 3_600_000

/** What the shard says of entries after its alarm. */
async function afterAlarm(stub: DurableObjectStub<Ledger>, ...ids: readonly string[]) {
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  const entries = await Promise.all(ids.map((id) => onDisk(stub, id)))
  return entries.map((entry) => entry?.status ?? 'gone')
}

test('forgets what has ended after 30 days, but nothing whose outcome is unknown', async () => {
  const wishes = await Promise.all(['1', '1', '1'].map((shard) => claimFor({ shard })))
  const [made, refused, lost] = wishes
  if (!made || !refused || !lost) throw new Error('three were asked for')
  script.create = [json({ vault: { id: 'v' } }), json({}, 400), json({}, 500)]
  for (const { ledger, claim } of wishes) await ledger.submit(claim)
  const ids = wishes.map(({ claim }) => claim.id)

  travel(30 * DAY - 60_000)
  expect(await afterAlarm(made.stub, ...ids)).toEqual(['created', 'failed', 'unknown'])
  travel(60_000)
  expect(await afterAlarm(made.stub, ...ids)).toEqual(['gone', 'gone', 'unknown'])
  // its search is over, so nothing looks after it any more
  await lost.ledger.workflowEnded({ id: lost.claim.id, run: 1 }, [])
  await runDurableObjectAlarm(made.stub)
  // the register keeps the vault for 400 days in all; then nothing is left to look at
  travel(371 * DAY)
  expect(await runDurableObjectAlarm(made.stub)).toBe(true)
  expect(await runDurableObjectAlarm(made.stub)).toBe(false)
  expect(await made.ledger.read(lost.claim.id)).toMatchObject({ status: 'unknown' })
})

test('ends what was cut off: sent, it is unknown; not sent, it has failed', async () => {
  const [sent, unsent] = [await claimFor({ shard: '2' }), await claimFor({ shard: '2' })]
  // a first request, so that there is an alarm
  const first = await claimFor({ shard: '2' })
  await first.ledger.submit(first.claim)
  const deadline = Date.now() + 25_000
  await write(
    sent.stub,
    entryOf(sent.claim, { status: 'creating', deadline }),
    entryOf(unsent.claim, { deadline }),
  )
  const ids = [sent.claim.id, unsent.claim.id]

  travel(24_999)
  expect(await afterAlarm(sent.stub, ...ids)).toEqual(['creating', 'accepted'])
  travel(5_001)
  expect(await afterAlarm(sent.stub, ...ids)).toEqual(['unknown', 'failed'])
})

test('says of an overdue request what it is now, without waiting for the alarm', async () => {
  const { claim, stub, ledger } = await claimFor({ shard: '3' })
  await write(stub, entryOf(claim, { status: 'creating', deadline: Date.now() + 1_000 }))
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'creating' })
  travel(1_000)
  expect(await ledger.readAll((await ledger.list({ limit: 10 })).map(({ id }) => id))).toMatchObject([
    { id: claim.id, status: 'unknown' },
  ])
})

test('starts the Workflow that could not be started before', async () => {
  const { claim, stub } = await claimFor({ fields: { callbackUrl: CALLBACK_URL }, shard: '4' })
  const first = await claimFor({ shard: '4' })
  await first.ledger.submit(first.claim)
  await write(stub, entryOf(claim, { status: 'created', vault: { id: 'v' }, workflow: 'due' }))
  travel(5_000)
  await runDurableObjectAlarm(stub)
  expect(await onDisk(stub, claim.id)).toMatchObject({ workflow: 'started' })
  const alarm = await runInDurableObject(stub, (_, state) => state.storage.getAlarm())
  expect(alarm).toBeGreaterThanOrEqual(Date.now() + 5_000)
})

test('forgets nothing that is tried again while it looks after something else', async () => {
  const ended = Date.now() - 30 * DAY
  const { claim, stub } = await claimFor()
  const other = await claimFor({ fields: { callbackUrl: CALLBACK_URL }, shard: claim.key?.[0] ?? '0' })
  await write(
    stub,
    entryOf(other.claim, {
      status: 'created',
      vault: { id: 'v' },
      workflow: 'due',
      updatedAt: ended - 60_000,
    }),
    entryOf(claim, { status: 'failed', updatedAt: ended }),
  )
  const reply = await runInDurableObject(stub, async (ledger: Ledger) => {
    // the alarm waits for the Workflow of the one while the other is claimed anew
    const alarm = ledger.alarm()
    const reply = ledger.submit(claim)
    await alarm
    return reply
  })
  expect(reply).toMatchObject({ kind: 'ended', replayed: false, record: { status: 'created' } })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', attempt: 2 })
  expect(sentTo('create')).toHaveLength(1)
})

test('is set for the next request that it must look at', async () => {
  const { claim, stub, ledger } = await claimFor({ shard: '5' })
  await ledger.submit(claim)
  travel(1_000)
  await runDurableObjectAlarm(stub)
  const entry = await onDisk(stub, claim.id)
  const alarm = await runInDurableObject(stub, (_, state) => state.storage.getAlarm())
  expect(alarm).toBe((entry?.updatedAt ?? 0) + 30 * DAY)
})

test('has nothing to do in a shard that is empty', async () => {
  expect(await runDurableObjectAlarm(bindings.LEDGER.getByName('shard-f'))).toBe(false)
})

test('looks after the others when one request cannot be looked after, and arms itself again', async () => {
  const broken = await claimFor({ shard: '9' })
  const { claim, stub } = await claimFor({ shard: '9' })
  const deadline = Date.now() + 25_000
  await write(stub, entryOf(broken.claim, { deadline }), entryOf(claim, { deadline: deadline + 1 }))
  travel(31_000)
  await runInDurableObject(stub, async (ledger, { storage }) => {
    const { get } = Store.prototype
    const spied = vi.spyOn(Store.prototype, 'get').mockImplementation(function (this: Store, id) {
      if (id === broken.claim.id) throw new Error('the row is damaged')
      return get.call(this, id)
    })
    await ledger.alarm()
    spied.mockRestore()
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now())
  })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'failed' })
  expect(await onDisk(stub, broken.claim.id)).toMatchObject({ status: 'accepted' })
})

test('arms itself again when it fails, and does its work then', async () => {
  const { claim, stub } = await claimFor({ shard: '9' })
  const first = await claimFor({ shard: '9' })
  await first.ledger.submit(first.claim)
  await write(stub, entryOf(claim, { deadline: Date.now() + 25_000 }))
  travel(31_000)
  await runInDurableObject(stub, async (ledger, { storage }) => {
    const broken = vi.spyOn(Store.prototype, 'due').mockImplementationOnce(() => {
      throw new Error('the disk is gone')
    })
    await ledger.alarm()
    expect(broken).toHaveBeenCalledOnce()
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now())
  })
  expect(await afterAlarm(stub, claim.id)).toEqual(['failed'])
})
