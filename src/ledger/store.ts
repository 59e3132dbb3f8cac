import { comparable } from '../lib/text.ts'
import { dueAt } from './alarm.ts'
import type { Entry, Status } from './entry.ts'
import { type Filter, matchesSearch } from './filter.ts'
import { withoutAddress } from './forget.ts'
import { isWanted, type RegisteredVault, type RegisterFilter, registeredVault } from './register.ts'
import { firstIdAt, timeOf } from './request-id.ts'
import type { Claimant } from './sameness.ts'
import { advance, type Event } from './state.ts'

/** A request on a list: which one, and how many characters it takes. */
export type ListedRequest = { readonly id: string; readonly size: number }

/** How many requests of a status there are, and the first of them. */
export type StatusCount = { readonly status: Status; readonly count: number; readonly firstId: string }

/** How many requests and vaults had a person's address, and how many requests have it still. */
export type ForgottenCount = { readonly requests: number; readonly vaults: number; readonly pending: number }

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
    const [row] = this.#sql.exec<{ made: number }>(
      `SELECT EXISTS (SELECT 1 FROM requests WHERE vault = ?1 AND asker = ?2)
         OR EXISTS (SELECT 1 FROM register WHERE vault = ?1 AND asker = ?2) AS made`,
      vaultId,
      columnOf(claimant),
    )
    return row?.made === 1
  }

  /** Says which of these vaults a request has, other than this one. */
  vaultsOfOthers(vaultIds: readonly string[], requestId: string): string[] {
    const rows = this.#sql.exec<{ vault: string }>(
      `SELECT vault FROM requests WHERE vault IN (SELECT value FROM json_each(?1)) AND id <> ?2
       UNION SELECT vault FROM register WHERE vault IN (SELECT value FROM json_each(?1)) AND request <> ?2`,
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

  /** Deletes a request that has ended. What its vault needs to be known by goes into the register. */
  archive(entry: Entry): void {
    const vault = registeredVault(entry)
    if (vault)
      this.#sql.exec(
        'INSERT INTO register VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        entry.id,
        columnOf(entry),
        vault.id,
        JSON.stringify(vault),
      )
    this.delete(entry.id)
  }

  /** Deletes what the register has of requests before that time, in epoch milliseconds. */
  pruneRegister(before: number): void {
    this.#sql.exec('DELETE FROM register WHERE request < ?', firstIdAt(before))
  }

  /** Says when the request of the oldest vault in the register came in, in epoch milliseconds. */
  oldestInRegister(): number | undefined {
    const [row] = this.#sql.exec<{ request: string | null }>('SELECT min(request) AS request FROM register')
    return row?.request ? timeOf(row.request) : undefined
  }

  /** Lists vaults that were made, from requests and register, newest first. */
  listVaults(filter: RegisterFilter): RegisteredVault[] {
    const wanted: RegisteredVault[] = []
    for (const vault of newestFirst(this.#vaultsOfRequests(filter), this.#registered(filter)))
      if (isWanted(vault, filter) && wanted.push(vault) === filter.limit) break
    return wanted
  }

  /**
   * Removes a person's address from requests that have ended, and from the register.
   *
   * @returns how many of each had it, and how many requests have it still, as they have not ended
   */
  forgetAddress(email: string): ForgottenCount {
    const count = { requests: 0, vaults: 0, pending: 0 }
    for (const { id, text } of this.#rowsWith(email, 'SELECT id, entry AS text FROM requests')) {
      const entry = parseEntry(text)
      const next = withoutAddress(entry, email)
      if (JSON.stringify(next) === text) continue
      if (entry.status !== 'created' && entry.status !== 'failed') count.pending++
      else {
        this.#sql.exec('UPDATE requests SET entry = ? WHERE id = ?', JSON.stringify(next), id)
        count.requests++
      }
    }
    for (const { id, text } of this.#rowsWith(email, 'SELECT request AS id, row AS text FROM register')) {
      const next = JSON.stringify(withoutAddress(JSON.parse(text), email))
      if (next === text) continue
      this.#sql.exec('UPDATE register SET row = ? WHERE request = ?', next, id)
      count.vaults++
    }
    return count
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

  *#vaultsOfRequests(filter: RegisterFilter): Generator<RegisteredVault> {
    const [where, values] = ownedBefore('id', filter)
    const rows = this.#sql.exec<{ entry: string }>(
      `SELECT entry FROM requests WHERE status = 'created' AND ${where} ORDER BY id DESC`,
      ...values,
    )
    for (const { entry } of rows) {
      const vault = registeredVault(parseEntry(entry))
      if (vault) yield vault
    }
  }

  *#registered(filter: RegisterFilter): Generator<RegisteredVault> {
    const [where, values] = ownedBefore('request', filter)
    const rows = this.#sql.exec<{ row: string }>(
      `SELECT row FROM register WHERE ${where} ORDER BY request DESC`,
      ...values,
    )
    for (const { row } of rows) yield parseRow(row)
  }

  /** Reads the rows whose text has an address, in either case. */
  #rowsWith(email: string, query: string): { readonly id: string; readonly text: string }[] {
    const wanted = JSON.stringify(email).slice(1, -1).toLowerCase()
    return this.#sql
      .exec<{ id: string; text: string }>(query)
      .toArray()
      .filter(({ text }) => text.toLowerCase().includes(wanted))
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

/** Reads a row of the register; a person who was forgotten has left a blank. */
function parseRow(text: string): RegisteredVault {
  const vault = JSON.parse(text) as RegisteredVault // only `archive` and `forgetAddress` write that column
  return { ...vault, requestedBy: vault.requestedBy || null, approvedBy: vault.approvedBy || null }
}

function parseEntry(text: string): Entry {
  return JSON.parse(text) as Entry // only `put` and `advance` write that column
}

/** Merges two lists of vaults that are sorted by their requests, newest first. */
function* newestFirst(
  a: Iterator<RegisteredVault>,
  b: Iterator<RegisteredVault>,
): Generator<RegisteredVault> {
  let [left, right] = [a.next(), b.next()]
  while (!left.done || !right.done) {
    if (right.done || (!left.done && left.value.request > right.value.request)) {
      if (!left.done) yield left.value
      left = a.next()
    } else {
      yield right.value
      right = b.next()
    }
  }
}

/** Writes what narrows a list of vaults before it is read. */
function ownedBefore(column: 'id' | 'request', { claimant, before }: RegisterFilter): [string, string[]] {
  const terms = [claimant && 'asker = ?', before !== undefined && `${column} < ?`].filter(Boolean)
  const values = [...(claimant ? [columnOf(claimant)] : []), ...(before === undefined ? [] : [before])]
  return [terms.join(' AND ') || 'TRUE', values]
}

function columnOf({ source, caller }: Claimant): string {
  return JSON.stringify([source, caller])
}
