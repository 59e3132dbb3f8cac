import type { DurableObject } from 'cloudflare:workers'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import type { Claim } from './claim.ts'
import type { RequestRecord, Status } from './entry.ts'
import type { Filter } from './filter.ts'
import type { ForgottenCount } from './forget.ts'
import type { Ledger } from './ledger.ts'
import type { ListedRequest } from './listing.ts'
import type { RegisteredVault, RegisterFilter } from './register.ts'
import type { Reply } from './replies.ts'
import { inShard, SHARDS, type Shard, shardOf, timeOf } from './request-id.ts'
import { type Claimant, type Identity, keyOf } from './sameness.ts'

/** The most that one page of requests takes, as it is stored; a page has one request at least. */
const MAX_PAGE_BYTES = 512 * 1_024

/** What a shard of the ledger can be asked. */
export type LedgerShard = Omit<Ledger, keyof DurableObject | 'alarm'>

/** Reaches a shard of the ledger, in the jurisdiction that the configuration names. */
export function ledgerOf(env: Bindings, shard: Shard): LedgerShard {
  const { ledgerJurisdiction } = deploymentOf(env).config
  const namespace = ledgerJurisdiction ? env.LEDGER.jurisdiction(ledgerJurisdiction) : env.LEDGER
  const stub: unknown = namespace.getByName(`shard-${shard}`)
  // a stub's own types know no JSON of unknown shape; arguments and results are plain data, so they come as they went
  return stub as LedgerShard
}

/** Reaches the shard that keeps a request; undefined if the text is not a request id. */
export function ledgerFor(env: Bindings, requestId: string): LedgerShard | undefined {
  const shard = shardOf(requestId)
  return shard === undefined ? undefined : ledgerOf(env, shard)
}

/** Submits a claim to the shard that decides on it, which is another one if its ticket was transferred. */
export async function submitClaim(env: Bindings, claim: Claim, shard: Shard): Promise<Reply> {
  const reply = await ledgerOf(env, shard).submit(claim)
  if (reply.kind !== 'moved') return reply
  const { key } = reply
  const moved = await ledgerOf(env, shardOfKey(key)).submit({
    ...claim,
    key,
    id: inShard(claim.id, shardOfKey(key)),
    isTransferable: false,
  })
  if (moved.kind === 'moved') throw new TypeError('an alias leads to a key, never to an alias')
  return moved
}

/** A ticket as its system knows it for good. */
type Issue = Omit<Extract<Identity, { readonly kind: 'issue' }>, 'kind'>

/** Notes that a ticket was transferred: a request under its new id is the one under its old id, as long as that is kept. */
export async function noteTransfer(env: Bindings, claimant: Claimant, from: Issue, to: Issue): Promise<void> {
  const [old, key] = await Promise.all(
    [from, to].map((issue) => keyOf(claimant, { kind: 'issue', ...issue })),
  )
  if (!old || !key) throw new TypeError('there are two issues')
  const target = await ledgerOf(env, shardOfKey(old)).resolveKey(old)
  if (target !== null && target !== key) await ledgerOf(env, shardOfKey(key)).addAlias({ key, target })
}

/**
 * Notes that a ticket was seen as it was at a time.
 *
 * @param changedAt epoch milliseconds of its last change
 * @param until epoch milliseconds after which no older delivery is taken anyway
 * @returns whether no newer change was seen
 */
export async function noteRevision(
  env: Bindings,
  claimant: Claimant,
  issue: Issue,
  { changedAt, until }: { readonly changedAt: number; readonly until: number },
): Promise<boolean> {
  const key = await keyOf(claimant, { kind: 'issue', ...issue })
  return ledgerOf(env, shardOfKey(key)).noteRevision({ key, changedAt, until })
}

function shardOfKey(key: string): Shard {
  return key.slice(0, 1)
}

/** One page of requests, and the cursor of the next one. */
export type RequestPage = { readonly requests: RequestRecord[]; readonly cursor: string | null }

/**
 * Lists one page of requests across all shards, newest first. Ids sort by time, so a page stays the same whatever is added
 * in front of it.
 *
 * @param filter which requests, and how many
 */
export async function listRequests(env: Bindings, filter: Filter): Promise<RequestPage> {
  // one more than is shown tells whether there is another page
  const wanted = { ...filter, limit: filter.limit + 1 }
  const found = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).list(wanted)))
  const listed = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  const page = cutPage(listed.slice(0, filter.limit)).map(({ id }) => id)
  // only the shards that are on the page are asked for records
  const reads = [...Map.groupBy(page, shardOf)].map(([shard, own]) => ledgerOf(env, shard ?? '').readAll(own))
  const requests = (await Promise.all(reads)).flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  return { requests, cursor: listed.length > page.length ? (page.at(-1) ?? null) : null }
}

