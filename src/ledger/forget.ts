import * as z from 'zod/mini'
import { EmailAddress } from '../config/fields.ts'

/** The body of `POST /v1/people/forget`. */
export const Person = z.strictObject({ email: EmailAddress }, { error: 'must be {"email":"…"}' })

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
