import type { Policy } from '../config/policy.ts'
import { parseDuration } from '../lib/duration.ts'
import { Problem } from '../problem/problem.ts'
import { violations } from './policy.ts'
import { ProvisioningRequest } from './request.ts'

/** A request that is valid, allowed and complete: what the policy fills in is filled in. */
export type Order = {
  readonly name: string
  readonly description: string
  readonly access:
    | { readonly kind: 'group' }
    | { readonly kind: 'magic_link'; views: number; unauthenticated: boolean }
  /** e-mail addresses and user ids, at least one */
  readonly owners: readonly string[]
  readonly ttlSeconds: number | undefined
  readonly ticket: { readonly id: string; readonly url?: string | undefined } | undefined
  readonly requestedBy: string | undefined
  readonly callbackUrl: string | undefined
}

/**
 * Completes a request with what this deployment fills in, and holds it against what it allows.
 *
 * @param request a valid request
 * @param policy what this deployment allows and fills in
 * @returns the order
 * @throws {Problem} `policy-violation` with every field at fault; `invalid-request` where nobody would own the vault
 */
export function orderOf(request: ProvisioningRequest, policy: Policy): Order {
  const faults = violations(request, policy)
  if (faults.length > 0)
    throw new Problem(
      'policy-violation',
      `Not allowed here: ${faults.map(({ pointer }) => pointer).join(', ')}.`,
      {
        errors: faults,
      },
    )

  const owners = request.owners.length > 0 ? request.owners : policy.defaultOwners
  if (owners.length === 0)
    throw new Problem('invalid-request', 'Nobody would own this vault, and only an owner can open one.', {
      errors: [
        { pointer: '/owners', detail: 'must name at least one owner; this deployment has no default owners' },
      ],
    })

  const ttl = request.credentialTtl ?? policy.defaultCredentialTtl
  return {
    name: request.name,
    description: request.description ?? '',
    access: accessOf(request, policy),
    owners,
    ttlSeconds: ttl === undefined ? undefined : parseDuration(ttl),
    ticket: request.ticket,
    requestedBy: request.requestedBy,
    callbackUrl: request.callbackUrl,
  }
}

/**
 * What can be told of a request that has faults, for the record that its author learns them from. It is never sent.
 *
 * @param request what was asked for, as far as it could be read
 */
export function faultyOrder(request: Readonly<Record<string, unknown>>): Order {
  const { name, ticket, requestedBy, callbackUrl } = ProvisioningRequest.shape
  return {
    name: name.safeParse(request.name).data ?? '(no name)',
    description: '',
    access: { kind: 'group' },
    owners: [],
    ttlSeconds: undefined,
    ticket: ticket.safeParse(request.ticket).data,
    requestedBy: requestedBy.safeParse(request.requestedBy).data,
    callbackUrl: callbackUrl.safeParse(request.callbackUrl).data,
  }
}

function accessOf(request: ProvisioningRequest, policy: Policy): Order['access'] {
  switch (request.kind) {
    case 'group':
      return { kind: 'group' }
    case 'magic_link':
      // left out, ConductorOne would read 0, which for its shared secrets means "without limit"
      return {
        kind: 'magic_link',
        views: request.maxViews ?? policy.maxViews,
        unauthenticated: request.allowUnauthenticated ?? false,
      }
  }
}
