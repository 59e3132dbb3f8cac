import type { Vault } from '../conductorone/wire.ts'
import { Problem, type ProblemDocument } from '../problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import { provenanceLine } from '../provisioning/translate.ts'
import type { Claim } from './claim.ts'
import type { Entry, Status } from './entry.ts'

/** Milliseconds that an ended request is kept. One whose outcome is unknown is kept until it is settled. */
const KEPT = 30 * 24 * 3_600_000
/** Milliseconds after which a request that a Workflow should look after is taken to be abandoned by it. */
const ABANDONED = 24 * 3_600_000
/** Milliseconds after the deadline in which an answer may still be on its way to the ledger. */
const GRACE = 5_000

/** What happens to a request. */
export type Event =
  /** another try begins, and nobody but the ledger looks after it until `deadline` */
  | { readonly type: 'started'; readonly deadline: number }
  | { readonly type: 'sending'; readonly owners: readonly FoundOwner[] }
  | { readonly type: 'created'; readonly vault: Vault }
  | { readonly type: 'failed'; readonly problem: ProblemDocument }
  | { readonly type: 'lost'; readonly problem: ProblemDocument }
  /** nothing was done, and the Workflow will try again; until then the problem says why it takes so long */
  | { readonly type: 'postponed'; readonly problem: ProblemDocument }
  /** the Workflow has tried long enough */
  | { readonly type: 'abandoned' }
  /** the deadline has passed and nobody is left who could tell the outcome */
  | { readonly type: 'overdue' }
  | { readonly type: 'expiry-set'; readonly vault: Vault }
  /** ConductorOne will not have that expiry, however often it is asked */
  | { readonly type: 'expiry-refused'; readonly note: string }
  | { readonly type: 'workflow-started' }
  | { readonly type: 'noted'; readonly note: string }
  | { readonly type: 'settled'; readonly vault: Vault | null; readonly by: string }

/** What a claim means to the ledger. */
export type Verdict =
  /** nothing like it is known: go ahead */
  | 'new'
  /** the last try left nothing behind: go ahead, under the id it has */
  | 'again'
  /** it is being worked on */
  | 'running'
  /** it has ended: its outcome is the answer */
  | 'replay'
  /** the key belongs to another request */
  | 'reused'

/**
 * @param known the entry under the claim's key, if there is one
 * @param claim what is asked for
 * @returns what is to be done with the claim
 */
export function verdict(known: Entry | undefined, claim: Claim): Verdict {
  if (!known) return 'new'
  // no vault came of it, so a corrected request may take its place
  if (known.status === 'failed') {
    const toldBefore = claim.refusal && known.fingerprint === claim.fingerprint
    return toldBefore ? 'replay' : 'again'
  }
  if (known.fingerprint !== claim.fingerprint) return 'reused'
  return known.status === 'accepted' || known.status === 'creating' ? 'running' : 'replay'
}

/**
 * @param claim what is asked for
 * @param failed the entry of an earlier try that left nothing behind
 * @param deadline epoch milliseconds by which a try that begins at once has ended
 * @returns the entry with which a try begins
 */
export function accept(
  claim: Claim,
  failed: Entry | undefined,
  now: number,
  deadline: number | null = null,
): Entry {
  const { background, refusal: _refusal, traceparent: _traceparent, ...asked } = claim
  return {
    ...asked,
    id: failed?.id ?? claim.id,
    status: 'accepted',
    attempt: (failed?.attempt ?? 0) + 1,
    owners: [],
    vault: null,
    problem: null,
    notes: [],
    expiry: claim.order.ttlSeconds === undefined ? 'none' : 'pending',
    workflow: background ? 'due' : 'none',
    deadline,
    createdAt: failed?.createdAt ?? now,
    updatedAt: now,
  }
}

/** Which states an event may find a request in; a late answer may still settle an unknown outcome. */
const from: Readonly<Record<Event['type'], readonly Status[]>> = {
  started: ['accepted'],
  sending: ['accepted'],
  created: ['creating', 'unknown'],
  failed: ['accepted', 'creating', 'unknown'],
  lost: ['creating', 'unknown'],
  postponed: ['accepted', 'creating'],
  abandoned: ['accepted'],
  overdue: ['accepted', 'creating'],
  'expiry-set': ['created'],
  'expiry-refused': ['created'],
  'workflow-started': ['accepted', 'creating', 'created', 'failed', 'unknown'],
  noted: ['accepted', 'creating', 'created', 'failed', 'unknown'],
  settled: ['unknown'],
}

/**
 * The one place that decides what becomes of a request.
 *
 * @param entry the request as it is
 * @param event what happened to it
 * @param now epoch milliseconds
 * @returns the request as it is from now on
 * @throws {TypeError} where the event cannot happen to a request in this state
 */
export function advance(entry: Entry, event: Event, now: number): Entry {
  if (!from[event.type].includes(entry.status))
    throw new TypeError(`${event.type} cannot happen to a request that is ${entry.status}`)
  // bookkeeping is nothing that callers could read: the stored answer stays as it was given
  const updatedAt = event.type === 'workflow-started' ? entry.updatedAt : now
  return { ...entry, ...change(entry, event), updatedAt }
}

