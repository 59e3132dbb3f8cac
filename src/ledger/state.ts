import type { Vault } from '../conductorone/wire.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import type { FoundOwner } from '../provisioning/owners.ts'
import { endsWithProvenance } from '../settlement/proof.ts'
import { startAttempt } from './attempt.ts'
import { end, endAnew, endLate, lose, mustTell, postpone, workflowWithoutExpiry } from './changes.ts'
import { type Entry, type Status, statuses } from './entry.ts'
import {
  FOREIGN_VAULT,
  interrupted,
  neverSent,
  notCreated,
  notDeliveredNote,
  notToldNote,
  settledNote,
} from './outcome-problems.ts'
import { lostCreateOf, recordLook, type Search } from './search.ts'
import { addTellings, type Telling } from './telling.ts'

/** What happens to a request. */
export type Event =
  /** another attempt begins, and only the ledger looks after it until `deadline` */
  | { readonly type: 'started'; readonly deadline: number }
  | {
      readonly type: 'sending'
      readonly owners: readonly FoundOwner[]
      readonly ownersToTell: readonly string[]
    }
  /** an answer says that nothing was created; the same attempt waits and sends it again */
  | { readonly type: 'not-taken' }
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
  /** an owner is about to be told, or certainly was not */
  | { readonly type: 'owner-told'; readonly ownerId: string; readonly isTold: boolean }
  /** ConductorOne doesn't take that expiry, however often it is asked */
  | { readonly type: 'expiry-refused'; readonly note: string }
  /** the Workflow was started, or has shown that it is alive */
  | { readonly type: 'workflow-seen' }
  /** the Workflow has stopped before its work was done, so the next one must be started */
  | { readonly type: 'workflow-lost' }
  /** the Workflow has done its work, and told the outcome to these */
  | { readonly type: 'workflow-ended'; readonly told: readonly Telling[] }
  /** an outcome was told while the Workflow goes on */
  | { readonly type: 'told'; readonly told: readonly Telling[] }
  /** the outcome could not be told */
  | { readonly type: 'not-told'; readonly to: string; readonly reason: string }
  /** the system log was looked through; null if that could not be done */
  | { readonly type: 'looked'; readonly finding: Search['finding']; readonly isScheduled: boolean }
  /** this deployment does not search any more */
  | { readonly type: 'search-stopped' }
  | { readonly type: 'noted'; readonly note: string }
  | { readonly type: 'settled'; readonly vault: Vault | null; readonly by: string }

/** Which statuses an event may find a request in; a late answer may still settle an unknown outcome. */
const statusesBefore: Readonly<Record<Event['type'], readonly Status[]>> = {
  started: ['accepted'],
  sending: ['accepted'],
  'not-taken': ['creating'],
  created: ['creating', 'unknown'],
  failed: ['accepted', 'creating', 'unknown'],
  lost: ['creating', 'unknown'],
  postponed: ['accepted', 'creating'],
  abandoned: ['accepted'],
  overdue: ['accepted', 'creating'],
  'expiry-set': ['created'],
  'expiry-refused': ['created'],
  'owner-told': ['created'],
  'workflow-seen': statuses,
  'workflow-lost': statuses,
  'workflow-ended': statuses,
  told: statuses,
  'not-told': statuses,
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
  'told',
  'owner-told',
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
      return { status: 'creating', owners: event.owners, ownersToTell: event.ownersToTell, sentAt: now }
    case 'not-taken':
      return { status: 'accepted', sentAt: null }
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
    case 'owner-told': {
      const others = (entry.ownersToTell ?? []).filter((id) => id !== event.ownerId)
      return { ownersToTell: event.isTold ? others : [...others, event.ownerId] }
    }
    case 'workflow-seen':
      return { workflow: 'started', workflowSeenAt: now }
    case 'workflow-lost':
      // the next one waits no longer
      return { workflow: 'due', workflowSeenAt: null, run: entry.run + 1, nextAttemptAt: null }
    case 'workflow-ended':
      return { workflow: 'none', workflowSeenAt: null, ...tellingsAfter(entry, event.told) }
    case 'told':
      return tellingsAfter(entry, event.told)
    case 'not-told': {
      const { to, reason } = event
      const note = notDeliveredNote(entry, to, reason)
      if (entry.notes.includes(note)) return {}
      return { notes: [...entry.notes, note], ...tellingsAfter(entry, [{ to, at: now, error: reason }]) }
    }
    case 'looked':
      return { search: entry.search && recordLook(entry.search, event, now) }
    case 'search-stopped':
      return { search: entry.search && { ...entry.search, isOver: true } }
    case 'noted':
      return entry.notes.includes(event.note) ? {} : { notes: [...entry.notes, event.note] }
    case 'settled': {
      const { vault, by } = event
      const settled = { notes: [...entry.notes, settledNote(by)], settledBy: by }
      if (!mustTell(entry)) settled.notes.push(notToldNote(entry))
      // the attempts stay as they ended: what is known now is not their outcome
      const { attempts } = entry
      if (!vault) return { ...settled, ...endAnew(entry, 'failed', notCreated(entry, by), now), attempts }
      const isForced = !endsWithProvenance(vault, lostCreateOf(entry).provenance)
      if (isForced) settled.notes.push(FOREIGN_VAULT)
      // nobody is told of a vault that may be another one's
      const ownersToTell = isForced ? [] : (entry.ownersToTell ?? [])
      const ended = endAnew({ ...entry, ownersToTell }, 'created', null, now)
      return { ...settled, ...ended, attempts, ownersToTell, vault, isForced }
    }
  }
}

function tellingsAfter({ told = [] }: Entry, more: readonly Telling[]): Pick<Entry, 'told'> {
  return more.length === 0 ? {} : { told: addTellings(told, more) }
}
