import type { Policy } from '../config/policy.ts'
import { asciiDomain } from '../lib/domain.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { ProvisioningRequest } from './request.ts'

/**
 * Holds a request against the policy.
 *
 * @param request a valid request
 * @param policy what this deployment allows
 * @returns everything in the request that the policy does not allow, by field; empty if all of it is allowed
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
  for (const [index, owner] of (request.owners ?? []).entries()) {
    const fault = ownerFault(owner, policy.allowedOwnerDomains)
    if (fault) refuse(`/owners/${index}`, fault)
  }
  return faults
}

/** Judges an owner's domain. An id doesn't show one, so only e-mail addresses pass if domains are limited. */
function ownerFault(owner: string, domains: readonly string[]): string | undefined {
  if (domains.length === 0) return undefined
  const at = owner.lastIndexOf('@')
  if (at < 0) return `must be an e-mail address at ${domains.join(' or ')} here, not a user id`
  const domain = asciiDomain(owner.slice(at + 1))
  return domain !== undefined && domains.includes(domain)
    ? undefined
    : `must be an e-mail address at ${domains.join(' or ')} here`
}
