import { hex, sha256 } from '../lib/encoding.ts'
import { comparable } from '../lib/text.ts'
import type { Order } from '../provisioning/order.ts'

/** Who makes a claim: an API key's caller, or a sender. Each has its own space of keys. */
export type Claimant = {
  /** `api`, or the sender's name */
  readonly source: string
  readonly caller: string
}

/** What makes two requests of one claimant the same request. */
export type Identity =
  /** a key of the claimant's own, taken as it is: `Idempotency-Key`, or a delivery's id */
  | { readonly kind: 'key'; readonly key: string }
  /** one vault for each ticket and name, as people write them */
  | { readonly kind: 'ticket'; readonly ticket: string; readonly name: string }
  /** one vault for each ticket, by the id that its system gave it for good, within one site of that system */
  | { readonly kind: 'issue'; readonly site: string; readonly id: string }

/** Identifies a request by its `Idempotency-Key`, else by its ticket and its name, both as they were written. */
export function identityOf(
  { ticket, name }: { readonly ticket?: Order['ticket']; readonly name: string },
  idempotencyKey: string | undefined,
): Identity | null {
  if (idempotencyKey !== undefined) return { kind: 'key', key: idempotencyKey }
  return ticket ? { kind: 'ticket', ticket: ticket.id, name } : null
}

/** Digests a request's identity: two requests are the same if their keys are. */
export function keyOf({ source, caller }: Claimant, identity: Identity): Promise<string> {
  switch (identity.kind) {
    case 'key':
      return digest([source, caller, 'key', identity.key])
    case 'ticket':
      return digest([source, caller, 'ticket', comparable(identity.ticket), comparable(identity.name)])
    case 'issue':
      return digest([source, caller, 'issue', identity.site.toLowerCase(), identity.id])
  }
}

/**
 * Digests what a request asks for: two requests under one key ask for the same if their fingerprints are equal.
 *
 * @param content what was written, before presets and defaults apply
 */
export function fingerprintOf(content: object): Promise<string> {
  const fields = Object.entries(content).map(([field, value]) => [field, comparableField(field, value)])
  return digest(
    fields
      .filter(([, value]) => value !== undefined)
      // JSON lists its members in the order in which they were written
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}

/** Reduces a field to what makes another request of it; undefined if nothing does. */
function comparableField(field: string, value: unknown): unknown {
  switch (field) {
    // who asks, and who approves, is not what is asked for
    case 'requestedBy':
    case 'approvedBy':
      return undefined
    // an address is what it is, letter by letter
    case 'callbackUrl':
      return value
    case 'kind':
      return value === 'group' ? undefined : value
    case 'allowUnauthenticated':
      return value === false ? undefined : value
    case 'owners':
      return Array.isArray(value) ? comparableOwners(value) : comparableValue(value)
    case 'ticket':
      return typeof value === 'object' && value !== null
        ? comparableValue({ ...value, url: undefined })
        : comparableValue(value)
    default:
      return comparableValue(value)
  }
}

/** Reduces a list of owners. The letters of a user id mean something in either case. */
function comparableOwners(owners: readonly unknown[]): unknown {
  if (owners.length === 0) return undefined
  return owners.map((owner) =>
    typeof owner === 'string' && !owner.includes('@') ? owner : comparableValue(owner),
  )
}

/** Reduces every text in a value; members of objects that are left out, and null, count for nothing. */
function comparableValue(value: unknown): unknown {
  if (typeof value === 'string') return comparable(value)
  if (Array.isArray(value)) return value.map(comparableValue)
  if (typeof value !== 'object') return value
  if (value === null) return undefined
  return Object.entries(value)
    .map(([name, member]) => [name, comparableValue(member)] as const)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

async function digest(value: unknown): Promise<string> {
  return hex(await sha256(JSON.stringify(value)))
}
