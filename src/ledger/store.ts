import { dueAt } from './alarm.ts'
import type { Claimant } from './claim.ts'
import type { Entry } from './entry.ts'
import type { Filter } from './filter.ts'
import { advance, type Event } from './state.ts'

/**
 * The rows of one shard. The entry itself is one JSON text; beside it stand the columns that are searched by, written
 * from the entry and never read back.
 */
export class Store {
  readonly #sql: SqlStorage
  readonly #now: () => number
  /** the entries of attempts that are under way, as they are on disk: they will be read again in a moment */
  readonly #cached = new Map<string, Entry>()

  /**
   * @param sql the Durable Object's database
   * @param now the clock, in epoch milliseconds
   */
  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql
    this.#now = now
    sql.exec(`
      CREATE TABLE IF NOT EXISTS requests (
        id TEXT PRIMARY KEY, key TEXT, asker TEXT NOT NULL, status TEXT NOT NULL, ticket TEXT, vault TEXT,
        due INTEGER, entry TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE UNIQUE INDEX IF NOT EXISTS by_key ON requests (key) WHERE key IS NOT NULL;
      CREATE INDEX IF NOT EXISTS by_asker ON requests (asker, id);
      CREATE INDEX IF NOT EXISTS by_ticket ON requests (ticket, id) WHERE ticket IS NOT NULL;
      CREATE INDEX IF NOT EXISTS by_vault ON requests (vault) WHERE vault IS NOT NULL;
      CREATE INDEX IF NOT EXISTS by_due ON requests (due) WHERE due IS NOT NULL;
      CREATE TABLE IF NOT EXISTS seen (digest TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    `)
  }

  /** Reads the entry under an id. */
  get(id: string): Entry | undefined {
    return this.#cached.get(id) ?? this.#entries('id = ?', id)[0]
  }

  /** Reads the entry under a key. */
  underKey(key: string | null): Entry | undefined {
    return key === null ? undefined : this.#entries('key = ?', key)[0]
  }

  /** Writes the entry of an attempt that begins: of a new request, or of one that had failed. */
  put(entry: Entry): void {
    this.#sql.exec(
      // a key that stands under another id is a mistake, and must not make that row vanish
      `INSERT INTO requests (id, key, asker, status, ticket, vault, due, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET key = excluded.key, asker = excluded.asker, status = excluded.status,
         ticket = excluded.ticket, vault = excluded.vault, due = excluded.due, entry = excluded.entry`,
      entry.id,
      entry.key,
      columnOf(entry),
      entry.status,
      entry.order.ticket?.id ?? null,
      entry.vault?.id ?? null,
      dueAt(entry),
      JSON.stringify(entry),
    )
    this.#cache(entry)
  }

  /**
   * Applies an event and writes the outcome.
   *
   * @throws {TypeError} if the event can't happen to the request, or there is no such request
   */
  advance(id: string, event: Event): Entry {
    const entry = this.get(id)
    if (!entry) throw new TypeError(`${event.type} cannot happen to a request that is not there`)
    const next = advance(entry, event, this.#now())
    // the other columns belong to what was asked for, which no event changes
    this.#sql.exec(
      'UPDATE requests SET status = ?, vault = ?, due = ?, entry = ? WHERE id = ?',
      next.status,
      next.vault?.id ?? null,
      dueAt(next),
      JSON.stringify(next),
      id,
    )
    this.#cache(next)
    return next
  }

  /** Lists the ids of the requests that match, newest first. Most of their entries are not wanted, so none is read. */
  list({ caller, status, ticket, before, limit }: Filter): string[] {
    const terms: [string, string][] = []
    if (caller) terms.push(['asker = ?', columnOf(caller)])
    if (status) terms.push(['status = ?', status])
    if (ticket !== undefined) terms.push(['ticket = ?', ticket])
    if (before !== undefined) terms.push(['id < ?', before])
    const where = terms.map(([term]) => term).join(' AND ') || 'TRUE'
    const rows = this.#sql.exec<{ id: string }>(
      `SELECT id FROM requests WHERE ${where} ORDER BY id DESC LIMIT ?`,
      ...terms.map(([, value]) => value),
      limit,
    )
    return Array.from(rows, ({ id }) => id)
  }

  /** Says whether a request of this claimant made the vault. */
  madeVault(vaultId: string, claimant: Claimant): boolean {
    return this.#entries('vault = ? AND asker = ? LIMIT 1', vaultId, columnOf(claimant)).length > 0
  }

  /** Reads the entries that the ledger must look at by itself now, at most so many. */
  due(limit: number): Entry[] {
    return this.#entries('due <= ? ORDER BY due LIMIT ?', this.#now(), limit)
  }

  /** Says when the next entry is due, in epoch milliseconds; undefined if none is. */
  nextDue(): number | undefined {
    const [row] = this.#sql.exec<{ due: number }>(
      'SELECT due FROM requests WHERE due IS NOT NULL ORDER BY due LIMIT 1',
    )
    return row?.due
  }

  /**
   * Remembers a token that is good once.
   *
   * @param until epoch milliseconds after which it isn't good any more
   * @returns whether it was not seen before
   */
  once(digest: string, until: number): boolean {
    this.#sql.exec('DELETE FROM seen WHERE until < ?', this.#now())
    return (
      this.#sql.exec('INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING', digest, until).rowsWritten > 0
    )
  }

  /** Deletes a request. */
  delete(id: string): void {
    this.#sql.exec('DELETE FROM requests WHERE id = ?', id)
    this.#cached.delete(id)
  }

  #cache(entry: Entry): void {
    if (entry.deadline === null) this.#cached.delete(entry.id)
    else this.#cached.set(entry.id, entry)
  }

  #entries(where: string, ...values: (string | number)[]): Entry[] {
    const rows = this.#sql.exec<{ entry: string }>(`SELECT entry FROM requests WHERE ${where}`, ...values)
    return Array.from(rows, ({ entry }) => JSON.parse(entry) as Entry) // only `put` writes that column
  }
}

function columnOf({ source, caller }: Claimant): string {
  return JSON.stringify([source, caller])
}
