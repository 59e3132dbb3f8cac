import { reset } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import type { Status } from '../../../src/ledger/entry.ts'
import { SHARDS } from '../../../src/ledger/request-id.ts'
import { listRequests, madeVault } from '../../../src/ledger/shards.ts'
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
  expect(await idsOf({ status: 'unknown' })).toEqual([othersUnknown, unknown])
  expect(await idsOf({ status: 'unknown', caller: runbook })).toEqual([unknown])
  expect(await idsOf({ caller: { source: 'jira', caller: 'runbook' } })).toEqual([])
  expect(await idsOf({ ticket: 'SEC-1' })).toEqual([inSec1])
  expect(await idsOf({ caller: runbook })).toHaveLength(4)
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
