import * as z from 'zod/mini'
import type { FieldFault } from '../problem/problem.ts'
import { MOST_OWNERS, Owner, type ProvisioningRequest, Ttl } from './request.ts'

const Domain = z
  .string({ error: 'must be a domain' })
  .check(
    z.toLowerCase(),
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
      context.issues.push({ code: 'custom', message: 'is no regular expression', input: source })
      return z.NEVER
    }
  }),
)

const flag = z._default(z.boolean({ error: 'must be true or false' }), false)
const list = <T extends z.ZodMiniType>(item: T, longest = 1_000) =>
  z._default(
    z
      .array(item, { error: 'must be a list' })
      .check(z.maxLength(longest, { error: `must have at most ${longest} entries` })),
    [],
  )

/** What a deployment allows, and what it fills in: the configuration `POLICY`. */
export const Policy = z.strictObject({
  defaultOwners: list(Owner, MOST_OWNERS),
  allowedOwnerDomains: list(Domain),
  allowUnauthenticatedViews: flag,
  maxViews: z._default(
    z
      .int({ error: 'must be a whole number' })
      .check(
        z.minimum(1, { error: 'must be at least 1' }),
        z.maximum(4_294_967_295, { error: 'is too large' }),
      ),
    10,
  ),
  namePattern: z.optional(Pattern),
  requireTicket: flag,
  defaultCredentialTtl: z.optional(Ttl),
  allowedCallbackHosts: list(Host),
})
export type Policy = z.output<typeof Policy>

/**
 * @param request a valid request
 * @param policy what this deployment allows
 * @returns everything in the request that the policy does not allow, by field; empty where it may go ahead
 */
export function violations(request: ProvisioningRequest, policy: Policy): FieldFault[] {
  const faults: FieldFault[] = []
  const refuse = (pointer: string, detail: string) => faults.push({ pointer, detail })

  if (policy.namePattern && !policy.namePattern.test(request.name))
    refuse('/name', `must match the pattern ${policy.namePattern.source}`)
  if (policy.requireTicket && !request.ticket)
    refuse('/ticket', 'is required here: name the ticket that asks for it')
  if (request.maxViews !== undefined && request.maxViews > policy.maxViews)
    refuse('/maxViews', `must be at most ${policy.maxViews} here`)
  if (request.allowUnauthenticated && !policy.allowUnauthenticatedViews)
    refuse('/allowUnauthenticated', 'views without signing in are not allowed here')
  if (request.callbackUrl && !policy.allowedCallbackHosts.includes(new URL(request.callbackUrl).host))
    refuse(
      '/callbackUrl',
      'results may not be sent to its host (POLICY.allowedCallbackHosts, with a CALLBACK_SECRET)',
    )
  for (const [index, owner] of request.owners.entries()) {
    const fault = ownerFault(owner, policy.allowedOwnerDomains)
    if (fault) refuse(`/owners/${index}`, fault)
  }
  return faults
}

/** An id says nothing about a domain, so where domains are limited only e-mail addresses will do. */
function ownerFault(owner: string, domains: readonly string[]): string | undefined {
  if (domains.length === 0) return undefined
  const at = owner.lastIndexOf('@')
  if (at < 0) return `must be an e-mail address at ${domains.join(' or ')} here, not a user id`
  return domains.includes(owner.slice(at + 1).toLowerCase())
    ? undefined
    : `must be an e-mail address at ${domains.join(' or ')} here`
}
