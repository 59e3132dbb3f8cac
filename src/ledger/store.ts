import { dueAt } from './alarm.ts'
import { askerColumn, parseEntry, ticketColumn } from './columns.ts'
import type { Entry } from './entry.ts'
import { advance, type Event } from './state.ts'

/**
 * The requests of one shard. The entry itself is one JSON text; beside it stand the columns that are searched by, written
 * from the entry and never read back.
 */
export class Store {
  readonly #sql: SqlStorage
  readonly #now: () => number
  /** the entries of attempts that are under way, as they are on disk: they will be read again in a moment */
  readonly #cached = new Map<string, Entry>()

  /**
   * Works on the rows of one shard.
   *
   * @param sql the Durable Object's database, in the present version of the schema
   * @param now the clock, in epoch milliseconds
   */
  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql
    this.#now = now
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
      askerColumn(entry),
      entry.status,
      ticketColumn(entry),
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

  /** Takes the key from a request, so that another one can have it. It stays as a record, and can't be tried again. */
  releaseKey(id: string): void {
    const entry = this.get(id)
    if (entry) this.put({ ...entry, key: null })
  }

  /** Reads the entries that the ledger must look at by itself now, at most so many. */
  due(limit: number): Entry[] {
    return this.#entries('due <= ? ORDER BY due LIMIT ?', this.#now(), limit)
  }

  /** Says when the next entry is due, in epoch milliseconds; undefined if none is. */
  nextDue(): number | undefined {
    const [row] = this.#sql.exec<{ due: number | null }>(
      `SELECT min(due) AS due FROM (SELECT min(due) AS due FROM requests WHERE due IS NOT NULL
       UNION ALL SELECT min(due) FROM aliases)`,
    )
    return row?.due ?? undefined
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
    return Array.from(rows, ({ entry }) => parseEntry(entry))
  }
}
