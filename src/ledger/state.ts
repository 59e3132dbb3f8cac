import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import type { Claim } from './claim.ts'
import { type Entry, isUnderWay, type Status } from './entry.ts'
import { FOREIGN_VAULT, interrupted, neverSent, notCreated, settledBy } from './outcome-problems.ts'

/** What happens to a request. */
export type Event =
  /** another attempt begins, and only the ledger looks after it until `deadline` */
  | { readonly type: 'started'; readonly deadline: number }
  | { readonly type: 'sending'; readonly owners: readonly FoundOwner[] }
  | { readonly type: 'created'; readonly vault: Vault }
  | { readonly type: 'failed'; readonly problem: ProblemDocument }
  | { readonly type: 'lost'; readonly problem: ProblemDocument }
  /** nothing was done, and the Workflow retries; until then the problem says why it takes so long */
  | { readonly type: 'postponed'; readonly problem: ProblemDocument }
  /** the Workflow has retried long enough */
  | { readonly type: 'abandoned' }
  /** the deadline has passed, and the outcome can't be told any more */
  | { readonly type: 'overdue' }
  | { readonly type: 'expiry-set'; readonly vault: Vault }
  /** ConductorOne doesn't take that expiry, however often it is asked */
  | { readonly type: 'expiry-refused'; readonly note: string }
  | { readonly type: 'workflow-started' }
  | { readonly type: 'noted'; readonly note: string }
  | { readonly type: 'settled'; readonly vault: Vault | null; readonly by: string }

/** What the ledger does with a claim. */
export type Decision =
  /** nothing like it is known: begin */
  | 'begin'
  /** the last attempt left nothing behind: begin again, under the id it has */
  | 'retry'
  /** it is under way: answer so */
  | 'wait'
  /** it has ended: answer with its outcome */
  | 'replay'
  /** the key belongs to other content: refuse */
  | 'conflict'

/**
 * Decides what is done with a claim.
 *
 * @param known the entry under the claim's key, if there is one
 */
export function decide(known: Entry | undefined, claim: Claim): Decision {
  if (!known) return 'begin'
  // there is no vault, so a corrected request may take its place
  if (known.status === 'failed') {
    const isKnownRefusal = claim.refusal && known.fingerprint === claim.fingerprint
    return isKnownRefusal ? 'replay' : 'retry'
  }
  if (known.fingerprint !== claim.fingerprint) return 'conflict'
  return isUnderWay(known) ? 'wait' : 'replay'
}

/**
 * Makes the entry with which an attempt begins.
 *
 * @param failed the entry of an earlier attempt that left nothing behind
 * @param now epoch milliseconds
 * @param deadline epoch milliseconds by which an attempt that begins at once has ended
 */
export function beginAttempt(
  claim: Claim,
  failed: Entry | undefined,
  now: number,
  deadline: number | null = null,
): Entry {
  const { background, refusal: _refusal, traceparent: _traceparent, ...kept } = claim
  return {
    ...kept,
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

/** Which statuses an event may find a request in; a late answer may still settle an unknown outcome. */
const statusesBefore: Readonly<Record<Event['type'], readonly Status[]>> = {
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
 * Applies an event to a request. This is the one place that decides how a request goes on.
 *
 * @param entry the request as it is
 * @param now epoch milliseconds
 * @returns the request as it is from now on
 * @throws {TypeError} if the event can't happen to a request in this status
 */
export function advance(entry: Entry, event: Event, now: number): Entry {
  if (!statusesBefore[event.type].includes(entry.status))
    throw new TypeError(`${event.type} cannot happen to a request that is ${entry.status}`)
  // callers can't see bookkeeping, so the stored answer stays as it was given
  const updatedAt = event.type === 'workflow-started' ? entry.updatedAt : now
  return { ...entry, ...changesBy(event, entry), updatedAt }
}

function changesBy(event: Event, entry: Entry): Partial<Entry> {
  switch (event.type) {
    case 'started':
      return { deadline: event.deadline }
    case 'sending':
      return { status: 'creating', owners: event.owners }
    case 'created':
      return { ...end(entry, 'created'), vault: event.vault, problem: null }
    case 'failed':
      return { ...end(entry, 'failed'), problem: event.problem }
    case 'lost':
      return { ...end(entry, 'unknown'), problem: event.problem }
    case 'postponed':
      return { status: 'accepted', deadline: null, problem: event.problem }
    case 'abandoned':
      return { ...end(entry, 'failed'), problem: neverSent(entry) }
    case 'overdue':
      if (entry.status === 'creating') return { ...end(entry, 'unknown'), problem: interrupted(entry) }
      // a Workflow retries by itself
      if (entry.workflow !== 'none' && entry.deadline !== null) return { deadline: null }
      return { ...end(entry, 'failed'), problem: neverSent(entry) }
    case 'expiry-set':
      return { expiry: 'set', vault: event.vault, workflow: workflowWithoutExpiry(entry) }
    case 'expiry-refused':
      return { expiry: 'none', notes: [...entry.notes, event.note], workflow: workflowWithoutExpiry(entry) }
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
      return { ...next, ...end(next, 'created'), vault: event.vault, problem: null, notes }
    }
  }
}

/** Ends an attempt. Work that remains once the outcome is known needs a Workflow, unless one is at it already. */
function end(entry: Entry, status: 'created' | 'failed' | 'unknown'): Partial<Entry> {
  const remains = (status === 'created' && entry.expiry === 'pending') || mustTell(entry)
  return { status, deadline: null, workflow: entry.workflow === 'none' && remains ? 'due' : entry.workflow }
}

/** Cancels a Workflow that was to do nothing but set the expiry. */
function workflowWithoutExpiry(entry: Entry): Entry['workflow'] {
  return entry.workflow === 'due' && !mustTell(entry) ? 'none' : entry.workflow
}

/** Says whether the outcome must be told elsewhere than in the answer. */
function mustTell({ order, tell }: Entry): boolean {
  return tell !== null || order.callbackUrl !== undefined
}