function change(entry: Entry, event: Event): Partial<Entry> {
  switch (event.type) {
    case 'started':
      return { deadline: event.deadline }
    case 'sending':
      return { status: 'creating', owners: event.owners }
    case 'created':
      return { ...ended(entry, 'created'), vault: event.vault, problem: null }
    case 'failed':
      return { ...ended(entry, 'failed'), problem: event.problem }
    case 'lost':
      return { ...ended(entry, 'unknown'), problem: event.problem }
    case 'postponed':
      return { status: 'accepted', deadline: null, problem: event.problem }
    case 'abandoned':
      return { ...ended(entry, 'failed'), problem: neverSent(entry) }
    case 'overdue':
      if (entry.status === 'creating') return { ...ended(entry, 'unknown'), problem: vanished(entry) }
      // a Workflow tries again by itself
      if (entry.workflow !== 'none' && entry.deadline !== null) return { deadline: null }
      return { ...ended(entry, 'failed'), problem: neverSent(entry) }
    case 'expiry-set':
      return { expiry: 'set', vault: event.vault, workflow: withoutExpiry(entry) }
    case 'expiry-refused':
      return { expiry: 'none', notes: [...entry.notes, event.note], workflow: withoutExpiry(entry) }
    case 'workflow-started':
      return { workflow: 'started' }
    case 'noted':
      return entry.notes.includes(event.note) ? {} : { notes: [...entry.notes, event.note] }
    case 'settled': {
      const notes = [...entry.notes, settledBy(event.by)]
      if (!event.vault) return { status: 'failed', problem: notCreated(entry, event.by), notes }
      if (!JSON.stringify(event.vault).includes(entry.id)) notes.push(FOREIGN_VAULT)
      // the first Workflow may have ended with the news that the outcome is unknown, so this takes another one
      const next = { ...entry, workflow: 'none', attempt: entry.attempt + 1 } as const
      return { ...next, ...ended(next, 'created'), vault: event.vault, problem: null, notes }
    }
  }
}

/** Work that is left once the outcome is known needs a Workflow, where none is at it already. */
function ended(entry: Entry, status: 'created' | 'failed' | 'unknown'): Partial<Entry> {
  const left = (status === 'created' && entry.expiry === 'pending') || mustTell(entry)
  return { status, deadline: null, workflow: entry.workflow === 'none' && left ? 'due' : entry.workflow }
}

/** A Workflow that was to do nothing but set the expiry need not be started any more. */
function withoutExpiry(entry: Entry): Entry['workflow'] {
  return entry.workflow === 'due' && !mustTell(entry) ? 'none' : entry.workflow
}

/** Whether somebody is told the outcome who does not wait for it. */
function mustTell({ order, tell }: Entry): boolean {
  return tell !== null || order.callbackUrl !== undefined
}

/** @returns epoch milliseconds after which a try that has not ended is cut off: nobody is at it any more */
export function overdueAt({ deadline, updatedAt }: Entry): number {
  return deadline ?? updatedAt + ABANDONED
}

/**
 * @param entry a request
 * @returns epoch milliseconds when the ledger must look at it again by itself, or null
 */
export function dueAt(entry: Entry): number | null {
  if (entry.workflow === 'due') return entry.updatedAt + GRACE
  switch (entry.status) {
    case 'accepted':
    case 'creating':
      return overdueAt(entry) + GRACE
    case 'created':
    case 'failed':
      return entry.updatedAt + KEPT
    case 'unknown':
      return null
  }
}

/**
 * @param entry a request whose create was sent
 * @param detail why nobody knows its outcome
 * @returns the problem, with what to look for in ConductorOne and how to settle it
 */
export function unknownOutcome(entry: Entry, { message, details }: Problem): ProblemDocument {
  const { order, id } = entry
  return new Problem(
    'outcome-unknown',
    `${message} Look in ConductorOne for a vault named “${order.name}” whose description ends with ` +
      `“${provenanceLine(order, entry)}”. Then settle this request: POST /v1/requests/${id}/resolve with ` +
      '{"vaultId":"…"} if it is there, or {"outcome":"not_created"} if it is not. It is never sent again by itself.',
    details,
  ).document(id)
}

function vanished(entry: Entry): ProblemDocument {
  return unknownOutcome(
    entry,
    new Problem(
      'outcome-unknown',
      'The request was about to be sent, or was sent, when this Worker was stopped.',
    ),
  )
}

function neverSent({ id, problem }: Entry): ProblemDocument {
  if (problem) return problem
  const detail =
    'This Worker was stopped before it asked ConductorOne. No vault was created; send the request again.'
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

function notCreated({ id }: Entry, by: string): ProblemDocument {
  const detail = `${by} looked in ConductorOne and found that no vault was created. The same key may be used again.`
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

const FOREIGN_VAULT = 'The description of the vault that it was settled with does not name this request.'

function settledBy(by: string): string {
  return `Its outcome was unknown until ${by} settled it.`
}
