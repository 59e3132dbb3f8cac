import * as z from 'zod/mini'
import { EmailAddress } from '../config/fields.ts'
import { asciiDomain } from '../lib/domain.ts'
import { comparable } from '../lib/text.ts'
import { parseEntry, ticketColumn } from './columns.ts'

/** The body of `POST /v1/people/forget`. */
export const Person = z.strictObject({ email: EmailAddress }, { error: 'must be {"email":"…"}' })

/** How many requests and vaults had a person's address, and how many requests have it still. */
export type ForgottenCount = { readonly requests: number; readonly vaults: number; readonly pending: number }

/** What stands in the place of an address inside a text. */
const REMOVED = '[removed]'
/** A label of a domain, in letters of any script or in its ASCII form. */
const LABEL = '[\\p{L}\\p{M}\\p{N}-]+'

/**
 * Removes a person's e-mail address from a value: a text that is the address becomes blank, and inside other texts it is
 * replaced. Addresses that only contain it stay.
 *
 * @param value JSON
 * @returns the value without the address
 */
export function withoutAddress<T>(value: T, email: string): T {
  const remove = removerOf(email)
  const removeAll = (part: unknown): unknown => {
    if (typeof part === 'string') return remove(part)
    if (Array.isArray(part)) return part.map(removeAll)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, removeAll(member)]))
  }
  return removeAll(value) as T // nothing but texts has changed
}

/** Makes the function that removes an address from a text if it stands there by itself, whatever form it is written in. */
function removerOf(email: string): (text: string) => string {
  const [local = '', domain = ''] = email.normalize('NFC').split('@')
  const locals = [local, local.normalize('NFD')].map(RegExp.escape).join('|')
  const address = new RegExp(
    `(?<![\\p{L}\\p{M}\\p{N}._%+-])(?:${locals})@(${RegExp.escape(domain)}|${LABEL}(?:\\.${LABEL})*)` +
      `(?!${LABEL}|\\.[\\p{L}\\p{N}])`,
    'giu',
  )
  return (text) => {
    const rest = text.replaceAll(address, (found, other: string) =>
      comparableDomain(other) === comparableDomain(domain) ? REMOVED : found,
    )
    return rest === REMOVED && text !== REMOVED ? '' : rest
  }
}

function comparableDomain(domain: string): string {
  return asciiDomain(domain) ?? domain.toLowerCase()
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

/** Reads the rows whose text may have an address: the part before the @, in whatever form. */
function rowsWith(
  sql: SqlStorage,
  email: string,
  query: string,
): { readonly id: string; readonly text: string }[] {
  const wanted = comparable(JSON.stringify(email.slice(0, email.indexOf('@') + 1)).slice(1, -1))
  return sql
    .exec<{ id: string; text: string }>(query)
    .toArray()
    .filter(({ text }) => comparable(text).includes(wanted))
}
