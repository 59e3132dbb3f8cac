import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import { endsWithProvenance } from '../settlement/proof.ts'
import { type Attempt, type AttemptOutcome, endAttempt, startAttempt } from './attempt.ts'
import type { Claim } from './claim.ts'
import { type Entry, isUnderWay, type Status, statuses } from './entry.ts'
import {
  FOREIGN_VAULT,
  interrupted,
  neverSent,
  notCreated,
  notToldNote,
  settledNote,
} from './outcome-problems.ts'
import { beginSearch, lostCreateOf, recordLook, type Search } from './search.ts'

/** The longest that a Workflow waits between two attempts; its own waits double from two seconds in the same way. */
const MAX_BACKOFF_SECONDS = 900

/** What happens to a request. */
export type Event =
  /** another attempt begins, and only the ledger looks after it until `deadline` */
  | { readonly type: 'started'; readonly deadline: number }
  | { readonly type: 'sending'; readonly owners: readonly FoundOwner[] }
  | { readonly type: 'created'; readonly vault: Vault }
  | { readonly type: 'failed'; readonly problem: ProblemDocument }
  /** the create got no answer; its vault is searched for if this deployment does that */
  | { readonly type: 'lost'; readonly problem: ProblemDocument; readonly isSearchOn: boolean }
  /** nothing was done, and the Workflow retries; until then the problem says why it takes so long */
  | { readonly type: 'postponed'; readonly problem: ProblemDocument }
  /** the Workflow has retried long enough */
  | { readonly type: 'abandoned' }
  /** the deadline has passed, and the outcome can't be told any more */
  | { readonly type: 'overdue'; readonly isSearchOn: boolean }
  | { readonly type: 'expiry-set'; readonly vault: Vault }
  /** ConductorOne doesn't take that expiry, however often it is asked */
  | { readonly type: 'expiry-refused'; readonly note: string }
  /** the Workflow was started, or has shown that it is alive */
  | { readonly type: 'workflow-seen' }
  /** the Workflow has stopped before its work was done, so the next one must be started */
  | { readonly type: 'workflow-lost' }
  /** the Workflow has done its work */
  | { readonly type: 'workflow-ended' }
  /** the system log was looked through; null if that could not be done */
  | { readonly type: 'looked'; readonly finding: Search['finding']; readonly isScheduled: boolean }
  /** this deployment does not search any more */
  | { readonly type: 'search-stopped' }
  | { readonly type: 'noted'; readonly note: string }
  | { readonly type: 'settled'; readonly vault: Vault | null; readonly by: string }

/** What the ledger does with a claim whose key it knows. */
export type Decision =
  /** the last attempt left nothing behind: begin again, under the id it has */
  | 'retry'
  /** the last attempt of another person left nothing behind: begin, under an id of its own */
  | 'supersede'
  /** an operator settled it as not created: begin, under an id of its own, since there may be a vault that names this one */
  | 'succeed'
  /** it is under way: answer so */
  | 'wait'
  /** it has ended: answer with its outcome */
  | 'replay'
  /** the key belongs to other content: refuse */
  | 'conflict'

