import { expect, test } from 'vitest'
import { recordOf } from '../../../src/ledger/entry.ts'
import { entryOf, problemDocument, vault } from '../samples.ts'
import { NOON } from '../world.ts'

test('shows of a request what its caller may know, and nothing else', async () => {
  const ticket = { id: 'SEC-1', url: 'https://a.example/' }
  const entry = await entryOf(
    { ticket, requestedBy: 'Jane' },
    { status: 'created', vault, notes: ['by the way'], updatedAt: NOON + 1_500 },
  )
  expect(recordOf(entry)).toEqual({
    id: entry.id,
    status: 'created',
    caller: 'runbook',
    source: 'api',
    name: 'Payroll',
    ticket,
    requestedBy: 'Jane',
    owners: [],
    vault,
    problem: null,
    warnings: ['by the way'],
    createdAt: '2026-10-01T12:00:00.000Z',
    updatedAt: '2026-10-01T12:00:01.500Z',
  })
})

test('says null where there is nothing', async () => {
  expect(recordOf(await entryOf())).toMatchObject({
    ticket: null,
    requestedBy: null,
    vault: null,
    problem: null,
  })
})

test.each([
  ['created', 'pending', 1],
  ['created', 'set', 0],
  ['created', 'none', 0],
  ['accepted', 'pending', 0],
  ['failed', 'pending', 0],
] as const)('warns of a request that is %s, with its expiry %s, %i times', async (status, expiry, times) => {
  const problem = status === 'failed' ? problemDocument('owner-not-found') : null
  const { warnings } = recordOf(await entryOf({}, { status, expiry, problem }))
  expect(warnings).toEqual(Array(times).fill(expect.stringContaining('expiry')))
})
