import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Step } from './step.ts'

/** Headers that prove something and are no use to a test. */
const PROOFS = new Set(['cookie', 'dpop', 'proxy-authorization'])

/** The part of a callback's path that is enough to tell one from another. */
const CALLBACK = /^(\/api\/v1\/webhooks\/callback\/[^/?]{8})[^/?]*/

/**
 * The path of a request as the journal keeps it.
 *
 * @param path path and query
 * @returns the same; of the token in a callback's URL the first eight characters only
 */
export function journalPath(path: string): string {
  return path.replace(CALLBACK, '$1…')
}

/**
 * The headers of a request as the journal keeps them.
 *
 * @param headers the request's
 * @returns all but proofs; of `authorization` the scheme only
 */
export function journalHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => !PROOFS.has(name))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === 'authorization' ? (value.split(' ')[0] ?? '') : value]),
  )
}

/** A proof without its signature; the header is empty, and so is the payload, where it is no JWT. */
export interface DecodedProof {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * The proof of possession of a request as the journal keeps it.
 *
 * @param headers the request's
 * @returns the entry's `proof`; nothing where there is no header `DPoP`
 */
export function journalProof(headers: Headers): { proof?: DecodedProof } {
  const proof = headers.get('dpop')
  return proof === null ? {} : { proof: decodedJwt(proof) ?? { header: {}, payload: {} } }
}

/**
 * The body of a request as the journal keeps it.
 *
 * @param step the call the request makes
 * @param body the raw body
 * @returns the JSON, or the text if it is none; for the token the form's fields, with the assertion decoded
 *   and the secret left out
 */
export function journalBody(step: Step, body: string): unknown {
  if (body === '') return null
  if (step === 'token') return formFields(new URLSearchParams(body))
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const SHOWN = new Set(['grant_type', 'client_id', 'client_assertion_type', 'scope', 'audience', 'resource'])

function formFields(form: URLSearchParams): Record<string, unknown> {
  const fields = [...form].map(([name, value]) => {
    if (name === 'client_assertion') return [name, decodedJwt(value) ?? '[unreadable]']
    // A body that is no form at all becomes one long name, with the secret in it.
    if (SHOWN.has(name)) return [name, value]
    return /^\w{1,40}$/.test(name) ? [name, '[left out]'] : ['[unreadable]', '[left out]']
  })
  return Object.fromEntries(fields)
}

function decodedJwt(jwt: string): DecodedProof | undefined {
  try {
    return { header: { ...decodeProtectedHeader(jwt) }, payload: decodeJwt(jwt) }
  } catch {
    return undefined
  }
}