/** Decides what is done with a claim whose key has an entry. */
export function decide(known: Entry, claim: Claim): Decision {
  // there is no vault, so a corrected request may take its place
  if (known.status === 'failed') {
    if (known.settledBy !== null) return 'succeed'
    if (known.personId !== claim.personId) return 'supersede'
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
  const { background, warnings, isTransferable: _is, refusal: _refusal, traceparent: _trace, ...kept } = claim
  const attempt = (failed?.attempt ?? 0) + 1
  const attempts = failed?.attempts ?? []
  return {
    ...kept,
    id: failed?.id ?? claim.id,
    status: 'accepted',
    attempt,
    attempts: deadline === null ? attempts : startAttempt(attempts, attempt, now),
    nextAttemptAt: null,
    run: (failed?.run ?? 0) + 1,
    owners: [],
    vault: null,
    problem: null,
    notes: warnings,
    expiry: claim.order.ttlSeconds === undefined ? 'none' : 'pending',
    workflow: background ? 'due' : 'none',
    workflowSeenAt: null,
    deadline,
    sentAt: null,
    search: null,
    settledBy: null,
    isForced: false,
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
  'workflow-seen': statuses,
  'workflow-lost': statuses,
  'workflow-ended': statuses,
  looked: ['unknown'],
  'search-stopped': ['unknown'],
  noted: statuses,
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
  const updatedAt = bookkeeping.has(event.type) ? entry.updatedAt : now
  return { ...entry, ...changesBy(event, entry, now), updatedAt }
}

const bookkeeping: ReadonlySet<Event['type']> = new Set([
  'workflow-seen',
  'workflow-lost',
  'workflow-ended',
  'looked',
  'search-stopped',
])

function changesBy(event: Event, entry: Entry, now: number): Partial<Entry> {
  switch (event.type) {
    case 'started':
      return {
        deadline: event.deadline,
        nextAttemptAt: null,
        attempts: startAttempt(entry.attempts, entry.attempt, now),
      }
    case 'sending':
      return { status: 'creating', owners: event.owners, sentAt: now }
    case 'created':
      return { ...endLate(entry, 'created', null, now), vault: event.vault }
    case 'failed':
      return endLate(entry, 'failed', event.problem, now)
    case 'lost':
      return lose(entry, event.problem, event.isSearchOn, now)
    case 'postponed':
      return postpone(entry, event.problem, now)
    case 'abandoned':
      return end(entry, 'failed', neverSent(entry), now)
    case 'overdue':
      if (entry.status === 'creating')
        return lose(entry, interrupted(entry, event.isSearchOn), event.isSearchOn, now)
      // a Workflow retries by itself
      if (entry.workflow !== 'none' && entry.deadline !== null) return postpone(entry, entry.problem, now)
      // its Workflow, if it is alive at all, has had a day: the next one tells the outcome
      return endAnew(entry, 'failed', neverSent(entry), now)
    case 'expiry-set':
      return { expiry: 'set', vault: event.vault, workflow: workflowWithoutExpiry(entry) }
    case 'expiry-refused':
      return { expiry: 'none', notes: [...entry.notes, event.note], workflow: workflowWithoutExpiry(entry) }
    case 'workflow-seen':
      return { workflow: 'started', workflowSeenAt: now }
    case 'workflow-lost':
      return { workflow: 'due', workflowSeenAt: null, run: entry.run + 1 }
    case 'workflow-ended':
      return { workflow: 'none', workflowSeenAt: null }
    case 'looked':
      return { search: entry.search && recordLook(entry.search, event, now) }
    case 'search-stopped':
      return { search: entry.search && { ...entry.search, isOver: true } }
    case 'noted':
      return entry.notes.includes(event.note) ? {} : { notes: [...entry.notes, event.note] }
    case 'settled': {
      const { vault, by } = event
      const settled = { notes: [...entry.notes, settledNote(by)], settledBy: by }
      if (entry.search?.isCallerAnswered && !mustTell(entry)) settled.notes.push(notToldNote(entry))
      // the attempts stay as they ended: what is known now is not their outcome
      const { attempts } = entry
      if (!vault) return { ...settled, ...endAnew(entry, 'failed', notCreated(entry, by), now), attempts }
      const isForced = !endsWithProvenance(vault, lostCreateOf(entry).provenance)
      if (isForced) settled.notes.push(FOREIGN_VAULT)
      return { ...settled, ...endAnew(entry, 'created', null, now), attempts, vault, isForced }
    }
  }
}

type Ended = 'created' | 'failed' | 'unknown'

/** Ends an attempt that got no answer, and begins the search for its vault. */
function lose(entry: Entry, problem: ProblemDocument, isSearchOn: boolean, now: number): Partial<Entry> {
  const search = beginSearch(entry, now, isSearchOn)
  const ended = end(entry, 'unknown', problem, now)
  return { ...ended, search, ...(isSearchOn && entry.workflow === 'none' && { workflow: 'due' }) }
}

/** Ends an attempt; if it was thought to be lost, what was told of it is told anew. */
function endLate(entry: Entry, status: Ended, problem: ProblemDocument | null, now: number): Partial<Entry> {
  return entry.status === 'unknown' ? endAnew(entry, status, problem, now) : end(entry, status, problem, now)
}

/** Ends a request for which a Workflow may be at work that knows nothing of it; another takes its place. */
function endAnew(entry: Entry, status: Ended, problem: ProblemDocument | null, now: number): Partial<Entry> {
  const ended = end({ ...entry, workflow: 'none' }, status, problem, now)
  return { ...ended, run: entry.run + 1, workflowSeenAt: null }
}

/** Ends a request, for now or for good. */
function end(entry: Entry, status: Ended, problem: ProblemDocument | null, now: number): Partial<Entry> {
  return {
    status,
    problem,
    deadline: null,
    nextAttemptAt: null,
    attempts: attemptsAfter(entry, status, problem, now),
    workflow: workflowAfter(status, entry),
  }
}

/** Ends an attempt that did nothing; the Workflow begins the next one. */
function postpone(entry: Entry, problem: ProblemDocument | null, now: number): Partial<Entry> {
  const postponed = entry.attempts.length - 1 - entry.attempts.findLastIndex(isNotPostponed)
  const backoffSeconds = Math.min(2 ** postponed, MAX_BACKOFF_SECONDS)
  const nextAttemptAt = now + 1_000 * Math.max(problem?.retryAfter ?? 0, backoffSeconds)
  return {
    status: 'accepted',
    problem,
    deadline: null,
    nextAttemptAt,
    attempt: entry.attempt + 1,
    attempts: attemptsAfter(entry, 'postponed', problem, now, nextAttemptAt),
  }
}

function isNotPostponed({ outcome, endedAt }: Attempt): boolean {
  return endedAt !== null && outcome !== 'postponed'
}

/** Ends the attempt that is under way, if one is: a request can end without. */
function attemptsAfter(
  { attempt, attempts }: Entry,
  outcome: AttemptOutcome,
  problem: ProblemDocument | null,
  endedAt: number,
  nextAttemptAt: number | null = null,
): readonly Attempt[] {
  return attempts.at(-1)?.number === attempt
    ? endAttempt(attempts, { outcome, endedAt, nextAttemptAt, problem })
    : attempts
}

/** Work that remains once the outcome is known needs a Workflow, unless one is at it already. */
function workflowAfter(status: Ended, entry: Entry): Entry['workflow'] {
  const remains = (status === 'created' && entry.expiry === 'pending') || mustTell(entry)
  return entry.workflow === 'none' && remains ? 'due' : entry.workflow
}

/** Cancels a Workflow that was to do nothing but set the expiry. */
function workflowWithoutExpiry(entry: Entry): Entry['workflow'] {
  return entry.workflow === 'due' && !mustTell(entry) ? 'none' : entry.workflow
}

/** Says whether the outcome must be told elsewhere than in the answer. */
function mustTell({ order, tell }: Entry): boolean {
  return tell !== null || order.callbackUrl !== undefined
}
