import * as z from 'zod/mini'
import { Deadline } from '../conductorone/deadline.ts'
import type { Tenant } from '../conductorone/tenant.ts'
import type { RegisteredVault } from '../ledger/register.ts'
import type { LedgerShard } from '../ledger/shards.ts'
import { parseJson } from '../lib/body.ts'
import type { World } from '../lib/world.ts'
import type { Alert } from './alert.ts'
import { DAY_MS, dayAt } from './day.ts'

/** Rows of the register that are read at once. */
const VAULTS_PER_READ_COUNT = 1_000
/** The most ids that one search takes. */
const USERS_PER_SEARCH_COUNT = 100
const SEARCH_TIMEOUT_MS = 30_000
/** Requests that are remembered from one day to the next. */
const MAX_REMEMBERED_COUNT = 1_000

const MEMORY_SECONDS = 3 * 24 * 3_600

const Memory = z.object({ ownerless: z.array(z.string()), reported: z.array(z.string()) })

/**
 * What one day's check leaves for the next day's: the ids of requests whose vault had no enabled owner any more, and of
 * those that operators know of.
 */
export type Memory = z.output<typeof Memory>

/** Recalls what a check needs to know: what was found on the day before, and what was reported then or earlier today. */
export async function recall(kv: Pick<KVNamespace, 'get'>, day: string): Promise<Memory> {
  const dayBefore = dayAt(Date.parse(day) - DAY_MS)
  const [before, today] = await Promise.all([readMemory(kv, dayBefore), readMemory(kv, day)])
  return { ...before, reported: [...before.reported, ...today.reported] }
}

async function readMemory(kv: Pick<KVNamespace, 'get'>, day: string): Promise<Memory> {
  const { data } = Memory.safeParse(parseJson((await kv.get(keyOf(day))) ?? ''))
  return data ?? { ownerless: [], reported: [] }
}

/** Keeps what the check of a day leaves, until no other day needs it. */
export async function remember(kv: Pick<KVNamespace, 'put'>, day: string, memory: Memory): Promise<void> {
  await kv.put(keyOf(day), JSON.stringify(memory), { expirationTtl: MEMORY_SECONDS })
}

function keyOf(day: string): string {
  return `ownerless/${day}`
}

/** Lists the owners at creation of all vaults that a shard knows, each once. */
export async function listOwners(shard: Pick<LedgerShard, 'listVaults'>): Promise<string[]> {
  const ids = new Set<string>()
  for await (const { owners } of vaultsOf(shard)) for (const { id } of owners) ids.add(id)
  return [...ids]
}

/** Lists a shard's vaults of which every owner at creation is gone, by the ids of their requests. */
export async function listOwnerless(
  shard: Pick<LedgerShard, 'listVaults'>,
  gone: ReadonlySet<string>,
): Promise<string[]> {
  const requests: string[] = []
  for await (const { owners, request } of vaultsOf(shard))
    if (owners.length > 0 && owners.every(({ id }) => gone.has(id))) requests.push(request)
  return requests
}

async function* vaultsOf(shard: Pick<LedgerShard, 'listVaults'>): AsyncGenerator<RegisteredVault> {
  for (let before: string | undefined; ; ) {
    const page = await shard.listVaults({ before, limit: VAULTS_PER_READ_COUNT })
    yield* page
    if (page.length < VAULTS_PER_READ_COUNT) return
    before = page.at(-1)?.request
  }
}

/** Cuts ids into batches of nearly the same size, so that none is so small that its answer is empty by chance. */
export function batchesOf(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / USERS_PER_SEARCH_COUNT)
  const size = Math.ceil(ids.length / count)
  return Array.from({ length: count }, (_, index) => ids.slice(index * size, (index + 1) * size))
}

/**
 * Asks ConductorOne which of these users are disabled or gone.
 *
 * @returns undefined if it finds none of them, which rather says something about the search
 * @throws {ConductorOneFailure}
 */
export async function findGone(
  ids: readonly string[],
  tenant: Pick<Tenant, 'searchUsersById'>,
  { now }: Pick<World, 'now'>,
): Promise<string[] | undefined> {
  const users = await tenant.searchUsersById(ids, { deadline: new Deadline(SEARCH_TIMEOUT_MS, now) })
  const enabled = new Set(users.map(({ id }) => id))
  const gone = ids.filter((id) => !enabled.has(id))
  return gone.length < ids.length ? gone : undefined
}

/**
 * Compares a day's findings with those of the day before.
 *
 * @param ownerless requests whose vault has no enabled owner today
 * @param isComplete whether every owner could be looked up
 * @returns what is found for the second day and was not reported, and what is to be remembered if it is reported
 */
export function compareDays(
  ownerless: readonly string[],
  yesterday: Memory,
  isComplete: boolean,
): { readonly fresh: readonly string[]; readonly memory: Memory } {
  const found = new Set(ownerless)
  const [before, reported] = [new Set(yesterday.ownerless), new Set(yesterday.reported)]
  const fresh = ownerless.filter((id) => before.has(id) && !reported.has(id))
  const known = yesterday.reported.filter((id) => found.has(id) || !isComplete)
  const bounded = (ids: readonly string[]) => ids.slice(0, MAX_REMEMBERED_COUNT)
  return { fresh, memory: { ownerless: bounded(ownerless), reported: bounded([...known, ...fresh]) } }
}

/** Says that vaults have lost their last known owner. */
export function lostOwners(requests: readonly string[]): Alert {
  const vaults = requests.length === 1 ? 'A vault has lost its' : `${requests.length} vaults have lost their`
  return {
    text: `${vaults} last known owner: for two days, ConductorOne has had all owners at creation as disabled, or not at all. Owners that were given since can't be seen from here. See in ConductorOne whether they are still there and who can open them, and save what is in them elsewhere.`,
    requests,
  }
}
