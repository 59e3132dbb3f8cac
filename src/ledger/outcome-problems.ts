import { Problem, type ProblemDocument } from '../problem/problem.ts'
import { provenanceLine } from '../provisioning/translate.ts'
import { type Entry, SYSTEM_LOG } from './entry.ts'

const SEARCHED =
  'For half an hour, this Worker searches ConductorOne’s system log, and settles the request if it finds the vault.'

/**
 * Makes the problem of a request whose create was sent and got no answer.
 *
 * @param entry the request
 * @param problem why its outcome is not known
 * @param isSearchOn whether its vault is searched for
 * @returns the problem, with what to look for in ConductorOne, and where to settle it; its page says how
 */
export function unknownOutcome(
  entry: Entry,
  { message, details }: Problem,
  isSearchOn: boolean,
): ProblemDocument {
  const { order, id } = entry
  const search = isSearchOn ? ` ${SEARCHED}` : ''
  return new Problem(
    'outcome-unknown',
    `${message} It is never sent again by itself.${search} To find out, look in ConductorOne for a vault named ` +
      `“${order.name}” whose description ends with “${provenanceLine(order, entry)}”. An operator then settles the ` +
      `request, in the console or by POST /v1/requests/${id}/resolve.`,
    details,
  ).document(id)
}

/** Makes the problem of a request that may have been sent when the Worker was stopped. */
export function interrupted(entry: Entry, isSearchOn: boolean): ProblemDocument {
  return unknownOutcome(
    entry,
    new Problem(
      'outcome-unknown',
      'The request was about to be sent, or was sent, when this Worker was stopped.',
    ),
    isSearchOn,
  )
}

/** Makes the problem of a request that was not sent: that of the last attempt, if there was one. */
export function neverSent({ id, problem }: Entry): ProblemDocument {
  if (problem) return problem
  const detail =
    'This Worker was stopped before ConductorOne took the request. No vault was created; send the request again.'
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

/** Makes the problem of a request that an operator settled: there is no vault, so it may be sent again. */
export function notCreated({ id }: Entry, by: string): ProblemDocument {
  const detail = `${by} says that no vault was created, after looking in ConductorOne. The same key may be used again.`
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

/** A warning: a vault that is not this request's own may belong to another one. */
export const FOREIGN_VAULT =
  'The description of the vault that it was settled with does not name this request.'

/** Makes the note of a failed request whose key has gone to another person's. */
export function supersededNote(id: string): string {
  return `Another person has asked under the same ticket since: /v1/requests/${id}. This one can't be tried again.`
}

/** Makes the warning that an outcome could not be told: to the requester, to an owner by id, or to another receiver. */
export function notDeliveredNote(
  { order, owners, search, status, told = [] }: Entry,
  whom: string,
  reason: string,
): string {
  const owner = owners.find(({ id }) => id === whom)
  if (owner) return `The owner ${owner.input || owner.id} may not know of the vault: ${reason}.`
  const receiver = whom === 'requester' ? (order.requestedBy ?? 'the requester') : whom
  const wasTold =
    status !== 'unknown' &&
    search !== null &&
    told.some(({ to, at, error }) => to === whom && error === null && at >= search.sentAt)
  return wasTold
    ? `${receiver} was told that the outcome is unknown, and could not be told what it is: ${reason}.`
    : `The result could not be delivered to ${receiver}: ${reason}.`
}

/** Makes the warning that nobody is told the known outcome: neither a caller who was answered, nor who asked. */
export function notToldNote({ caller, order, search }: Entry): string {
  return search?.isCallerAnswered
    ? `${caller} was told that the outcome is unknown, and learns it from this record only.`
    : `${order.requestedBy || caller} cannot be told the outcome, and learns it from this record only.`
}

/** Makes the note that a settled request keeps. */
export function settledNote(by: string): string {
  return by === SYSTEM_LOG
    ? "Its outcome was unknown until its vault was found in ConductorOne's system log."
    : `Its outcome was unknown until ${by} settled it.`
}

/** Makes the notes of two requests under one key, the first of which was settled as not created. */
export function successionNotes(
  former: Entry,
  claimId: string,
): { readonly former: string; readonly next: string } {
  return {
    former: `The same key was used again: ${claimId} is the next request under it.`,
    next: `Follows ${former.id}, whose outcome was unknown until ${former.settledBy} settled it as not created.`,
  }
}
