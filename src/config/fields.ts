import * as z from 'zod/mini'
import { parseDuration } from '../lib/duration.ts'
import { textFault, trimInvisible, withoutInvisible, withoutPersonMarks } from '../lib/text.ts'

/** The most owners that one vault can have. */
export const MAX_OWNERS = 32
/** The most characters of a person's name or address. */
export const MAX_PERSON_CHARS = 320
/** The most views that ConductorOne's `uint32` can hold. */
export const MAX_VIEWS = 4_294_967_295

/** A ConductorOne id: 27 letters and digits. ConductorOne's own client takes anything from 20 as an id. */
const USER_ID = /^[A-Za-z0-9]{20,64}$/
/** Anything around one `@`: whether it is somebody's address, ConductorOne decides. */
const EMAIL_ADDRESS = /^[^@\s]+@[^@\s]+$/

/** Makes the message for a value that is missing or has another type. */
export function expected(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `${input === undefined ? 'is required, and ' : ''}must be ${what}`
}

/** Text that a person wrote: its ends are bare, and it has no characters that mislead a reader. */
export function text(maxChars: number, lines: 'one line' | 'several lines' = 'one line') {
  return cleanText(trimInvisible, maxChars, lines)
}

/** The name or the address of a person: marks that can't be seen, which address books bring along, are removed. */
export function personName(maxChars: number) {
  return cleanText((value) => trimInvisible(withoutPersonMarks(value)), maxChars, 'one line')
}

/** Text of one line whose ends are part of it. */
export function wholeText(maxChars: number) {
  return cleanText((value) => value, maxChars, 'one line')
}

/** Text that is cleaned before anything is judged. */
function cleanText(clean: (value: string) => string, maxChars: number, lines: 'one line' | 'several lines') {
  return z.string({ error: expected('text') }).check(
    z.overwrite(clean),
    z.maxLength(maxChars, { error: `must be at most ${maxChars.toLocaleString('en')} characters long` }),
    z.superRefine((value, context) => {
      const fault = textFault(value, lines)
      if (fault) context.addIssue({ code: 'custom', message: fault })
    }),
  )
}

/**
 * Lets null and blank text count as left out, as a template writes them.
 *
 * @param meta what descriptions of the field say
 */
export function optionalField<T extends z.ZodMiniType>(schema: T, meta?: Parameters<typeof z.meta>[0]) {
  const blankAsAbsent = z.transform((value: unknown) => (isBlank(value) ? undefined : value))
  const field = z.optional(z.pipe(blankAsAbsent, z.optional(schema)))
  return meta ? field.check(z.meta(meta)) : field
}

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && trimInvisible(value) === '')
}

const Person = cleanText((value) => trimInvisible(withoutInvisible(value)), MAX_PERSON_CHARS, 'one line')

/** A vault's owner as people write it: the e-mail address of a ConductorOne user, or the user's id. */
export const Owner = Person.check(
  z.refine((value) => USER_ID.test(value) || EMAIL_ADDRESS.test(value), {
    error:
      'must be the e-mail address of a ConductorOne user, or a ConductorOne user id (20 or more letters and digits)',
  }),
)

/** A person's e-mail address. */
export const EmailAddress = Person.check(z.regex(EMAIL_ADDRESS, { error: 'must be an e-mail address' }))

/** A duration as people write it, such as `30d`. */
export const Duration = text(32).check(
  z.refine((value) => parseDuration(value) !== undefined, {
    error: 'must be a whole number followed by s, m, h, d or w, such as "30d"',
  }),
)

/** A whole number from 1. */
export function count(max: number) {
  return z
    .int({ error: 'must be a whole number' })
    .check(z.minimum(1, { error: 'must be at least 1' }), z.maximum(max, { error: `must be at most ${max}` }))
}

/** How often a magic link may be opened. */
export const Views = count(MAX_VIEWS)
