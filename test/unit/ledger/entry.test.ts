import { expect, test } from 'vitest'
import { detailsOf, recordOf } from '../../../src/ledger/entry.ts'
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
    approvedBy: null,
    preset: null,
    owners: [{ input: 'owner@example.com', id: null }],
    vault,
    problem: null,
    warnings: ['by the way'],
    attempt: 1,
    nextAttemptAt: null,
    settledBy: null,
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

test('shows who approved, who settled it, and when it is tried again', async () => {
  const owners = [{ input: 'owner@example.com', id: 'u1' }]
  const changes = { owners, approvedBy: 'Ann', settledBy: 'ops', nextAttemptAt: NOON, attempt: 3 }
  expect(recordOf(await entryOf({}, changes))).toMatchObject({
    ...changes,
    nextAttemptAt: '2026-10-01T12:00:00.000Z',
  })
})

test('shows the attempts to the one who looks into it', async () => {
  const attempt = {
    number: 1,
    startedAt: NOON,
    endedAt: NOON + 1_000,
    outcome: 'postponed',
    upstreamStatus: 503,
    problem: 'conductorone-unavailable',
    nextAttemptAt: null,
  } as const
  const entry = await entryOf({}, { attempts: [attempt] })
  expect(detailsOf(entry).attempts).toEqual([
    { ...attempt, startedAt: '2026-10-01T12:00:00.000Z', endedAt: '2026-10-01T12:00:01.000Z' },
  ])
})

test('shows what was asked for, and who was told, in the details only', async () => {
  const asked = { description: 'For auditors.', kind: 'magic_link', maxViews: 3, credentialTtl: '1h' }
  const entry = await entryOf(asked, { told: [{ to: 'requester', at: NOON, error: 'too late' }] })
  const { description, kind, maxViews, credentialTtl, told, attempts, ...record } = detailsOf(entry)
  expect({ description, kind, maxViews, credentialTtl }).toEqual({ ...asked, credentialTtl: '3600s' })
  expect(told).toEqual([{ to: 'requester', at: '2026-10-01T12:00:00.000Z', error: 'too late' }])
  expect(recordOf(entry)).toEqual(record)
  expect(detailsOf(await entryOf())).toMatchObject({
    description: '',
    kind: 'group',
    maxViews: null,
    credentialTtl: null,
    told: [],
  })
})
