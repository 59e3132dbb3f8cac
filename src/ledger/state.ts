import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import type { Claim } from './claim.ts'
import { type Entry, isUnderWay, type Status } from './entry.ts'
import { FOREIGN_VAULT, neverSent, notCreated, settledBy, vanished } from './unanswered.ts'

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
  return isUnderWay(known) ? 'running' : 'replay'
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
