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
  const pages = await Promise.all(
    SHARDS.map((shard) => ledgerOf(env, shard).list({ ...filter, limit: filter.limit + 1 })),
  )
  const all = pages.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
  const requests = all.slice(0, filter.limit)
  return { requests, cursor: all.length > filter.limit ? (requests.at(-1)?.id ?? null) : null }
}

/** @returns whether one of this asker's requests made the vault */
export async function madeVault(env: Bindings, vaultId: string, asker: Asker): Promise<boolean> {
  const answers = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).madeVault(vaultId, asker)))
  return answers.includes(true)
}
