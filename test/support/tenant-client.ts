import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import type { NewCredential } from './credential.ts'

/** What a test changes about an assertion; a value of undefined leaves the claim or header out. */
export interface AssertionChanges {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  /** Signs instead of the credential's own key. */
  readonly key?: CryptoKey
}

/**
 * Signs a client assertion as ConductorOne's own clients do, save for what a test changes.
 *
 * @param credential who signs
 * @param host the bare host name of the token endpoint
 * @param changes what is different
 * @returns the JWT
 */
export async function signedAssertion(
  credential: NewCredential,
  host: string,
  { claims = {}, header = {}, key = credential.privateKey }: AssertionChanges = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const { clientId } = credential
  const lifetime = { iat: now, nbf: now - 120, exp: now + 120 }
  const payload: JWTPayload = { iss: clientId, sub: clientId, aud: [host], ...lifetime, ...claims }
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const protectedHeader: JWTHeaderParameters = { alg: 'EdDSA', nonce, ...header }
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key)
}

/**
 * The form of a token request with an assertion.
 *
 * @param clientId who asks
 * @param assertion the JWT
 * @returns the fields
 */
export function assertionForm(clientId: string, assertion: string): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

/** An answer, read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON; undefined where it is none. */
  readonly json: unknown
}

/**
 * Sends one request, following no redirects.
 *
 * @param url where to
 * @param init as of fetch
 * @returns the answer
 */
export async function send(url: URL, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
}

/** Calls the API with a token of its own. */
export type TenantClient = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

/**
 * Fetches a token, and gives what calls the API with it.
 *
 * @param tenant where the tenant is
 * @param credential who calls
 * @returns the client
 */
export async function tenantClient(tenant: URL, credential: NewCredential): Promise<TenantClient> {
  const form = assertionForm(credential.clientId, await signedAssertion(credential, tenant.hostname))
  const token = await send(new URL('/auth/v1/token', tenant), {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return (method, path, body, headers = {}) =>
    send(new URL(path, tenant), {
      method,
      headers: {
        authorization: `Bearer ${Object(token.json).access_token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw(body) ? body : JSON.stringify(body) }),
    })
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
