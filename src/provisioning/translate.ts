import type { VaultServiceCreateRequest } from '../conductorone/wire.ts'
import type { Order } from './order.ts'

/** What tells where a vault comes from, so that a person in ConductorOne finds the request, and we find the vault. */
export type Provenance = {
  /** the request's id */
  readonly id: string
  /** the caller's name, or the sender's */
  readonly caller: string
  readonly approvedBy: string | null
}

/**
 * Makes the body of `POST /api/v1/vaults`, with one arm of the oneof `vault` set.
 *
 * @param order what is to be made
 * @param ownerIds ConductorOne's ids of the owners; repeated ones are sent once
 * @param provenance who asked, by which request
 */
export function translate(
  order: Order,
  ownerIds: readonly string[],
  provenance: Provenance,
): VaultServiceCreateRequest {
  return {
    displayName: order.name,
    description: [order.description, provenanceLine(order, provenance)].filter(Boolean).join('\n\n'),
    ...vaultArm(order.access),
    ownerIds: [...new Set(ownerIds)],
  }
}

function vaultArm(
  access: Order['access'],
): Pick<VaultServiceCreateRequest, 'groupAuthzVault' | 'magicVault'> {
  switch (access.kind) {
    case 'group':
      return { groupAuthzVault: {} }
    case 'magic_link':
      return { magicVault: { allowUnauthedViews: access.unauthenticated, allowedViews: access.views } }
  }
}

/** Writes the last line of a vault's description: who asked and approved, for which ticket, by which request. */
export function provenanceLine(order: Order, { id, caller, approvedBy }: Provenance): string {
  const people = [order.requestedBy && `by ${order.requestedBy}`, approvedBy && `approved by ${approvedBy}`]
  const source = `via ${caller}`
  const { ticket } = order
  return [
    // a comma stands before the source only if people do
    [`Requested`, [...people, source].filter(Boolean).join(', ')].join(' '),
    ticket && `ticket ${ticket.id}${ticket.url ? ` (${ticket.url})` : ''}`,
    `request ${id}`,
  ]
    .filter(Boolean)
    .join(', ')
}
