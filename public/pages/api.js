import { storedKey } from './key.js'

/**
 * @typedef {object} Problem a problem document, as far as these pages show it: RFC 9457
 * @property {string} code
 * @property {string} title
 * @property {number} status
 * @property {string} detail
 * @property {readonly {readonly pointer: string, readonly detail: string}[]} [errors]
 * @property {{readonly status?: number, readonly code?: string | number, readonly message?: string}} [upstream]
 */

/** An answer that says what went wrong, or no answer at all. */
export class ProblemError extends Error {
  /**
   * Wraps a problem document.
   *
   * @param {Problem} problem
   */
  constructor(problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/**
 * Sends a request to this deployment.
 *
 * @param {string} method
 * @param {string} path with its query
 * @param {object} options
 * @param {Readonly<Record<string, string>>} [options.headers]
 * @param {string | undefined} [options.body]
 * @param {boolean} [options.withKey] whether the API key of this tab goes with it
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<Response>}
 * @throws {ProblemError} if no answer comes
 */
export async function send(method, path, { headers = {}, body, withKey = false, signal }) {
  const key = withKey ? storedKey() : null
  const request = requestOf(path, {
    method,
    headers: { ...(key !== null && { Authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
    cache: 'no-store',
    credentials: 'omit',
  })
  try {
    return await fetch(request)
  } catch (error) {
    signal?.throwIfAborted()
    throw unanswered('No answer', `This deployment can’t be reached (${reasonOf(error)}).`)
  }
}

/**
 * Makes a request.
 *
 * @param {string} path
 * @param {RequestInit} init
 * @throws {ProblemError} if a header has a character that headers can't have
 */
function requestOf(path, init) {
  try {
    return new Request(path, init)
  } catch (error) {
    throw unanswered('Not sent', `The browser can’t send this request (${reasonOf(error)}).`)
  }
}

/**
 * Says why a call of the browser failed.
 *
 * @param {unknown} error
 */
function reasonOf(error) {
  return error instanceof Error ? error.message : 'no reason given'
}

/**
 * Makes the error of a call that got no readable answer.
 *
 * @param {string} title
 * @param {string} detail
 */
function unanswered(title, detail, status = 0) {
  return new ProblemError({ code: '', title, status, detail })
}

/**
 * Asks the API with the key of this tab.
 *
 * @template Thing
 * @param {string} method
 * @param {string} path
 * @param {object} options
 * @param {unknown} [options.json] the body
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<Thing>} the JSON of a good answer, which is what the API describes
 * @throws {ProblemError} for any other answer, and for none
 */
export async function ask(method, path, { json, signal } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json)
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return readJson(await send(method, path, { headers, body, withKey: true, signal }))
}

/**
 * Reads the JSON of a good answer.
 *
 * @param {Response} response
 * @returns {Promise<any>}
 * @throws {ProblemError} if it is not a good answer, or not JSON
 */
export async function readJson(response) {
  const body = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body
  if (typeof body?.detail === 'string') throw new ProblemError(body)
  const detail = `HTTP ${response.status}, and not JSON. Is there a proxy or a login page before this deployment?`
  throw unanswered('Unreadable answer', detail, response.status)
}
