import { nextTime } from './time.js'

/** What `settledBy` says if the Worker itself found the vault. */
export const SYSTEM_LOG = 'conductorone-system-log'

/**
 * @typedef {object} RequestRecord a request, as `GET /v1/requests/{id}` answers it
 * @property {string} id
 * @property {'accepted' | 'creating' | 'created' | 'failed' | 'unknown'} status
 * @property {string} caller
 * @property {string} source
 * @property {string} name
 * @property {{ readonly id: string, readonly url?: string } | null} ticket
 * @property {string | null} requestedBy
 * @property {string | null} [approvedBy]
 * @property {string | null} [preset]
 * @property {string | null} [description]
 * @property {'group' | 'magic_link'} [kind]
 * @property {number | null} [maxViews]
 * @property {string | null} [credentialTtl]
 * @property {readonly Owner[]} owners
 * @property {Vault | null} vault
 * @property {import('./api.js').Problem | null} problem
 * @property {readonly string[]} warnings
 * @property {number} [attempt]
 * @property {string | null} [nextAttemptAt]
 * @property {string | null} [settledBy]
 * @property {readonly Attempt[]} [attempts] the last ones, oldest first
 * @property {readonly Told[]} [told]
 * @property {string} createdAt
 * @property {string} updatedAt
 *
 * @typedef {object} Attempt
 * @property {number} number
 * @property {string} startedAt
 * @property {string | null} endedAt
 * @property {'created' | 'failed' | 'postponed' | 'unknown' | null} outcome
 * @property {number | null} [upstreamStatus] ConductorOne's HTTP status
 * @property {string | null} [problem] its code
 *
 * @typedef {{ readonly to: string, readonly at: string, readonly error?: string | null }} Told
 *
 * @typedef {{ readonly input: string, readonly id: string | null }} Owner the id is null until it was looked up
 *
 * @typedef {object} Vault a vault, as far as these pages show it
 * @property {string} id
 * @property {string} [displayName]
 * @property {string} [description]
 * @property {string} [createdAt]
 */

/**
 * Tells whether a request may change without anyone doing anything, and so is worth a refresh.
 *
 * @param {RequestRecord} record
 * @returns {boolean}
 */
export function isUnderWay({ status, nextAttemptAt }) {
  return status === 'accepted' || status === 'creating' || Boolean(nextAttemptAt)
}

/**
 * Says in one line what became of a request.
 *
 * @param {RequestRecord} record
 * @returns {string}
 */
export function summaryOf(record) {
  const { status, problem, vault, warnings } = record
  switch (status) {
    case 'accepted':
      return waitOf(record)
    case 'creating':
      return 'ConductorOne is making the vault'
    case 'created':
      return warnings[0] ?? `Vault ${vault?.id ?? ''}`
    case 'failed':
      return problem?.title ?? 'No vault was created'
    case 'unknown':
      return record.nextAttemptAt ? searchOf(record) : 'There may be a vault: settle it'
  }
}

/**
 * Says when a request is tried again.
 *
 * @param {RequestRecord} record
 */
function waitOf({ attempt = 1, nextAttemptAt, problem }) {
  if (nextAttemptAt) return `Attempt ${attempt}, ${nextTime(nextAttemptAt)}; nothing to do`
  if (problem) return `${problem.title}; we try again, nothing to do`
  return attempt > 1 ? `Attempt ${attempt} begins soon; nothing to do` : 'Begins soon; nothing to do'
}

/**
 * Says when the search for a vault goes on.
 *
 * @param {RequestRecord} record
 */
function searchOf({ nextAttemptAt }) {
  return `Searching, ${nextTime(nextAttemptAt ?? '')}; nothing to do yet`
}

/**
 * Names the person who asked, else the caller.
 *
 * @param {RequestRecord} record
 * @returns {string}
 */
export function requesterOf({ requestedBy, caller }) {
  return requestedBy ?? caller
}

/**
 * Checks that an address may become a link; undefined if not.
 *
 * @param {string | undefined} address as a person wrote it
 * @returns {string | undefined}
 */
export function httpsAddress(address) {
  const url = address === undefined ? null : URL.parse(address)
  return url?.protocol === 'https:' ? url.href : undefined
}
