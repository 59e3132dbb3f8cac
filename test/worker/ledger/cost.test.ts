import { introspectWorkflow, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import operating from '../../../docs/operating.md?raw'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { shardOf } from '../../../src/ledger/request-id.ts'
import { tableOf } from '../../support/markdown.ts'
import { bindings, CALLBACK_URL, claimFor, onDisk, stageTenant, travel } from '../stage.ts'

const { sent } = stageTenant()
const DAY = 24 * 3_600_000
const fields = { ticket: { id: 'SEC-42' }, credentialTtl: '30d' }

/** What the document says, by what is counted: where a caller waits, and in the background. */
const told = new Map(
  tableOf(
    operating,
    'for each vault',
    'a caller waits',
    'in the background, no one is told',
    'in the background, one place is told',
  ).map(([what, ...numbers]) => [what, numbers]),
)

/** Counts the rows that a shard writes from now on, and how often it sets its alarm, which is one more. */
async function counter(stub: DurableObjectStub<Ledger>) {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  let alarms = 0
  await runInDurableObject(stub, (_, { storage }) => {
    const sql: SqlStorage = Object.getPrototypeOf(storage.sql)
    const exec = sql.exec
    vi.spyOn(sql, 'exec').mockImplementation(function (this: SqlStorage, ...query: Parameters<typeof exec>) {
      const cursor = exec.apply(this, query)
      cursors.push(cursor)
      return cursor as never // of whatever type the caller wants
    })
    const own: DurableObjectStorage = Object.getPrototypeOf(storage)
    const setAlarm = own.setAlarm
    vi.spyOn(own, 'setAlarm').mockImplementation(function (this: DurableObjectStorage, ...time) {
      alarms++
      return setAlarm.apply(this, time)
    })
  })
  return () => {
    const rows = cursors.splice(0).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0)
    const counted = { rows, alarms }
    alarms = 0
    return counted
  }
}

/** A shard that is awake, so that nothing is counted but what a vault takes. */
const awake = (shard: string) => claimFor({ shard }).then(({ claim, ledger }) => ledger.submit(claim))

test('a vault that somebody waits for takes the rows and calls that operating.md says', async () => {
  const { claim, ledger, stub } = await claimFor({ fields })
  await awake(shardOf(claim.id) ?? '')
  sent.length = 0
  const count = await counter(stub)
  await ledger.submit(claim)
  const first = count()
  expect([`${first.rows}`, `${sent.length}`]).toEqual([
    told.get('rows written')?.[0],
    told.get('calls to ConductorOne')?.[0],
  ])

  travel(60_000)
  await runDurableObjectAlarm(stub)
  travel(31 * DAY)
  await runDurableObjectAlarm(stub)
  const later = count()
  // the shard was made with another request, which is forgotten too
  expect(later.rows + later.alarms + first.alarms - 1).toBeLessThanOrEqual(
    Number.parseInt(told.get('rows written later: alarms, forgetting it')?.[0] ?? '', 10),
  )
})

test('a vault takes fewer rows if its owners and a token are known', async () => {
  const known = { ...fields, owners: ['known@example.com'] }
  await claimFor({ fields: known, shard: '5' }).then(({ claim, ledger }) => ledger.submit(claim))
  const { claim, ledger, stub } = await claimFor({ fields: { ...known, name: 'Audit' } })
  await awake(shardOf(claim.id) ?? '')
  const count = await counter(stub)
  await ledger.submit(claim)
  expect(`${count().rows}`).toBe(told.get('the same, if owners and a token are known')?.[0])
})

test.each([
  ['no one is told', 1, {}],
  ['one place is told', 2, { callbackUrl: CALLBACK_URL }],
] as const)(
  'a vault in the background takes the rows, calls and Workflows that operating.md says: %s',
  async (_, column, more) => {
    await using workflows = await introspectWorkflow(bindings.PROVISION)
    const { claim, ledger, stub } = await claimFor({ fields: { ...fields, ...more }, background: true })
    await awake(shardOf(claim.id) ?? '')
    sent.length = 0
    const count = await counter(stub)
    await ledger.submit(claim)
    await vi.waitFor(async () =>
      expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', workflow: 'none' }),
    )
    const { rows } = count()
    const calls = sent.filter(({ to }) => to !== 'callback')
    const instances = await workflows.get()
    expect([`${rows}`, `${calls.length}`, `1, ${instances.length}`]).toEqual([
      told.get('rows written')?.[column],
      told.get('calls to ConductorOne')?.[column],
      told.get('requests to the Worker, Workflow instances')?.[column],
    ])
  },
)
