import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import type { Claim } from './claim.ts'

/** How far a request has come. Everything else about the promise of one vault follows from these five. */
export const statuses = [
  /** claimed; nothing was sent to ConductorOne */
  'accepted',
  /** on disk before the first byte of a create is sent */
  'creating',
  /** there is one vault, and it is known */
  'created',
  /** there is no vault; the same key may be used for another attempt */
  'failed',
  /** there may be a vault; a person has to look */
  'unknown',
] as const
export type Status = (typeof statuses)[number]

/** Says whether a request has not ended, well or badly. */
export function isUnderWay({ status }: { readonly status: Status }): boolean {
  return status === 'accepted' || status === 'creating'
}

/** A request and its outcome, as the ledger keeps it. Never holds a key, a token or a secret. */
export type Entry = Omit<Claim, 'background' | 'refusal' | 'traceparent'> & {
  readonly status: Status
  /** 1, and one more for each retry after a failure */
  readonly attempt: number
  readonly owners: readonly FoundOwner[]
  readonly vault: Vault | null
  readonly problem: ProblemDocument | null
  /** what people should know although it worked */
  readonly notes: readonly string[]
  /** whether the vault's credentials got the lifetime that was asked for */
  readonly expiry: 'none' | 'pending' | 'set'
  /** the Workflow that does, or finishes, the work: none is needed, one must be started, or it was */
  readonly workflow: 'none' | 'due' | 'started'
  /** epoch milliseconds by which the attempt has ended, one way or another; null if a Workflow decides */
  readonly deadline: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** A request as callers read it. */
export type RequestRecord = {
  readonly id: string
  readonly status: Status
  readonly caller: string
  readonly source: string
  readonly name: string
  readonly ticket: { readonly id: string; readonly url?: string | undefined } | null
  readonly requestedBy: string | null
  readonly owners: readonly FoundOwner[]
  readonly vault: Vault | null
  readonly problem: ProblemDocument | null
  readonly warnings: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}

const EXPIRY_PENDING =
  'The vault exists, but the expiry of its credentials is not set yet. It is tried again in the background; this ' +
  'warning goes when it is done.'

/** Makes the record of a request: the entry without the ledger's internals. */
export function recordOf(entry: Entry): RequestRecord {
  return {
    id: entry.id,
    status: entry.status,
    caller: entry.caller,
    source: entry.source,
    name: entry.order.name,
    ticket: entry.order.ticket ?? null,
    requestedBy: entry.order.requestedBy ?? null,
    owners: entry.owners,
    vault: entry.vault,
    problem: entry.problem,
    warnings:
      entry.status === 'created' && entry.expiry === 'pending'
        ? [EXPIRY_PENDING, ...entry.notes]
        : entry.notes,
    createdAt: new Date(entry.createdAt).toISOString(),
    updatedAt: new Date(entry.updatedAt).toISOString(),
  }
}
