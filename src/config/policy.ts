import * as z from 'zod/mini'
import { asciiDomain } from '../lib/domain.ts'
import { Duration, MAX_OWNERS, Owner, Views } from './fields.ts'

/** The most entries that a list of the policy may have. */
const MAX_LIST_LENGTH = 1_000
const DEFAULT_MAX_VIEWS = 10

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
      context.issues.push({ code: 'custom', message: 'is not a regular expression', input: source })
      return z.NEVER
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
})
export type Policy = z.output<typeof Policy>
