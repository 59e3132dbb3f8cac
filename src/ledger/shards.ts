import type { DurableObject } from 'cloudflare:workers'
import { deploymentOf } from '../deployment.ts'
import type { Bindings } from '../env.ts'
import type { Claimant } from './claim.ts'
import type { RequestRecord } from './entry.ts'
import type { Filter } from './filter.ts'
import type { Ledger } from './ledger.ts'
import { SHARDS, type Shard, shardOf } from './request-id.ts'

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

/**
 * Lists one page of requests across all shards, newest first. Ids sort by time, so a page stays the same whatever is added
 * in front of it.
 *
 * @param filter which requests, and how many
 * @returns the page, and the cursor of the next one
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

/** Says whether one of this claimant's requests made the vault. */
export async function madeVault(env: Bindings, vaultId: string, claimant: Claimant): Promise<boolean> {
  const answers = await Promise.all(SHARDS.map((shard) => ledgerOf(env, shard).madeVault(vaultId, claimant)))
  return answers.includes(true)
}