/** Cuts a page so that it is not too large, to one request at least. */
function cutPage(page: readonly ListedRequest[]): readonly ListedRequest[] {
  let bytes = 0
  const cut = page.findIndex(({ size }) => {
    bytes += size
    return bytes > MAX_PAGE_BYTES
  })
  return cut < 0 ? page : page.slice(0, Math.max(cut, 1))
}

/** How many requests of a status there are, and when the first of them came in. */
export type Counts = Readonly<Record<Status, { readonly count: number; readonly oldest: string | null }>>

/** Counts requests by their status, what needs a person first; of one claimant, or of all. */
export async function countByStatus(env: Bindings, claimant?: Claimant): Promise<Counts> {
  const counted = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).countByStatus(claimant)))
  const count = (status: Status) => {
    const rows = counted.flat().filter((row) => row.status === status)
    const [firstId] = rows.map((row) => row.firstId).sort()
    return {
      count: rows.reduce((sum, row) => sum + row.count, 0),
      oldest: firstId === undefined ? null : new Date(timeOf(firstId)).toISOString(),
    }
  }
  return {
    unknown: count('unknown'),
    accepted: count('accepted'),
    creating: count('creating'),
    failed: count('failed'),
    created: count('created'),
  }
}

/** Says which of these vaults any request has but this one. */
export async function vaultsOfOthers(
  env: Bindings,
  vaultIds: readonly string[],
  requestId: string,
): Promise<ReadonlySet<string>> {
  if (vaultIds.length === 0) return new Set()
  const ask = (shard: Shard) => ledgerOf(env, shard).vaultsOfOthers(vaultIds, requestId)
  return new Set((await Promise.all(SHARDS.map(ask))).flat())
}

/** One page of the register, and the cursor of the next one. */
export type VaultPage = { readonly vaults: RegisteredVault[]; readonly cursor: string | null }

/** Lists one page of the vaults that were made here, newest first. */
export async function listVaults(env: Bindings, filter: RegisterFilter): Promise<VaultPage> {
  const wanted = { ...filter, limit: filter.limit + 1 }
  const found = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).listVaults(wanted)))
  const listed = found.flat().sort(newestFirst)
  const vaults = listed.slice(0, filter.limit)
  return { vaults, cursor: listed.length > filter.limit ? (vaults.at(-1)?.request ?? null) : null }
}

/** Rows that are read from a shard at once for all of the register: few calls, and little memory. */
const VAULTS_PER_READ_COUNT = 1_000

/** Reads all vaults that are wanted, newest first, in parts; every row is read once. */
export async function* readVaults(
  env: Bindings,
  filter: Omit<RegisterFilter, 'limit'>,
): AsyncGenerator<RegisteredVault[]> {
  const shards = SHARDS.map((shard) => ({
    shard,
    waiting: [] as RegisteredVault[],
    before: filter.before,
    isOver: false,
  }))
  do {
    const empty = shards.filter(({ waiting, isOver }) => waiting.length === 0 && !isOver)
    const readNext = async (one: (typeof shards)[number]) => {
      const wanted = { ...filter, before: one.before, limit: VAULTS_PER_READ_COUNT }
      one.waiting = await ledgerOf(env, one.shard).listVaults(wanted)
      one.before = one.waiting.at(-1)?.request
      one.isOver = one.waiting.length < VAULTS_PER_READ_COUNT
    }
    await Promise.all(empty.map(readNext))
    // a shard that was not read to its end may still have vaults that are older than its last one
    const [from = ''] = shards
      .flatMap(({ before, isOver }) => (isOver || !before ? [] : [before]))
      .sort()
      .reverse()
    const ready = shards.flatMap(({ waiting }) => waiting.filter(({ request }) => request >= from))
    for (const one of shards) one.waiting = one.waiting.filter(({ request }) => request < from)
    yield ready.sort(newestFirst)
  } while (shards.some(({ waiting, isOver }) => waiting.length > 0 || !isOver))
}

function newestFirst(a: RegisteredVault, b: RegisteredVault): number {
  return a.request < b.request ? 1 : -1
}

/** Removes a person's address from requests that have ended, and from the register. */
export async function forgetAddress(env: Bindings, email: string): Promise<ForgottenCount> {
  const counts = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).forgetAddress(email)))
  return counts.reduce((sum, count) => ({
    requests: sum.requests + count.requests,
    vaults: sum.vaults + count.vaults,
    pending: sum.pending + count.pending,
  }))
}

/** Says whether one of this claimant's requests made the vault. */
export async function madeVault(env: Bindings, vaultId: string, claimant: Claimant): Promise<boolean> {
  const answers = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).madeVault(vaultId, claimant)))
  return answers.includes(true)
}
