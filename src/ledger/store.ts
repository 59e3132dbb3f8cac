import { comparable } from '../lib/text.ts'
import { dueAt } from './alarm.ts'
import type { Entry, Status } from './entry.ts'
import { type Filter, matchesSearch } from './filter.ts'
import { firstIdAt } from './request-id.ts'
import type { Claimant } from './sameness.ts'
import { advance, type Event } from './state.ts'

/** A request on a list: which one, and how many characters it takes. */
export type ListedRequest = { readonly id: string; readonly size: number }

/** How many requests of a status there are, and the first of them. */
export type StatusCount = { readonly status: Status; readonly count: number; readonly firstId: string }

/** A ticket that was transferred: the key of its new id leads to that of its old one. */
export type Alias = { readonly key: string; readonly target: string }

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
      columnOf(entry),
      entry.status,
      entry.order.ticket ? comparable(entry.order.ticket.id) : null,
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

  /** Lists the requests that match, newest first. */
  list(filter: Filter): ListedRequest[] {
    const { claimant, status, ticket, caller, source, q, since, until, before, limit } = filter
    const terms: [string, ...string[]][] = []
    if (claimant) terms.push(['asker = ?', columnOf(claimant)])
    if (status) terms.push([`status IN (${status.map(() => '?').join()})`, ...status])
    if (ticket !== undefined) terms.push(['ticket = ?', comparable(ticket)])
    if (source !== undefined) terms.push(["json_extract(asker, '$[0]') = ?", source])
    if (caller !== undefined) terms.push(["json_extract(asker, '$[1]') = ?", caller])
    if (since !== undefined) terms.push(['id >= ?', firstIdAt(since)])
    if (until !== undefined) terms.push(['id < ?', firstIdAt(until + 1)])
    if (before !== undefined) terms.push(['id < ?', before])
    const where = terms.map(([term]) => term).join(' AND ') || 'TRUE'
    const values = terms.flatMap(([, ...values]) => values)
    return q === undefined ? this.#listAll(where, values, limit) : this.#search(q, where, values, limit)
  }

  /** Counts requests by their status; of one claimant, or of all. */
  countByStatus(claimant?: Claimant): StatusCount[] {
    const rows = this.#sql.exec<{ status: Status; count: number; firstId: string }>(
      `SELECT status, count(*) AS count, min(id) AS firstId FROM requests
       WHERE ${claimant ? 'asker = ?' : 'TRUE'} GROUP BY status`,
      ...(claimant ? [columnOf(claimant)] : []),
    )
    return rows.toArray()
  }

  /** Says whether a request of this claimant made the vault. */
  madeVault(vaultId: string, claimant: Claimant): boolean {
    return this.#entries('vault = ? AND asker = ? LIMIT 1', vaultId, columnOf(claimant)).length > 0
  }

  /** Says which of these vaults a request has, other than this one. */
  vaultsOfOthers(vaultIds: readonly string[], requestId: string): string[] {
    const rows = this.#sql.exec<{ vault: string }>(
      'SELECT vault FROM requests WHERE vault IN (SELECT value FROM json_each(?)) AND id <> ?',
      JSON.stringify(vaultIds),
      requestId,
    )
    return Array.from(rows, ({ vault }) => vault)
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

  /** Remembers that a key leads to another one, at least until that time in epoch milliseconds. */
  putAlias({ key, target }: Alias, until: number): void {
    this.#sql.exec(
      'INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET due = excluded.due',
      key,
      target,
      until,
    )
  }

  /** Reads the key that a key leads to. */
  aliasOf(key: string): string | undefined {
    const [row] = this.#sql.exec<{ target: string }>('SELECT target FROM aliases WHERE key = ?', key)
    return row?.target
  }

  /** Reads the aliases whose time is up, at most so many. */
  dueAliases(limit: number): Alias[] {
    const rows = this.#sql.exec<Alias>(
      'SELECT key, target FROM aliases WHERE due <= ? LIMIT ?',
      this.#now(),
      limit,
    )
    return rows.toArray()
  }

  /** Deletes an alias. */
  deleteAlias(key: string): void {
    this.#sql.exec('DELETE FROM aliases WHERE key = ?', key)
  }

  /** Deletes a request. */
  delete(id: string): void {
    this.#sql.exec('DELETE FROM requests WHERE id = ?', id)
    this.#cached.delete(id)
  }

  #listAll(where: string, values: readonly string[], limit: number): ListedRequest[] {
    return this.#sql
      .exec<ListedRequest>(
        `SELECT id, length(entry) AS size FROM requests WHERE ${where} ORDER BY id DESC LIMIT ?`,
        ...values,
        limit,
      )
      .toArray()
  }

  /** Looks through the entries, from the newest on, until there are enough: no index is kept for this. */
  #search(q: string, where: string, values: readonly string[], limit: number): ListedRequest[] {
    const found: ListedRequest[] = []
    const rows = this.#sql.exec<{ entry: string }>(
      `SELECT entry FROM requests WHERE ${where} ORDER BY id DESC`,
      ...values,
    )
    for (const { entry: text } of rows) {
      const entry = parseEntry(text)
      if (matchesSearch(entry, q) && found.push({ id: entry.id, size: text.length }) === limit) break
    }
    return found
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

function parseEntry(text: string): Entry {
  return JSON.parse(text) as Entry // only `put` and `advance` write that column
}

function columnOf({ source, caller }: Claimant): string {
  return JSON.stringify([source, caller])
}
