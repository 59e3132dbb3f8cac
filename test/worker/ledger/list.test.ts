import { reset } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import type { Status } from '../../../src/ledger/entry.ts'
import { SHARDS, timeOf } from '../../../src/ledger/request-id.ts'
import { countByStatus, listRequests, madeVault } from '../../../src/ledger/shards.ts'
import { bindings, claimFor, entryOf, stageTenant, travel, type Wish, write } from '../stage.ts'

stageTenant()
afterEach(() => reset())

const runbook = { source: 'api', caller: 'runbook' }

/** Requests one millisecond apart, in one shard after another; gives their ids, newest first. */
async function requests(...wishes: readonly (Wish & { status?: Status })[]): Promise<string[]> {
  const ids = []
  for (const [index, { status = 'created', ...wish }] of wishes.entries()) {
    travel(1)
    const { claim, stub } = await claimFor({ ...wish, shard: wish.shard ?? SHARDS[(index * 7) % 16] ?? '0' })
    await write(
      stub,
      entryOf(claim, { status, vault: status === 'created' ? { id: `vault-of-${claim.id}` } : null }),
    )
    ids.unshift(claim.id)
  }
  return ids
}

async function idsOf(filter: Partial<Parameters<typeof listRequests>[1]> = {}): Promise<string[]> {
  const { requests } = await listRequests(bindings, { limit: 100, ...filter })
  return requests.map(({ id }) => id)
}

test('is newest first, across all shards', async () => {
  const ids = await requests(...Array(20).fill({}))
  expect(await idsOf()).toEqual(ids)
})

test('is empty where there is nothing', async () => {
  expect(await listRequests(bindings, { limit: 10 })).toEqual({ requests: [], cursor: null })
})

test('shows whose, which status and which ticket', async () => {
  const ticket = { id: 'SEC-1' }
  const ids = await requests(
    {},
    { caller: 'other' },
    { status: 'unknown' },
    { status: 'unknown', caller: 'other' },
    { fields: { ticket } },
    { fields: { ticket: { id: 'SEC-10' } } },
  )
  const [, inSec1, othersUnknown, unknown] = ids
  expect(await idsOf({ status: ['unknown'] })).toEqual([othersUnknown, unknown])
  expect(await idsOf({ status: ['unknown'], claimant: runbook })).toEqual([unknown])
  expect(await idsOf({ claimant: { source: 'jira', caller: 'runbook' } })).toEqual([])
  expect(await idsOf({ ticket: 'SEC-1' })).toEqual([inSec1])
  expect(await idsOf({ claimant: runbook })).toHaveLength(4)
})

test('goes on page by page, each request once, whatever comes in meanwhile', async () => {
  const ids = await requests(...Array(10).fill({}))
  const seen: string[] = []
  let before: string | undefined
  do {
    const page = await listRequests(bindings, { limit: 3, before })
    seen.push(...page.requests.map(({ id }) => id))
    await requests({}, {})
    before = page.cursor ?? undefined
  } while (before)
  expect(seen).toEqual(ids)
})

test.each([
  [9, true],
  [10, false],
  [11, false],
])('has another page after %i of ten: %s', async (limit, more) => {
  await requests(...Array(10).fill({}))
  expect((await listRequests(bindings, { limit })).cursor !== null).toBe(more)
  await reset()
  await requests(...Array(10).fill({ shard: 'a' }))
  expect((await listRequests(bindings, { limit })).cursor !== null).toBe(more)
})

test('knows whose request has made a vault', async () => {
  const [id] = await requests({}, {})
  expect(await madeVault(bindings, `vault-of-${id}`, runbook)).toBe(true)
  expect(await madeVault(bindings, `vault-of-${id}`, { ...runbook, caller: 'other' })).toBe(false)
  expect(await madeVault(bindings, 'vault-of-nobody', runbook)).toBe(false)
})

test('finds requests by any text in them, in either case', async () => {
  const ids = await requests(
    { fields: { name: 'Payroll Éclair' } },
    { fields: { name: 'x', ticket: { id: 'SEC-42' } } },
    { fields: { name: 'y', owners: ['Alice@Example.com'] } },
    { fields: { name: 'z' } },
  )
  const [last, byOwner, byTicket, byName] = ids
  expect(await idsOf({ q: 'éCLAIR' })).toEqual([byName])
  expect(await idsOf({ q: 'sec-4' })).toEqual([byTicket])
  expect(await idsOf({ q: 'alice@' })).toEqual([byOwner])
  expect(await idsOf({ q: last?.slice(8) })).toEqual([last])
  expect(await idsOf({ q: `vault-of-${byName}` })).toEqual([byName])
  expect(await idsOf({ q: 'nothing like it' })).toEqual([])
})

test('finds a ticket as people write it', async () => {
  const [id] = await requests({ fields: { ticket: { id: 'SEC-7' } } })
  expect(await idsOf({ ticket: ' sec-7' })).toEqual([id])
})

test('shows several statuses, a caller, a source and a time', async () => {
  const [unknown, failed, other, first] = await requests(
    {},
    { caller: 'other' },
    { status: 'failed' },
    { status: 'unknown' },
  )
  expect(await idsOf({ status: ['unknown', 'failed'] })).toEqual([unknown, failed])
  expect(await idsOf({ caller: 'other' })).toEqual([other])
  expect(await idsOf({ source: 'api' })).toHaveLength(4)
  expect(await idsOf({ source: 'jira' })).toEqual([])
  const time = timeOf(other ?? '')
  expect(await idsOf({ since: time })).toEqual([unknown, failed, other])
  expect(await idsOf({ until: time })).toEqual([other, first])
})

test('counts the requests of each status, and says when the first came in', async () => {
  const ids = await requests({ status: 'unknown' }, { status: 'unknown' }, {}, { caller: 'other' })
  const oldest = new Date(timeOf(ids.at(-1) ?? '')).toISOString()
  expect(await countByStatus(bindings)).toMatchObject({
    unknown: { count: 2, oldest },
    created: { count: 2 },
    failed: { count: 0, oldest: null },
  })
  expect(await countByStatus(bindings, { source: 'api', caller: 'other' })).toMatchObject({
    unknown: { count: 0 },
    created: { count: 1 },
  })
})

test('cuts a page that is too large, and goes on where it was cut', async () => {
  const fields = { description: 'x'.repeat(2_000) }
  const { claim, stub } = await claimFor({ fields, shard: '0' })
  const notes = ['n'.repeat(300_000)]
  const ids = [claim.id]
  await write(stub, entryOf(claim, { status: 'failed', notes }))
  for (let count = 0; count < 3; count++) {
    travel(1)
    const next = await claimFor({ fields, shard: '0' })
    ids.unshift(next.claim.id)
    await write(stub, entryOf(next.claim, { status: 'failed', notes }))
  }
  const seen: string[] = []
  let pages = 0
  let before: string | undefined
  do {
    const page = await listRequests(bindings, { limit: 100, before })
    seen.push(...page.requests.map(({ id }) => id))
    before = page.cursor ?? undefined
    pages++
  } while (before)
  expect(seen).toEqual(ids)
  expect(pages).toBe(4)
})
