import type { SigningKeys } from './signing-keys.ts'
import type { Delivery, Verdict } from './webhook-deliveries.ts'
import { DOCUMENT_LIMIT, DocumentFault, readDocument } from './webhook-document.ts'
import type { Forgery } from './webhook-order.ts'
import { bodyDigest, webhookToken } from './webhook-token.ts'

/** How long C1 waits for an answer. */
const PATIENCE_MS = 30_000

/** A delivery as one attempt sends it. */
export interface SignedDelivery {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One attempt to deliver, and what came of it. */
export interface Attempt {
  /** Of the token, which no other attempt has. */
  readonly jti: string
  /** Null where there was no answer. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The JSON; undefined where it is none. */
  readonly json?: unknown
  readonly verdict: Verdict
}

/**
 * Signs one attempt. Each is signed anew.
 *
 * @param delivery what is sent
 * @param keys the tenant's
 * @param forgery what is wrong with it
 * @returns the request, and the `jti` of its token
 */
export async function signedDelivery(
  { issuer, url, body, webhookId, event, callbackUrl }: Delivery,
  keys: SigningKeys,
  { headers: changed = {}, sentBody = body, ...forgery }: Forgery = {},
): Promise<SignedDelivery & { jti: string }> {
  const bytes = new TextEncoder().encode(body)
  const { token, jti } = await webhookToken({ issuer, url: new URL(url), body: bytes }, keys, forgery)
  const headers: Record<string, string | null> = {
    authorization: `bearer ${token}`,
    'content-type': 'application/json',
    // Not in the colons of RFC 9530.
    'content-digest': `sha-256=${await bodyDigest(bytes)}`,
    'webhook-version': 'v1',
    'webhook-id': webhookId,
    'webhook-event': event,
    'webhook-callback-url': callbackUrl,
  }
  for (const [name, value] of Object.entries(changed)) headers[name.toLowerCase()] = value
  const kept = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return { url, headers: Object.fromEntries(kept), body: sentBody, jti }
}

/**
 * Sends one attempt and judges the answer, following no redirects.
 *
 * @param delivery what is sent
 * @param signed the request
 * @returns what came of it
 */
export async function attempt(
  { event }: Delivery,
  { url, headers, body, jti }: SignedDelivery & { jti: string },
): Promise<Attempt> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const bytes = await firstBytes(response, DOCUMENT_LIMIT + 1)
    const text = new TextDecoder().decode(bytes)
    return {
      jti,
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      ...jsonOf(text),
      verdict: verdictOn(response, bytes, event),
    }
  } catch (error) {
    const verdict = { kind: 'failed', problem: String(error) } as const
    return { jti, status: null, headers: {}, text: '', verdict }
  }
}

function verdictOn({ status, headers }: Response, bytes: Uint8Array, event: string): Verdict {
  if (status === 202) return { kind: 'later' }
  if (status === 410) return { kind: 'gone', problem: 'the destination is gone' }
  if (status < 200 || status > 299) return { kind: 'failed', problem: `answered ${status}` }
  // A test is delivered whatever the answer says.
  if (event === 'c1.webhooks.v1.PayloadTest') return { kind: 'answered', document: {} }
  try {
    return { kind: 'answered', document: readDocument(headers.get('content-type'), bytes, event) }
  } catch (error) {
    if (error instanceof DocumentFault) return { kind: 'refused', problem: error.message }
    throw error
  }
}

async function firstBytes({ body }: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= limit) break
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function jsonOf(text: string): { json?: unknown } {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return {}
  }
}
