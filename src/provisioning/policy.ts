import type { Policy, Preset } from '../config/policy.ts'
import { asciiDomain } from '../lib/domain.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { FoundOwner } from './owners.ts'
import { violation } from './preset.ts'
import { MAX_NAME_CHARS, type ProvisioningRequest } from './request.ts'

/** A request to be held against the policy. */
type Subject = {
  /** as it was written: what its preset brings is the operator's own choice */
  readonly written: ProvisioningRequest
  /** with what its preset makes of it */
  readonly request: ProvisioningRequest
  readonly policy: Policy
  readonly preset?: Preset | undefined
}

/**
 * Holds a valid request against the policy.
 *
 * @returns everything in the request that the policy does not allow, by field; empty if all of it is allowed
 */
export function violations({ written, request, policy, preset }: Subject): FieldFault[] {
  const faults: FieldFault[] = []
  const refuse = (pointer: string, detail: string) => faults.push({ pointer, detail })

  for (const pattern of [policy.namePattern, preset?.namePattern])
    if (pattern && !pattern.test(request.name)) refuse('/name', `must match the pattern ${pattern.source}`)
  if (Array.from(request.name).length > MAX_NAME_CHARS)
    refuse('/name', `must be at most ${MAX_NAME_CHARS} characters long, with the prefix of the preset`)
  if ((policy.requireTicket || preset?.requireTicket) && !request.ticket)
    refuse('/ticket', 'is required here: name the ticket that asks for it')
  if (written.maxViews !== undefined && !preset?.maxViews && written.maxViews > policy.maxViews)
    refuse('/maxViews', `must be at most ${policy.maxViews} here`)
  if (request.allowUnauthenticated && !policy.allowUnauthenticatedViews)
    refuse('/allowUnauthenticated', 'views without signing in are not allowed here')
  if ((request.kind ?? 'group') === 'group') {
    if (written.maxViews !== undefined) refuse('/maxViews', NOT_FOR_GROUPS)
    if (written.allowUnauthenticated) refuse('/allowUnauthenticated', NOT_FOR_GROUPS)
  }
  if (request.callbackUrl && !policy.allowedCallbackHosts.includes(new URL(request.callbackUrl).host))
    refuse(
      '/callbackUrl',
      'results may not be sent to its host (POLICY.allowedCallbackHosts, with a CALLBACK_SECRET)',
    )
  for (const [index, owner] of (written.owners ?? []).entries()) {
    const fault = ownerFault(owner, policy.allowedOwnerDomains)
    if (fault) refuse(`/owners/${index}`, fault)
  }
  return faults
}

const NOT_FOR_GROUPS = 'is for the kind "magic_link" only; the preset makes a vault for a group'

/**
 * Holds the owners that were found against the policy.
 *
 * @param owners distinct users
 * @throws {Problem} `policy-violation` if there are too few
 */
export function checkOwnerCount(
  owners: readonly FoundOwner[],
  { minOwners }: Pick<Policy, 'minOwners'>,
): void {
  if (owners.length >= minOwners) return
  throw violation({
    pointer: '/owners',
    detail: `must name at least ${minOwners} different people here: if the only owner leaves, nobody can open the vault`,
  })
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
