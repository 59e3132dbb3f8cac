import { comparable } from '../lib/text.ts'
import { askerColumn, parseEntry } from './columns.ts'
import type { Status } from './entry.ts'
import { type Filter, matchesSearch } from './filter.ts'
import { firstIdAt } from './request-id.ts'
import type { Claimant } from './sameness.ts'

/** A request on a list: which one, and how many characters it takes. */
export type ListedRequest = { readonly id: string; readonly size: number }

/** How many requests of a status there are, and the first of them. */
export type StatusCount = { readonly status: Status; readonly count: number; readonly firstId: string }

/** Lists the requests that match, newest first. */
export function selectRequests(sql: SqlStorage, filter: Filter): ListedRequest[] {
  const { claimant, status, ticket, caller, source, q, since, until, before, limit } = filter
  const terms: [string, ...string[]][] = []
  if (claimant) terms.push(['asker = ?', askerColumn(claimant)])
  if (status) terms.push([`status IN (${status.map(() => '?').join()})`, ...status])
  if (ticket !== undefined) terms.push(['ticket = ?', comparable(ticket)])
  if (source !== undefined) terms.push(["json_extract(asker, '$[0]') = ?", source])
  if (caller !== undefined) terms.push(["json_extract(asker, '$[1]') = ?", caller])
  if (since !== undefined) terms.push(['id >= ?', firstIdAt(since)])
  if (until !== undefined) terms.push(['id < ?', firstIdAt(until + 1)])
  if (before !== undefined) terms.push(['id < ?', before])
  const where = terms.map(([term]) => term).join(' AND ') || 'TRUE'
  const values = terms.flatMap(([, ...values]) => values)
  return q === undefined ? listAll(sql, where, values, limit) : search(sql, q, where, values, limit)
}

/** Counts requests by their status; of one claimant, or of all. */
export function countRequests(sql: SqlStorage, claimant?: Claimant): StatusCount[] {
  const rows = sql.exec<{ status: Status; count: number; firstId: string }>(
    `SELECT status, count(*) AS count, min(id) AS firstId FROM requests
     WHERE ${claimant ? 'asker = ?' : 'TRUE'} GROUP BY status`,
    ...(claimant ? [askerColumn(claimant)] : []),
  )
  return rows.toArray()
}

function listAll(sql: SqlStorage, where: string, values: readonly string[], limit: number): ListedRequest[] {
  return sql
    .exec<ListedRequest>(
      `SELECT id, length(entry) AS size FROM requests WHERE ${where} ORDER BY id DESC LIMIT ?`,
      ...values,
      limit,
    )
    .toArray()
}

/** Looks through the entries, from the newest on, until there are enough: no index is kept for this. */
function search(
  sql: SqlStorage,
  q: string,
  where: string,
  values: readonly string[],
  limit: number,
): ListedRequest[] {
  const found: ListedRequest[] = []
  const rows = sql.exec<{ entry: string }>(
    `SELECT entry FROM requests WHERE ${where} ORDER BY id DESC`,
    ...values,
  )
  for (const { entry: text } of rows) {
    const entry = parseEntry(text)
    if (matchesSearch(entry, q) && found.push({ id: entry.id, size: text.length }) === limit) break
  }
  return found
}
