import { element } from './element.js'
import { SYSTEM_LOG } from './record.js'
import { clockSeconds, duration, exactTime } from './time.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */
/** @typedef {{ readonly at: string, readonly kind: string, readonly text: string, readonly detail?: string | undefined }} Event */

const OUTCOMES = {
  created: 'ConductorOne created the vault',
  failed: 'No vault was created',
  postponed: 'Not possible yet; tried again later',
  unknown: 'No readable answer from ConductorOne',
}

/**
 * Shows what happened to a request, in order.
 *
 * @param {RequestRecord} record
 * @returns {HTMLElement}
 */
export function timeline(record) {
  const events = eventsOf(record).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return element('ol', { class: 'timeline' }, ...events.map(eventView))
}

/**
 * Lists what happened to a request.
 *
 * @param {RequestRecord} record
 * @returns {Event[]}
 */
function eventsOf(record) {
  const { createdAt, nextAttemptAt, attempt = 1, status } = record
  const next = status === 'unknown' ? 'Next look in ConductorOne’s system log' : `Attempt ${attempt}`
  return [
    { at: createdAt, kind: 'done', text: 'Received', detail: sourceOf(record) },
    ...attemptsOf(record),
    ...toldOf(record),
    ...(nextAttemptAt ? [{ at: nextAttemptAt, kind: 'next', text: next, detail: 'Nothing to do' }] : []),
  ]
}

/**
 * Says where a request came from.
 *
 * @param {RequestRecord} record
 */
function sourceOf({ source, caller }) {
  return source === 'api' ? `From ${caller}, by the API` : `From ${source}`
}

/**
 * Lists the attempts of a request, and what settled it.
 *
 * @param {RequestRecord} record
 * @returns {Event[]}
 */
function attemptsOf(record) {
  const { attempts = [], settledBy, updatedAt } = record
  if (attempts.length === 0) return outcomeOf(record)
  const settled = settledBy ? [{ at: updatedAt, kind: record.status, text: settlementOf(settledBy) }] : []
  return [...attempts.map(attemptEvent), ...settled]
}

/**
 * Says how an unknown outcome became known.
 *
 * @param {string} settledBy a caller's name, or what the Worker searches
 * @returns {string}
 */
function settlementOf(settledBy) {
  return settledBy === SYSTEM_LOG ? 'Found in ConductorOne’s system log' : `Settled by ${settledBy}`
}

/**
 * Tells of one attempt.
 *
 * @param {import('./record.js').Attempt} attempt
 */
function attemptEvent({ number, startedAt, endedAt, outcome, upstreamStatus, problem }) {
  const took = endedAt && `took ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`
  const answer = upstreamStatus && `HTTP ${upstreamStatus} from ConductorOne`
  return {
    at: startedAt,
    kind: outcome ?? 'next',
    text: `Attempt ${number}: ${outcome ? OUTCOMES[outcome] : 'under way'}`,
    detail: [took, answer, problem].filter(Boolean).join(' · '),
  }
}

/**
 * Tells the outcome of a request whose attempts are not on record.
 *
 * @param {RequestRecord} record one whose attempts are not on record
 * @returns {Event[]}
 */
function outcomeOf({ status, updatedAt, problem, settledBy }) {
  if (status === 'accepted' || status === 'creating') return []
  const detail = settledBy ? settlementOf(settledBy) : problem?.title
  return [{ at: updatedAt, kind: status, text: OUTCOMES[status], detail }]
}

/**
 * Lists who was told the outcome.
 *
 * @param {RequestRecord} record
 * @returns {Event[]}
 */
function toldOf(record) {
  const { told = [] } = record
  return told.map(({ at, to, error }) => ({
    at,
    kind: error ? 'failed' : 'done',
    text: `${error ? 'Could not tell' : 'Told'} ${receiverOf(to, record)}`,
    detail: error ?? undefined,
  }))
}

/**
 * Names the receiver of a message as people know it.
 *
 * @param {string} to as the record has it: `requester`, an owner's id, or what else was told
 * @param {RequestRecord} record
 */
function receiverOf(to, { requestedBy, owners }) {
  if (to === 'requester') return requestedBy ?? 'the person who asked'
  return owners.find(({ id }) => id === to)?.input ?? to
}

/**
 * Shows one event.
 *
 * @param {Event} event
 */
function eventView({ at, kind, text, detail }) {
  return element(
    'li',
    { class: kind },
    element('time', { datetime: at, title: exactTime(at) }, clockSeconds(at)),
    element('div', {}, element('p', {}, text), ...(detail ? [element('p', { class: 'quiet' }, detail)] : [])),
  )
}
