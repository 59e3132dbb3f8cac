import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Entry } from '../src/ledger/entry.ts'
import { inShard, newRequestId, SHARDS, type Shard, shardOf } from '../src/ledger/request-id.ts'
import { Store } from '../src/ledger/store.ts'
import { registerVault } from '../src/ledger/vault-rows.ts'

/** Milliseconds in which the stored requests were made: the time that the ledger keeps them. */
const PAST_MS = 29 * 24 * 3_600_000
/** Milliseconds in which the vaults of the register were made. */
const YEAR_MS = 365 * 24 * 3_600_000

/**
 * Fills a stopped Worker's ledger as it would have filled itself, by the ledger's own code: copies of a request that it
 * has stored, each with an id and a key of its own, spread over the shards and over the last weeks.
 *
 * @param folder the Worker's state; every shard has a request in it
 * @param count requests to be added, over all shards
 */
export function addRequests(folder: string, count: number): Promise<void> {
  return fillShards(folder, count, PAST_MS, (store, _, entry) => store.put(entry))
}

/**
 * Fills a stopped Worker's register in the same way, as if the requests of the year before had been deleted.
 *
 * @param count vaults to be added, over all shards
 */
export function addVaults(folder: string, count: number): Promise<void> {
  return fillShards(folder, count, YEAR_MS, (_, sql, entry, index) =>
    registerVault(sql, varied(entry, index)),
  )
}

/** Lets vaults differ as those of a company do. */
function varied(entry: Entry, index: number): Entry {
  const owners = [index % 700, (index * 7) % 900].map((person) => ({
    input: `person.${person}@example.com`,
    id: `2mQg9IILyNefQ6oMTvolM4F${String(person).padStart(4, '0')}`,
  }))
  const order = {
    ...entry.order,
    name: `Break-glass of team ${index}`,
    ticket: { id: `SEC-${index}`, url: `https://acme.atlassian.net/browse/SEC-${index}` },
    requestedBy: `jane.${index % 300}@example.com`,
    preset: index % 10 === 0 ? 'payroll' : undefined,
  }
  return { ...entry, owners, order }
}

type Add = (store: Store, sql: SqlStorage, entry: Entry, index: number) => void

async function fillShards(folder: string, count: number, past: number, add: Add): Promise<void> {
  const files = await readdir(folder, { recursive: true })
  const shards = new Set<Shard>()
  for (const file of files.filter((name) => name.endsWith('.sqlite'))) {
    const database = new DatabaseSync(join(folder, file))
    const template = templateIn(database)
    const shard = template && shardOf(template.id)
    if (template && shard !== undefined) {
      shards.add(shard)
      fill(database, template, shard, count / SHARDS.length, past, add)
    }
    database.close()
  }
  if (shards.size !== SHARDS.length) throw new Error('not every shard of the ledger has stored a request')
}

/** @returns a request that is stored in the database, if that is a shard of the ledger */
function templateIn(database: DatabaseSync): Entry | undefined {
  const table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'requests'"
  if (!database.prepare(table).get()) return undefined
  const text = database.prepare('SELECT entry FROM requests LIMIT 1').get()?.entry
  return typeof text === 'string' ? (JSON.parse(text) as Entry) : undefined // the ledger wrote it
}

function fill(
  database: DatabaseSync,
  template: Entry,
  shard: Shard,
  count: number,
  past: number,
  add: Add,
): void {
  const statements = new Map<string, StatementSync>()
  const exec = (query: string, ...values: (string | number | null)[]) => {
    if (values.length === 0) return database.exec(query)
    const statement = statements.get(query) ?? database.prepare(query)
    statements.set(query, statement)
    return statement.run(...values)
  }
  // all that the ledger's code asks of a database when it writes
  const sql = { exec } as unknown as SqlStorage
  const store = new Store(sql, Date.now)
  const start = Date.now() - past
  database.exec('BEGIN')
  for (let index = 0; index < count; index++) {
    const at = start + Math.floor((index / count) * past)
    const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
    const id = inShard(newRequestId({ now: () => at, random }), shard)
    const key = shard + randomBytes(32).toString('hex').slice(1)
    const vault = template.vault && { ...template.vault, id: randomBytes(13).toString('hex') }
    add(store, sql, { ...template, id, key, vault, createdAt: at, updatedAt: at }, index)
  }
  database.exec('COMMIT')
}
