import * as z from 'zod/mini'
import { asciiDomain } from '../lib/domain.ts'
import { count, Duration, MAX_OWNERS, Owner, Views, wholeText } from './fields.ts'
import { Name, refuse } from './setting.ts'

/** The most entries that a list of the policy may have. */
const MAX_LIST_LENGTH = 1_000
const DEFAULT_MAX_VIEWS = 10
const MAX_PREFIX_CHARS = 100

const Domain = z.string({ error: 'must be a domain' }).check(
  z.overwrite((text) => asciiDomain(text) ?? ''),
  z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a domain such as "example.com"' }),
)

const Host = z
  .string({ error: 'must be a host' })
  .check(
    z.toLowerCase(),
    z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$/, { error: 'must be a host such as "hooks.example.com"' }),
  )

const Pattern = z.pipe(
  z.string({ error: 'must be a regular expression as text' }),
  z.transform((source: string, context) => {
    try {
      return new RegExp(source, 'u')
    } catch {
      return refuse(context, 'is not a regular expression')
    }
  }),
)

const flag = z._default(z.boolean({ error: 'must be true or false' }), false)
const list = <T extends z.ZodMiniType>(item: T, maxLength = MAX_LIST_LENGTH) =>
  z._default(
    z
      .array(item, { error: 'must be a list' })
      .check(z.maxLength(maxLength, { error: `must have at most ${maxLength} entries` })),
    [],
  )

/**
 * A preset: what it fixes of a request, and who may use it. A value that it has is fixed, its owners are added to those of
 * the request, and an empty list means everyone.
 */
export const Preset = z.strictObject(
  {
    namePrefix: z.optional(wholeText(MAX_PREFIX_CHARS)),
    namePattern: z.optional(Pattern),
    owners: list(Owner, MAX_OWNERS),
    kind: z.optional(z.enum(['group', 'magic_link'], { error: 'must be "group" or "magic_link"' })),
    maxViews: z.optional(Views),
    credentialTtl: z.optional(Duration),
    requireTicket: flag,
    callers: list(Name),
    sources: list(Name),
  },
  { error: 'must be an object' },
)
export type Preset = z.output<typeof Preset>

/** What a deployment allows, and what it fills in: the configuration `POLICY`. */
export const Policy = z.strictObject({
  defaultOwners: list(Owner, MAX_OWNERS),
  allowedOwnerDomains: list(Domain),
  allowUnauthenticatedViews: flag,
  maxViews: z._default(Views, DEFAULT_MAX_VIEWS),
  namePattern: z.optional(Pattern),
  requireTicket: flag,
  defaultCredentialTtl: z.optional(Duration),
  allowedCallbackHosts: list(Host),
  minOwners: z._default(count(MAX_OWNERS), 1),
  tellOwners: flag,
  presets: z._default(z.record(Name, Preset, { error: 'must be an object of names and presets' }), {}),
})
export type Policy = z.output<typeof Policy>
