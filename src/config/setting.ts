import * as z from 'zod/mini'
import { Secret } from '../lib/secret.ts'

/** Refuses a value inside a transform; the fault never repeats it. */
export function refuse(context: { readonly issues: z.core.$ZodRawIssue[] }, message: string): never {
  context.issues.push({ code: 'custom', message, input: undefined })
  return z.NEVER
}

/** Objects may stand as TOML tables or as JSON text. */
export function objectOrJson<T extends z.ZodMiniType>(schema: T) {
  const parsed = z.transform((value: unknown, context) => {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value) as unknown
    } catch {
      return refuse(context, 'is not JSON')
    }
  })
  return z.pipe(parsed, schema)
}

/** One value, or a list of several that are valid at once. */
export function oneOrMore<T extends z.ZodMiniType>(schema: T) {
  const listed = z.transform((value: unknown): unknown => (Array.isArray(value) ? value : [value]))
  const list = z.array(schema).check(z.minLength(1, { error: 'is empty' }))
  return z.pipe(listed, list)
}

/** An optional setting may be left empty: the Deploy button writes blanks. */
export function optional<T extends z.ZodMiniType>(schema: T) {
  const blank = z.transform((value: unknown) => (value === '' ? undefined : value))
  return z.pipe(blank, z.optional(schema))
}

/** Text that must not be printed. */
export function secret(minChars: number) {
  return z
    .string({ error: 'must be text' })
    .check(z.minLength(minChars, { error: `is shorter than ${minChars} characters; make a longer one` }))
}

/** Refuses what is easily copied along with a secret. */
export const bareEnds = z.refine<string>((text) => text === text.trim(), {
  error: 'has white space or a line break at its ends; copy it without',
})

/** Hides a checked text. */
export const hide = z.transform((text: string) => new Secret(text))

/** A caller's or a sender's name. A secret in the place of a name would be printed, so a name is never long. */
export const Name = z.string().check(
  z.regex(/^[A-Za-z0-9][\w.-]{0,30}$/, {
    error: 'has a name that is not 1 to 31 letters, digits, dots or dashes',
  }),
)
