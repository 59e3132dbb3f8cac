import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { forgetAddress } from '../../../src/ledger/forget.ts'
import { selectRequests } from '../../../src/ledger/listing.ts'
import { migrate, SCHEMA_VERSION } from '../../../src/ledger/migrations.ts'
import { Store } from '../../../src/ledger/store.ts'
import { hasMadeVault, pruneRegister, registerVault, selectVaults } from '../../../src/ledger/vault-rows.ts'
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

/** What its entry has had since. */
const SINCE = {
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
  expect(entry).toEqual({ ...BEFORE, ...SINCE })
})

test('a vault of version 3 is listed, goes into the register and is forgotten there as any other', async () => {
  const entry = { ...BEFORE, order: { ...BEFORE.order, requestedBy: 'jane@example.com' }, ...SINCE }
  await inShard((storage) => {
    writeVersion0(storage)
    storage.sql.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)')
    storage.sql.exec('INSERT INTO schema_version VALUES (3)')
    storage.sql.exec(
      'CREATE TABLE aliases (key TEXT PRIMARY KEY, target TEXT NOT NULL, due INTEGER NOT NULL)',
    )
    storage.sql.exec('UPDATE requests SET ticket = ?, entry = ?', 'sec-42', JSON.stringify(entry))
    storage.sql.exec('DROP TABLE register')
    migrate(storage)
    const { sql } = storage
    expect(sql.exec('SELECT version FROM schema_version').one()).toEqual({ version: SCHEMA_VERSION })
    const row = {
      id: 'vault-1',
      name: 'Payroll',
      owners: BEFORE.owners,
      requestedBy: 'jane@example.com',
      ticket: { id: 'SEC-42' },
      approvedBy: null,
      preset: null,
      request: BEFORE.id,
    }
    expect(selectVaults(sql, { limit: 10 })).toMatchObject([row])
    const store = new Store(sql, world.now)
    const kept = store.get(BEFORE.id)
    if (!kept) throw new Error('it was there')
    registerVault(sql, kept)
    store.delete(BEFORE.id)
    expect(selectVaults(sql, { limit: 10, q: 'payroll' })).toMatchObject([row])
    expect(hasMadeVault(sql, 'vault-1', { source: 'api', caller: 'runbook' })).toBe(true)
    forgetAddress(sql, 'jane@example.com')
    expect(selectVaults(sql, { limit: 10 })).toMatchObject([{ ...row, requestedBy: null }])
    pruneRegister(sql, Date.UTC(2100, 0, 1))
    expect(selectVaults(sql, { limit: 10 })).toEqual([])
  })
})

test('the register of version 4 is read as it was written, beside the requests', async () => {
  const row = {
    id: 'vault-0',
    name: 'Wages',
    owners: [{ input: '', id: 'u2' }],
    ticket: null,
    requestedBy: '',
    approvedBy: null,
    source: 'github',
    caller: 'github',
    preset: null,
    credentialTtl: '2592000s',
    createdAt: '2026-01-02T03:04:05.000Z',
    settledBy: 'operator',
    forced: true,
    request: 'req_01kdxj7t800000000000000a',
  }
  await inShard((storage) => {
    const { sql } = storage
    writeVersion0(storage)
    sql.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)')
    sql.exec('INSERT INTO schema_version VALUES (4)')
    sql.exec('CREATE TABLE aliases (key TEXT PRIMARY KEY, target TEXT NOT NULL, due INTEGER NOT NULL)')
    sql.exec('UPDATE requests SET ticket = ?, entry = ?', 'sec-42', JSON.stringify({ ...BEFORE, ...SINCE }))
    sql.exec('DELETE FROM register')
    sql.exec(
      'INSERT INTO register VALUES (?, ?, ?, ?)',
      row.request,
      '["github","github"]',
      row.id,
      JSON.stringify(row),
    )
    migrate(storage)
    expect(sql.exec('SELECT version FROM schema_version').one()).toEqual({ version: SCHEMA_VERSION })
    const [own, old] = selectVaults(sql, { limit: 10 })
    expect(own).toMatchObject({ id: 'vault-1', request: BEFORE.id })
    expect(old).toEqual({ ...row, requestedBy: null })
    expect(new Store(sql, world.now).underKey(BEFORE.key)).toEqual({ ...BEFORE, ...SINCE })
    sql.exec('DELETE FROM register')
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
