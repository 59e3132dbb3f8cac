import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { Order } from '../provisioning/order.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import { type Attempt, type AttemptRecord, attemptRecord } from './attempt.ts'
import type { Claim } from './claim.ts'
import { nextLookAt, type Search, searchReport } from './search.ts'
import { type Telling, type TellingRecord, tellingRecord } from './telling.ts'

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
export type Entry = Omit<
  Claim,
  'isTransferable' | 'background' | 'warnings' | 'refusal' | 'once' | 'traceparent'
> & {
  readonly status: Status
  /** the number of the attempt that is under way or comes next; of the last one once it has ended */
  readonly attempt: number
  /** the last attempts, oldest first */
  readonly attempts: readonly Attempt[]
  /** epoch milliseconds when the Workflow makes the next attempt; null if it doesn't, or makes it at once */
  readonly nextAttemptAt: number | null
  /** counts the Workflows of this request, from 1; an earlier one has no say any more */
  readonly run: number
  readonly owners: readonly FoundOwner[]
  /** the ids of owners who are still to be told of their vault; entries of earlier versions have none */
  readonly ownersToTell?: readonly string[]
  readonly vault: Vault | null
  readonly problem: ProblemDocument | null
  /** what people should know although it worked */
  readonly notes: readonly string[]
  /** the last messages with an outcome, oldest first; absent until there is one */
  readonly told?: readonly Telling[]
  /** whether the vault's credentials got the lifetime that was asked for */
  readonly expiry: 'none' | 'pending' | 'set'
  /** the Workflow that finishes the work: none is needed, one must be started if anything remains, or it was */
  readonly workflow: 'none' | 'due' | 'started'
  /** epoch milliseconds when its Workflow was last known to be alive */
  readonly workflowSeenAt: number | null
  /** epoch milliseconds by which the attempt has ended, one way or another; null if a Workflow decides */
  readonly deadline: number | null
  /** epoch milliseconds when the create was sent */
  readonly sentAt: number | null
  /** the search for the vault of a create that got no answer */
  readonly search: Search | null
  /** the operator's name, or {@link SYSTEM_LOG}, if its outcome was unknown and was settled */
  readonly settledBy: string | null
  /** whether it was settled with a vault that doesn't prove to be its own */
  readonly isForced: boolean
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
  readonly approvedBy: string | null
  readonly preset: string | null
  /** the id is null until the owner is looked up */
  readonly owners: readonly { readonly input: string; readonly id: string | null }[]
  readonly vault: Vault | null
  readonly problem: ProblemDocument | null
  readonly warnings: readonly string[]
  readonly attempt: number
  readonly nextAttemptAt: string | null
  readonly settledBy: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** A request with what was asked for, its attempts, and who was told, for the one who looks into it. */
export type RequestDetails = RequestRecord & {
  readonly description: string
  readonly kind: Order['access']['kind']
  /** null unless it is a magic link */
  readonly maxViews: number | null
  /** the lifetime of its credentials, such as `2592000s`; null if none was asked for */
  readonly credentialTtl: string | null
  readonly attempts: readonly AttemptRecord[]
  readonly told: readonly TellingRecord[]
}

/** What settles a request if the search finds its vault. */
export const SYSTEM_LOG = 'conductorone-system-log'

const EXPIRY_PENDING =
  'The vault exists, but the expiry of its credentials is not set yet. It is tried again in the background; this ' +
  'warning goes when it is done.'

/** Makes the record of a request: the entry without the ledger's internals. */
export function recordOf(entry: Entry): RequestRecord {
  const { order } = entry
  return {
    id: entry.id,
    status: entry.status,
    caller: entry.caller,
    source: entry.source,
    name: order.name,
    ticket: order.ticket ?? null,
    requestedBy: order.requestedBy || null, // blank if the person was forgotten
    approvedBy: entry.approvedBy || null,
    preset: order.preset ?? null,
    owners: entry.owners.length > 0 ? entry.owners : order.owners.map((input) => ({ input, id: null })),
    vault: entry.vault,
    problem: entry.problem,
    warnings: warningsOf(entry),
    attempt: entry.attempt,
    nextAttemptAt: isoOrNull(nextAttemptAt(entry)),
    settledBy: entry.settledBy,
    createdAt: new Date(entry.createdAt).toISOString(),
    updatedAt: new Date(entry.updatedAt).toISOString(),
  }
}

/** Makes the record of a request with its details. */
export function detailsOf(entry: Entry): RequestDetails {
  const { description, access, ttlSeconds } = entry.order
  return {
    ...recordOf(entry),
    description,
    kind: access.kind,
    maxViews: access.kind === 'magic_link' ? access.views : null,
    credentialTtl: ttlSeconds === undefined ? null : `${ttlSeconds}s`,
    attempts: entry.attempts.map(attemptRecord),
    told: (entry.told ?? []).map(tellingRecord),
  }
}

function warningsOf(entry: Entry): readonly string[] {
  const { status, expiry, notes } = entry
  const current = status === 'created' && expiry === 'pending' ? EXPIRY_PENDING : undefined
  const warning = status === 'unknown' ? searchReport(entry) : current
  return warning === undefined ? notes : [warning, ...notes]
}

/** Says when the Worker itself tries again, or looks again for a lost vault. */
function nextAttemptAt(entry: Entry): number | null {
  return entry.status === 'accepted' ? entry.nextAttemptAt : nextLookAt(entry)
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
