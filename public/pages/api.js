import { kept } from './key.js'

/**
 * @typedef {object} Problem a problem document, as far as these pages show it: RFC 9457
 * @property {string} code
 * @property {string} title
 * @property {number} status
 * @property {string} detail
 * @property {readonly {readonly pointer: string, readonly detail: string}[]} [errors]
 * @property {{readonly status?: number, readonly code?: string | number, readonly message?: string}} [upstream]
 */

/** An answer that is not what was asked for. */
export class Refusal extends Error {
  /** @param {Problem} problem */
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
 * @param {boolean} [options.withKey] whether the key that this tab keeps goes with it
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<Response>}
 * @throws {Refusal} where no answer comes
 */
export async function send(method, path, { headers = {}, body, withKey = false, signal }) {
  const key = withKey ? kept() : null
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
    throw unanswered('No answer', `This deployment cannot be reached (${reasonOf(error)}). Try again.`)
  }
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @throws {Refusal} where a header has what no header can have
 */
function requestOf(path, init) {
  try {
    return new Request(path, init)
  } catch (error) {
    throw unanswered('Not sent', `This is no request that can be sent (${reasonOf(error)}).`)
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  return error instanceof Error ? error.message : 'no reason given'
}

/**
 * @param {string} title
 * @param {string} detail
 */
function unanswered(title, detail, status = 0) {
  return new Refusal({ code: '', title, status, detail })
}

/**
 * Asks the API with the key that this tab keeps.
 *
 * @template Thing
 * @param {string} method
 * @param {string} path
 * @param {object} options
 * @param {unknown} [options.json] the body
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Thing>} the JSON of a good answer, which is what the API describes
 * @throws {Refusal} for any other answer, and for none
 */
export async function ask(method, path, { json, signal } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json)
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return read(await send(method, path, { headers, body, withKey: true, signal }))
}

/**
 * @param {Response} response
 * @returns {Promise<any>} its JSON
 * @throws {Refusal}
 */
async function read(response) {
  const body = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body
  if (typeof body?.detail === 'string') throw new Refusal(body)
  const detail = `HTTP ${response.status}, and no JSON. Is something between this page and the deployment?`
  throw unanswered('An answer that cannot be read', detail, response.status)
}
