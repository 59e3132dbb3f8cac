import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { selectRequests } from '../../../src/ledger/listing.ts'
import { migrate, SCHEMA_VERSION } from '../../../src/ledger/migrations.ts'
import { Store } from '../../../src/ledger/store.ts'
import { world } from '../../../src/lib/world.ts'
import { bindings, claimFor, stageTenant } from '../stage.ts'

stageTenant()

/** What a shard had on disk before its schema had a version: a request that made its vault. */
const BEFORE = {
  id: 'req_01m83setg00000000000000a',
  key: 'a'.repeat(64),
  source: 'api',
  caller: 'runbook',
  fingerprint: 'f'.repeat(64),
  order: {
    name: 'Payroll',
    description: '',
    access: { kind: 'group' },
    owners: ['owner@example.com'],
    ticket: { id: 'SEC-42' },
  },
  tell: null,
  status: 'created',
  attempt: 2,
  owners: [{ input: 'owner@example.com', id: 'u1' }],
  vault: { id: 'vault-1', displayName: 'Payroll' },
  problem: null,
  notes: ['by the way'],
  expiry: 'none',
  workflow: 'none',
  deadline: null,
  createdAt: 1_790_000_000_000,
  updatedAt: 1_790_000_001_000,
}

/** Leaves a database as the version before wrote it. */
function writeVersion0({ sql }: DurableObjectStorage): void {
  for (const table of ['requests', 'seen', 'aliases', 'schema_version'])
    sql.exec(`DROP TABLE IF EXISTS ${table}`)
  sql.exec(`
    CREATE TABLE requests (
      id TEXT PRIMARY KEY, key TEXT, asker TEXT NOT NULL, status TEXT NOT NULL, ticket TEXT, vault TEXT,
      due INTEGER, entry TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX by_key ON requests (key) WHERE key IS NOT NULL;
    CREATE INDEX by_asker ON requests (asker, id);
    CREATE INDEX by_ticket ON requests (ticket, id) WHERE ticket IS NOT NULL;
    CREATE INDEX by_vault ON requests (vault) WHERE vault IS NOT NULL;
    CREATE INDEX by_due ON requests (due) WHERE due IS NOT NULL;
    CREATE TABLE seen (digest TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  `)
  sql.exec(
    'INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    BEFORE.id,
    BEFORE.key,
    '["api","runbook"]',
    'created',
    'SEC-42',
    'vault-1',
    BEFORE.updatedAt + 30 * 24 * 3_600_000,
    JSON.stringify(BEFORE),
  )
}

/** Does something with a shard's storage, and gives what comes of it. */
async function inShard<T>(work: (storage: DurableObjectStorage) => T): Promise<T> {
  const { stub } = await claimFor({ shard: 'a' })
  return runInDurableObject(stub, (_, { storage }) => work(storage))
}

test('what the version before wrote is read with what came since', async () => {
  const entry = await inShard((storage) => {
    writeVersion0(storage)
    migrate(storage)
    const store = new Store(storage.sql, world.now)
    expect(selectRequests(storage.sql, { ticket: 'sec-42', limit: 10 })).toMatchObject([{ id: BEFORE.id }])
    return store.underKey(BEFORE.key)
  })
  expect(entry).toEqual({
    ...BEFORE,
    personId: null,
    approvedBy: null,
    attempts: [],
    nextAttemptAt: null,
    run: 2,
    settledBy: null,
    workflowSeenAt: null,
    sentAt: null,
    search: null,
    isForced: false,
  })
})

test('a migration that is repeated changes nothing', async () => {
  const [once, twice] = await inShard((storage) => {
    const rows = () => storage.sql.exec('SELECT * FROM requests').toArray()
    writeVersion0(storage)
    migrate(storage)
    const once = rows()
    storage.sql.exec('DELETE FROM schema_version')
    migrate(storage)
    return [once, rows()]
  })
  expect(twice).toEqual(once)
  expect(once).toHaveLength(1)
})

test('an object is born with the present version', async () => {
  const version = await runInDurableObject(bindings.LEDGER.getByName('shard-b'), (_, { storage }) =>
    storage.sql.exec('SELECT version FROM schema_version').toArray(),
  )
  expect(version).toEqual([{ version: SCHEMA_VERSION }])
})

test('what a newer version wrote is left as it is', async () => {
  const version = await inShard((storage) => {
    migrate(storage)
    storage.sql.exec('UPDATE schema_version SET version = 1000')
    migrate(storage)
    const [row] = storage.sql.exec('SELECT version FROM schema_version')
    storage.sql.exec('UPDATE schema_version SET version = ?', SCHEMA_VERSION)
    return row?.version
  })
  expect(version).toBe(1_000)
})
