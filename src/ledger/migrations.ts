/**
 * What each version of the schema adds to the one before, from version 1 on. Migrations only go forward, and are safe to
 * repeat: each leaves what it finds done as it is.
 */
const MIGRATIONS: readonly string[] = [
  // 1: the entry as one JSON text, and beside it the columns that are searched by. With a rowid, unlike the small tables:
  // without one, SQLite keeps at most a quarter of a page of a row in place. A shard that has no rowid goes on without.
  `CREATE TABLE IF NOT EXISTS requests (
     id TEXT PRIMARY KEY, key TEXT, asker TEXT NOT NULL, status TEXT NOT NULL, ticket TEXT, vault TEXT,
     due INTEGER, entry TEXT NOT NULL
   );
   CREATE UNIQUE INDEX IF NOT EXISTS by_key ON requests (key) WHERE key IS NOT NULL;
   CREATE INDEX IF NOT EXISTS by_asker ON requests (asker, id);
   CREATE INDEX IF NOT EXISTS by_ticket ON requests (ticket, id) WHERE ticket IS NOT NULL;
   CREATE INDEX IF NOT EXISTS by_vault ON requests (vault) WHERE vault IS NOT NULL;
   CREATE INDEX IF NOT EXISTS by_due ON requests (due) WHERE due IS NOT NULL;
   CREATE TABLE IF NOT EXISTS seen (digest TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;`,
  // 2: who approved, attempts, and aliases of tickets that were transferred; tickets are found in either case
  `UPDATE requests SET
     ticket = lower(ticket),
     entry = json_insert(entry,
       '$.personId', NULL, '$.approvedBy', NULL, '$.attempts', json('[]'), '$.nextAttemptAt', NULL,
       '$.run', json_extract(entry, '$.attempt'), '$.settledBy', NULL);
   CREATE TABLE IF NOT EXISTS aliases (
     key TEXT PRIMARY KEY, target TEXT NOT NULL, due INTEGER NOT NULL
   ) WITHOUT ROWID;`,
  // 3: the search for lost vaults, and Workflows that are asked whether they are alive
  `UPDATE requests SET
     entry = json_insert(entry,
       '$.workflowSeenAt', NULL, '$.sentAt', NULL, '$.search', NULL, '$.isForced', json('false'));`,
  // 4: the register of vaults, by the id of the request that made each
  `CREATE TABLE IF NOT EXISTS register (
     request TEXT PRIMARY KEY, asker TEXT NOT NULL, vault TEXT NOT NULL, row TEXT NOT NULL
   ) WITHOUT ROWID;`,
  // 5: the newest change that was seen of a ticket whose deliveries may come late
  `CREATE TABLE IF NOT EXISTS revisions (
     key TEXT PRIMARY KEY, changed_at INTEGER NOT NULL, until INTEGER NOT NULL
   ) WITHOUT ROWID;`,
]

/** The version that this Worker reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Brings a shard's database to the present version. All of it is written at once, or nothing of it. Migrations only add,
 * so after a rollback an older Worker can go on with what a newer one has written.
 *
 * @param storage the Durable Object's own
 */
export function migrate(storage: Pick<DurableObjectStorage, 'sql' | 'transactionSync'>): void {
  const { sql } = storage
  sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
  const [row] = sql.exec<{ version: number }>('SELECT version FROM schema_version')
  const version = row?.version ?? 0
  if (version >= SCHEMA_VERSION) return
  storage.transactionSync(() => {
    for (const migration of MIGRATIONS.slice(version)) sql.exec(migration)
    sql.exec('DELETE FROM schema_version')
    sql.exec('INSERT INTO schema_version VALUES (?)', SCHEMA_VERSION)
  })
}
