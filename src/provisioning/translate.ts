import type { VaultServiceCreateRequest } from '../conductorone/wire.ts'
import type { Order } from './order.ts'

/** Where a vault comes from: enough for a person in ConductorOne to find the request, and for us to find the vault. */
export type Provenance = {
  /** the request's id */
  readonly id: string
  /** the caller's name, or the sender's */
  readonly caller: string
}

/**
 * @param order what is to be made
 * @param ownerIds ConductorOne's ids of the owners; repeated ones are sent once
 * @param provenance who asked, by which request
 * @returns the body of `POST /api/v1/vaults`, with one arm of the oneof `vault` set
 */
export function translate(
  order: Order,
  ownerIds: readonly string[],
  provenance: Provenance,
): VaultServiceCreateRequest {
  return {
    displayName: order.name,
    description: [order.description, provenanceLine(order, provenance)].filter(Boolean).join('\n\n'),
    ...arm(order.access),
    ownerIds: [...new Set(ownerIds)],
  }
}

function arm(access: Order['access']): Pick<VaultServiceCreateRequest, 'groupAuthzVault' | 'magicVault'> {
  switch (access.kind) {
    case 'group':
      return { groupAuthzVault: {} }
    case 'magic_link':
      return { magicVault: { allowUnauthedViews: access.unauthenticated, allowedViews: access.views } }
  }
}

/** @returns the last line of a vault's description: who asked, for which ticket, by which request */
export function provenanceLine(order: Order, { id, caller }: Provenance): string {
  const asker = order.requestedBy === undefined ? '' : ` by ${order.requestedBy}`
  const ticket =
    order.ticket && `ticket ${order.ticket.id}${order.ticket.url ? ` (${order.ticket.url})` : ''}`
  return [`Requested${asker} via ${caller}`, ticket, `request ${id}`].filter(Boolean).join(', ')
}
