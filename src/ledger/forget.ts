import * as z from 'zod/mini'
import { EmailAddress } from '../config/fields.ts'
import { parseEntry, ticketColumn } from './columns.ts'

/** The body of `POST /v1/people/forget`. */
export const Person = z.strictObject({ email: EmailAddress }, { error: 'must be {"email":"…"}' })

/** How many requests and vaults had a person's address, and how many requests have it still. */
export type ForgottenCount = { readonly requests: number; readonly vaults: number; readonly pending: number }

/** What stands in the place of an address inside a text. */
const REMOVED = '[removed]'

/**
 * Removes a person's e-mail address from a value: a text that is the address becomes blank, and inside other texts it is
 * replaced. Addresses that only contain it stay.
 *
 * @param value JSON
 * @returns the value without the address
 */
export function withoutAddress<T>(value: T, email: string): T {
  const inText = addressPattern(email)
  const remove = (part: unknown): unknown => {
    if (typeof part === 'string')
      return part.toLowerCase() === email.toLowerCase() ? '' : part.replaceAll(inText, REMOVED)
    if (Array.isArray(part)) return part.map(remove)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, remove(member)]))
  }
  return remove(value) as T // nothing but texts has changed
}

/** Matches the address where it stands by itself, in either case. */
function addressPattern(email: string): RegExp {
  return new RegExp(
    `(?<![\\p{L}\\p{N}._%+-])${RegExp.escape(email)}(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`,
    'giu',
  )
}

/**
 * Removes a person's address from requests that have ended, and from the register.
 *
 * @returns how many of each had it, and how many requests have it still, as they have not ended
 */
export function forgetAddress(sql: SqlStorage, email: string): ForgottenCount {
  const count = { requests: 0, vaults: 0, pending: 0 }
  for (const { id, text } of rowsWith(sql, email, 'SELECT id, entry AS text FROM requests')) {
    const entry = parseEntry(text)
    const next = withoutAddress(entry, email)
    if (JSON.stringify(next) === text) continue
    if (entry.status !== 'created' && entry.status !== 'failed') count.pending++
    else {
      const columns = [JSON.stringify(next), ticketColumn(next)]
      sql.exec('UPDATE requests SET entry = ?, ticket = ? WHERE id = ?', ...columns, id)
      count.requests++
    }
  }
  for (const { id, text } of rowsWith(sql, email, 'SELECT request AS id, row AS text FROM register')) {
    const next = JSON.stringify(withoutAddress(JSON.parse(text), email))
    if (next === text) continue
    sql.exec('UPDATE register SET row = ? WHERE request = ?', next, id)
    count.vaults++
  }
  return count
}

/** Reads the rows whose text has an address, in either case. */
function rowsWith(
  sql: SqlStorage,
  email: string,
  query: string,
): { readonly id: string; readonly text: string }[] {
  const wanted = JSON.stringify(email).slice(1, -1).toLowerCase()
  return sql
    .exec<{ id: string; text: string }>(query)
    .toArray()
    .filter(({ text }) => text.toLowerCase().includes(wanted))
}
