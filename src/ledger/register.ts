import * as z from 'zod/mini'
import { comparable } from '../lib/text.ts'
import type { Entry } from './entry.ts'
import { Cursor, Instant, Limit, SearchText } from './filter.ts'
import type { Claimant } from './sameness.ts'

/** A vault that was made here, as the register keeps it: whose it is, and why there is one. */
export type RegisteredVault = {
  readonly id: string
  readonly name: string
  /** the owners at creation: later changes can't be seen */
  readonly owners: readonly { readonly input: string; readonly id: string }[]
  readonly ticket: { readonly id: string; readonly url?: string | undefined } | null
  readonly requestedBy: string | null
  readonly approvedBy: string | null
  readonly source: string
  readonly caller: string
  readonly preset: string | null
  /** the lifetime of its credentials, such as `2592000s`; null if they have none */
  readonly credentialTtl: string | null
  readonly createdAt: string
  /** the caller's name, or `conductorone-system-log`, if its outcome was unknown first */
  readonly settledBy: string | null
  /** whether it was settled with a vault that doesn't prove to be the request's */
  readonly forced: boolean
  /** the id of the request that made it */
  readonly request: string
}

/** The query of `GET /v1/vaults`. */
export const RegisterQuery = z.strictObject({
  q: z.optional(SearchText),
  owner: z.optional(SearchText),
  ticket: z.optional(SearchText),
  preset: z.optional(SearchText),
  since: z.optional(Instant),
  until: z.optional(Instant),
  limit: Limit,
  cursor: z.optional(Cursor),
})

/** What a list of vaults is narrowed to. */
export type RegisterFilter = {
  /** whose vaults; undefined for everyone's */
  readonly claimant?: Claimant | undefined
  /** part of a name, a ticket, an owner, a person, a request's id or a vault's id */
  readonly q?: string | undefined
  /** an owner's address or user id */
  readonly owner?: string | undefined
  readonly ticket?: string | undefined
  readonly preset?: string | undefined
  /** epoch milliseconds of the oldest and the newest that are wanted */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** only vaults of requests older than this id */
  readonly before?: string | undefined
  readonly limit: number
}

/** Makes the row of a vault from the request that made it; undefined if it made none. */
export function registeredVault(entry: Entry): RegisteredVault | undefined {
  const { order, vault, status } = entry
  if (status !== 'created' || !vault) return undefined
  return {
    id: vault.id,
    name: order.name,
    owners: entry.owners,
    ticket: order.ticket ?? null,
    requestedBy: order.requestedBy || null, // blank if the person was forgotten
    approvedBy: entry.approvedBy || null,
    source: entry.source,
    caller: entry.caller,
    preset: order.preset ?? null,
    credentialTtl: order.ttlSeconds === undefined || entry.expiry === 'none' ? null : `${order.ttlSeconds}s`,
    createdAt: createdAt(entry),
    settledBy: entry.settledBy,
    forced: entry.isForced,
    request: entry.id,
  }
}

/** Says when a vault was created: as ConductorOne has it, else when its request ended. */
function createdAt({ vault, updatedAt, attempts }: Entry): string {
  const time = typeof vault?.createdAt === 'string' ? Date.parse(vault.createdAt) : Number.NaN
  const ended = attempts.findLast(({ outcome }) => outcome === 'created')?.endedAt ?? updatedAt
  return new Date(Number.isNaN(time) ? ended : time).toISOString()
}

/** Says whether a vault is wanted. */
export function isWanted(vault: RegisteredVault, filter: RegisterFilter): boolean {
  const { q, owner, ticket, preset, since, until } = filter
  const time = Date.parse(vault.createdAt)
  return (
    (since === undefined || time >= since) &&
    (until === undefined || time <= until) &&
    (preset === undefined || vault.preset === preset) &&
    (ticket === undefined || (vault.ticket !== null && isSame(vault.ticket.id, ticket))) &&
    (owner === undefined || vault.owners.some(({ input, id }) => isSame(input, owner) || id === owner)) &&
    (q === undefined || contains(vault, comparable(q)))
  )
}

function isSame(text: string, other: string): boolean {
  return comparable(text) === comparable(other)
}

function contains(vault: RegisteredVault, wanted: string): boolean {
  const { id, name, owners, ticket, requestedBy, approvedBy, request } = vault
  const people = owners.flatMap((owner) => [owner.input, owner.id])
  return [id, name, ticket?.id, requestedBy, approvedBy, request, ...people].some(
    (text) => typeof text === 'string' && comparable(text).includes(wanted),
  )
}
