import type { ProblemDocument } from '../problem/problem.ts'
import { type Attempt, type AttemptOutcome, endAttempt } from './attempt.ts'
import type { Entry } from './entry.ts'
import { beginSearch } from './search.ts'

/** The longest that a Workflow waits between two attempts; its own waits double from two seconds in the same way. */
const MAX_BACKOFF_SECONDS = 900

type Ended = 'created' | 'failed' | 'unknown'

/** Ends an attempt that got no answer, and begins the search for its vault. */
export function lose(
  entry: Entry,
  problem: ProblemDocument,
  isSearchOn: boolean,
  now: number,
): Partial<Entry> {
  const search = beginSearch(entry, now, isSearchOn)
  const ended = end(entry, 'unknown', problem, now)
  return { ...ended, search, ...(isSearchOn && ended.workflow === 'none' && { workflow: 'due' }) }
}

/** Ends an attempt; if it was thought to be lost, what was told of it is told anew. */
export function endLate(
  entry: Entry,
  status: Ended,
  problem: ProblemDocument | null,
  now: number,
): Partial<Entry> {
  return entry.status === 'unknown' ? endAnew(entry, status, problem, now) : end(entry, status, problem, now)
}

/** Ends a request for which a Workflow may be at work that knows nothing of it; another takes its place. */
export function endAnew(
  entry: Entry,
  status: Ended,
  problem: ProblemDocument | null,
  now: number,
): Partial<Entry> {
  const ended = end({ ...entry, workflow: 'none' }, status, problem, now)
  return { ...ended, run: entry.run + 1, workflowSeenAt: null }
}

/** Ends a request, for now or for good. */
export function end(
  entry: Entry,
  status: Ended,
  problem: ProblemDocument | null,
  now: number,
): Partial<Entry> {
  return {
    status,
    problem,
    deadline: null,
    nextAttemptAt: null,
    attempts: attemptsAfter(entry, status, problem, now),
    workflow: workflowAfter(status, entry),
  }
}

/** Ends an attempt that did nothing; a Workflow makes the next one. */
export function postpone(entry: Entry, problem: ProblemDocument | null, now: number): Partial<Entry> {
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

/** Says whether work remains once the outcome is known: it needs a Workflow, unless one is at it already. */
function workflowAfter(status: Ended, entry: Entry): Entry['workflow'] {
  if (entry.workflow === 'started') return 'started'
  const isLeft = status === 'created' && (entry.expiry === 'pending' || mustTellOwners(entry))
  return isLeft || mustTell(entry) ? 'due' : 'none'
}

/** Cancels a Workflow that was to do nothing but set the expiry. */
export function workflowWithoutExpiry(entry: Entry): Entry['workflow'] {
  return entry.workflow === 'due' ? workflowAfter('created', { ...entry, expiry: 'none' }) : entry.workflow
}

/** Says whether the outcome must be told elsewhere than in the answer. */
export function mustTell({ order, tell }: Entry): boolean {
  return tell !== null || order.callbackUrl !== undefined
}

function mustTellOwners({ ownersToTell = [] }: Entry): boolean {
  return ownersToTell.length > 0
}
