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
  /** the ids of cached entries that are not on disk yet */
  readonly #held = new Set<string>()

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
    if (key === null) return undefined
    for (const id of this.#held) {
      const entry = this.#cached.get(id)
      if (entry?.key === key) return entry
    }
    return this.#entries('key = ?', key)[0]
  }

  /**
   * Takes the entry of an attempt that begins, and leaves its writing to {@link Store.writeHeld} or to what happens to it
   * first. If the object is killed before, nothing was sent for it.
   */
  hold(entry: Entry): void {
    this.#cached.set(entry.id, entry)
    this.#held.add(entry.id)
  }

  /** Writes an entry that is held, as it will have to wait. */
  writeHeld(id: string): void {
    const entry = this.#held.has(id) && this.#cached.get(id)
    if (entry) this.put(entry)
  }

  /** Forgets an entry that is held still though its attempt is over: it could not be written, so nothing was sent. */
  dropHeld(id: string): void {
    if (this.#held.delete(id)) this.#cached.delete(id)
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
    this.#held.delete(entry.id)
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
    if (this.#held.has(id)) this.put(next)
    else this.#update(entry, next)
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

  /** Writes what an event has changed. A column that is named is written to its index too, even if it stays as it was. */
  #update(before: Entry, entry: Entry): void {
    const { id, status, vault } = entry
    const json = JSON.stringify(entry)
    const due = dueAt(entry)
    if (due === dueAt(before) && vault?.id === before.vault?.id)
      this.#sql.exec('UPDATE requests SET status = ?, entry = ? WHERE id = ?', status, json, id)
    else
      this.#sql.exec(
        'UPDATE requests SET status = ?, vault = ?, due = ?, entry = ? WHERE id = ?',
        status,
        vault?.id ?? null,
        due,
        json,
        id,
      )
    this.#cache(entry)
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
