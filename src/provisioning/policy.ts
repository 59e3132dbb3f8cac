import * as z from 'zod'
import type { FieldFault } from '../problem.ts'
import { Owner, type ProvisioningRequest, Ttl } from './request.ts'

const Domain = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a domain such as "example.com"' })

const Host = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$/, { error: 'must be a host such as "hooks.example.com"' })

const Pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, 'u')
  } catch {
    context.addIssue({ code: 'custom', message: 'is no regular expression' })
    return z.NEVER
  }
})

/** What a deployment allows, and what it fills in: the configuration `POLICY`. */
export const Policy = z.strictObject({
  defaultOwners: z.array(Owner).max(32).default([]),
  allowedOwnerDomains: z.array(Domain).default([]),
  allowUnauthenticatedViews: z.boolean().default(false),
  maxViews: z.int().min(1).max(4_294_967_295).default(10),
  namePattern: Pattern.optional(),
  requireTicket: z.boolean().default(false),
  defaultCredentialTtl: Ttl.optional(),
  allowedCallbackHosts: z.array(Host).default([]),
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
      'its host is not one of the hosts that results may be sent to (allowedCallbackHosts)',
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
