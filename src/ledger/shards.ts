import type { DurableObject } from 'cloudflare:workers'
import type { Bindings } from '../env.ts'
import type { Asker } from './claim.ts'
import type { RequestRecord } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { SHARDS, type Shard, shardOf } from './request-id.ts'
import type { Filter } from './store.ts'

/** What one part of the ledger can be asked. */
export type LedgerShard = Omit<Ledger, keyof DurableObject | 'alarm'>

/** @returns the part of the ledger that keeps a shard's requests */
export function ledgerOf({ LEDGER }: Bindings, shard: Shard): LedgerShard {
  const stub: unknown = LEDGER.getByName(`shard-${shard}`)
  // a stub's own types know no JSON of unknown shape; arguments and results are plain data, so they come as they went
  return stub as LedgerShard
}

/** @returns the part of the ledger that keeps this request, or undefined where the text is no request id */
export function ledgerFor(env: Bindings, requestId: string): LedgerShard | undefined {
  const shard = shardOf(requestId)
  return shard === undefined ? undefined : ledgerOf(env, shard)
}

/**
 * @param filter which requests, and how many
 * @returns one page across all shards, newest first, and where the next one begins; ids sort by time, so a page stays
 *   the same whatever is added in front of it
 */
export async function listRequests(
  env: Bindings,
  filter: Filter,
): Promise<{ requests: RequestRecord[]; cursor: string | null }> {
  // one more than is shown tells whether there is another page
  const wanted = { ...filter, limit: filter.limit + 1 }
  const found = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).list(wanted)))
  const ids = found.flat().sort().reverse()
  const page = ids.slice(0, filter.limit)
  // only the shards that are on the page are asked for records
  const reads = [...Map.groupBy(page, shardOf)].map(([shard, own]) => ledgerOf(env, shard ?? '').readAll(own))
  const requests = (await Promise.all(reads)).flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  return { requests, cursor: ids.length > filter.limit ? (page.at(-1) ?? null) : null }
}

/** @returns whether one of this asker's requests made the vault */
export async function madeVault(env: Bindings, vaultId: string, asker: Asker): Promise<boolean> {
  const answers = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).madeVault(vaultId, asker)))
  return answers.includes(true)
}
