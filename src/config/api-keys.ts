import * as z from 'zod/mini'
import type { Secret } from '../lib/secret.ts'
import { hide, Name, objectOrJson, oneOrMore, secret } from './setting.ts'

/** What a key may be used for: making vaults, reading one's own requests, reading and settling everyone's. */
const scopes = ['create', 'read', 'operate'] as const
export type Scope = (typeof scopes)[number]

/** A caller of the API, with one key or several that are valid at once. */
export type Caller = {
  readonly name: string
  readonly keys: readonly Secret[]
  readonly scopes: readonly Scope[]
  /** the presets that it must use one of; undefined if it may use any, or none */
  readonly presets: readonly string[] | undefined
}

const ApiKey = z.pipe(
  secret(32).check(
    z.regex(/^[\x21-\x7e]*$/, { error: 'has characters that a header cannot carry; use letters and digits' }),
  ),
  hide,
)

const Entry = z.pipe(
  z.transform((value: unknown) => (typeof value === 'string' ? { key: value } : value)),
  z.strictObject(
    {
      key: oneOrMore(ApiKey),
      scopes: z._default(
        z
          .array(z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }), {
            error: 'must be a list',
          })
          .check(z.minLength(1, { error: 'is empty' })),
        ['create', 'read'],
      ),
      presets: z.optional(
        z.array(Name, { error: 'must be a list' }).check(z.minLength(1, { error: 'is empty' })),
      ),
    },
    { error: 'must be a key, or an object with `key`, `scopes` and `presets`' },
  ),
)

const Entries = z.record(Name, Entry, { error: 'must be an object of caller names and their keys' })

/** The configuration `API_KEYS`. */
export const ApiKeys = z
  .pipe(
    objectOrJson(Entries),
    z.transform((entries: z.output<typeof Entries>): readonly Caller[] =>
      Object.entries(entries).map(([name, { key, ...rest }]) => ({
        name,
        keys: key,
        presets: undefined,
        ...rest,
      })),
    ),
  )
  .check(
    z.refine((callers) => callers.length > 0, { error: 'names no caller' }),
    z.refine(
      (callers) => {
        const keys = callers.flatMap((caller) => caller.keys.map((key) => key.reveal()))
        return new Set(keys).size === keys.length
      },
      { error: 'gives one key to two callers; each needs its own' },
    ),
  )
