import type { Policy } from '../config/policy.ts'
import { parseDuration } from '../lib/duration.ts'
import { cleanLine } from '../lib/text.ts'
import { Problem } from '../problem/problem.ts'
import { violations } from './policy.ts'
import { type Asker, applyPreset, violation } from './preset.ts'
import { MAX_TICKET_ID_CHARS, ProvisioningRequest, Ticket } from './request.ts'

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
  readonly preset: string | undefined
}

/**
 * Completes a request with what this deployment fills in, and holds it against what it allows.
 *
 * @param written a valid request
 * @param policy what this deployment allows and fills in
 * @param asker who asks, for presets that not everyone may use
 * @throws {Problem} `policy-violation` with every field at fault; `invalid-request` if the vault would have no owner
 */
export function orderOf(written: ProvisioningRequest, policy: Policy, asker?: Asker): Order {
  const { request, preset } = applyPreset(written, policy, asker)
  const faults = violations({ written, request, policy, preset })
  if (faults.length > 0) throw violation(...faults)

  const owners = request.owners?.length ? request.owners : policy.defaultOwners
  if (owners.length === 0)
    throw new Problem('invalid-request', 'This vault would have no owner, and only an owner can open one.', {
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
    preset: request.preset,
  }
}

/**
 * Reads what it can of a request that has faults, for the record that tells them to its author. It is never sent.
 *
 * @param request what was asked for, whatever it is
 */
export function faultyOrder(request: Readonly<Record<string, unknown>>): Order {
  const { name, requestedBy, callbackUrl } = ProvisioningRequest.shape
  return {
    name: name.safeParse(request.name).data ?? 'Vault without a name',
    description: '',
    access: { kind: 'group' },
    owners: [],
    ttlSeconds: undefined,
    ticket: faultyTicket(request.ticket),
    requestedBy: requestedBy.safeParse(request.requestedBy).data,
    callbackUrl: callbackUrl.safeParse(request.callbackUrl).data,
    preset: undefined,
  }
}

/** Reads what it can of a ticket, so that its author finds the record. */
function faultyTicket(ticket: unknown): Order['ticket'] {
  const { id, url } = Object(ticket) // anything else than an object has neither
  const readableId =
    Ticket.shape.id.safeParse(id).data ?? (typeof id === 'string' ? cleanLine(id, MAX_TICKET_ID_CHARS) : '')
  return readableId === '' ? undefined : { id: readableId, url: Ticket.shape.url.safeParse(url).data }
}

function accessOf(request: ProvisioningRequest, policy: Policy): Order['access'] {
  switch (request.kind ?? 'group') {
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
