import { Problem, type ProblemDocument } from '../problem/problem.ts'
import { provenanceLine } from '../provisioning/translate.ts'
import type { Entry } from './entry.ts'

/**
 * Makes the problem of a request whose create was sent and got no answer.
 *
 * @param entry the request
 * @param problem why its outcome is not known
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

/** Makes the problem of a request that may have been sent when the Worker was stopped. */
export function interrupted(entry: Entry): ProblemDocument {
  return unknownOutcome(
    entry,
    new Problem(
      'outcome-unknown',
      'The request was about to be sent, or was sent, when this Worker was stopped.',
    ),
  )
}

/** Makes the problem of a request that was not sent: that of the last attempt, if there was one. */
export function neverSent({ id, problem }: Entry): ProblemDocument {
  if (problem) return problem
  const detail =
    'This Worker was stopped before it asked ConductorOne. No vault was created; send the request again.'
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

/** Makes the problem of a request that an operator settled: there is no vault, so it may be sent again. */
export function notCreated({ id }: Entry, by: string): ProblemDocument {
  const detail = `${by} looked in ConductorOne and found that no vault was created. The same key may be used again.`
  return new Problem('conductorone-unavailable', detail, { retryAfter: 1 }).document(id)
}

/** A warning: a vault that is not this request's own may belong to another one. */
export const FOREIGN_VAULT =
  'The description of the vault that it was settled with does not name this request.'

/** Makes the note of a failed request whose key has gone to another person's. */
export function supersededNote(id: string): string {
  return `Another person has asked under the same ticket since: /v1/requests/${id}. This one can't be tried again.`
}

/** Makes the note that a settled request keeps. */
export function settledNote(by: string): string {
  return `Its outcome was unknown until ${by} settled it.`
}
