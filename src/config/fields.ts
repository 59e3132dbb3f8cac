import * as z from 'zod/mini'
import { parseDuration } from '../lib/duration.ts'
import { textFault } from '../lib/text.ts'

/** The most owners that one vault can have. */
export const MAX_OWNERS = 32
/** The most views that ConductorOne's `uint32` can hold. */
export const MAX_VIEWS = 4_294_967_295

/** A ConductorOne id: 27 letters and digits. ConductorOne's own client takes anything from 20 as an id. */
const USER_ID = /^[A-Za-z0-9]{20,64}$/

/** Makes the message for a value that is missing or has another type. */
export function expected(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `${input === undefined ? 'is required, and ' : ''}must be ${what}`
}

/** Text that a person wrote: trimmed, and without characters that mislead a reader. */
export function text(maxChars: number, lines: 'one line' | 'several lines' = 'one line') {
  return z.string({ error: expected('text') }).check(
    z.trim(),
    z.maxLength(maxChars, { error: `must be at most ${maxChars.toLocaleString('en')} characters long` }),
    z.superRefine((value, context) => {
      const fault = textFault(value, lines)
      if (fault) context.addIssue({ code: 'custom', message: fault })
    }),
  )
}

const email = z.email()

/** A vault's owner as people write it: the e-mail address of a ConductorOne user, or the user's id. */
export const Owner = text(320).check(
  z.refine((value) => USER_ID.test(value) || email.safeParse(value).success, {
    error:
      'must be the e-mail address of a ConductorOne user, or a ConductorOne user id (20 or more letters and digits)',
  }),
)

/** A duration as people write it, such as `30d`. */
export const Duration = text(32).check(
  z.refine((value) => parseDuration(value) !== undefined, {
    error: 'must be a whole number followed by s, m, h, d or w, such as "30d"',
  }),
)

/** How often a magic link may be opened. */
export const Views = z
  .int({ error: 'must be a whole number' })
  .check(
    z.minimum(1, { error: 'must be at least 1' }),
    z.maximum(MAX_VIEWS, { error: `must be at most ${MAX_VIEWS}` }),
  )
