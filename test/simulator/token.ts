import { verifyAssertion } from './assertion.ts'
import { type Credential, tenantHost } from './bindings.ts'
import { type Proof, ProofRefusal, verifyProof } from './dpop.ts'
import type { Proofs } from './proofs.ts'
import { TokenRefusal } from './token-refusal.ts'
import type { Tokens } from './tokens.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * `POST /auth/v1/token`: client credentials, proven by a signed assertion or by the secret, in the body only; with a
 * proof of possession where the credential requires one.
 *
 * @param request the token request
 * @param credentials the credentials of the tenant, by client id
 * @param tokens what was issued and seen
 * @param proofs which proofs of possession are good
 * @returns the token response
 * @throws TokenRefusal if the client gets no token
 */
export async function tokenEndpoint(
  request: Request,
  credentials: ReadonlyMap<string, Credential>,
  tokens: Tokens,
  proofs: Proofs,
): Promise<Response> {
  const form = await readForm(request)
  const grantType = required(form, 'grant_type')
  if (grantType !== 'client_credentials') {
    throw new TokenRefusal('unsupported_grant_type', `no grant_type ${grantType} here`)
  }
  const credential = credentials.get(required(form, 'client_id'))
  if (form.has('client_secret') === form.has('client_assertion')) {
    throw new TokenRefusal('invalid_request', 'one of client_secret and client_assertion is required')
  }
  if (!credential) throw new TokenRefusal('invalid_client', 'trust_not_found: unknown client')
  if (credential.disabled) throw new TokenRefusal('invalid_client', 'sp_disabled')
  // What C1 says of an expired credential is not documented.
  if (credential.expiresAt && Date.parse(credential.expiresAt) <= Date.now())
    throw new TokenRefusal('invalid_client', 'credential_expired')
  if (form.has('client_secret')) await checkSecret(required(form, 'client_secret'), credential)
  else await checkAssertion(form, credential, tokens)
  const proof = credential.requireDpop ? await checkProof(request, tenantHost(credential), proofs) : undefined
  const token_type = proof ? proofs.settings.dpopTokenType : 'Bearer'
  const { token, expiresIn } = tokens.issue({
    clientId: credential.clientId,
    thumbprint: proof && token_type === 'DPoP' ? proof.thumbprint : null,
  })
  return Response.json(
    { access_token: token, token_type, expires_in: expiresIn },
    { headers: { 'cache-control': 'no-store', ...proof?.nextNonce } },
  )
}

async function readForm(request: Request): Promise<URLSearchParams> {
  if (request.headers.has('authorization')) {
    throw new TokenRefusal('invalid_client', 'client authentication belongs in the body')
  }
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded') {
    throw new TokenRefusal('invalid_request', 'the body must be application/x-www-form-urlencoded')
  }
  const form = new URLSearchParams(await request.text())
  if (new Set(form.keys()).size !== form.size) {
    throw new TokenRefusal('invalid_request', 'a parameter is repeated')
  }
  return form
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (!value) throw new TokenRefusal('invalid_request', `${name} is required`)
  return value
}

async function checkProof(request: Request, host: string, proofs: Proofs): Promise<Proof> {
  try {
    return await verifyProof(request, undefined, host, proofs)
  } catch (error) {
    if (!(error instanceof ProofRefusal)) throw error
    throw new TokenRefusal(error.error, error.message, error.headers)
  }
}

async function checkSecret(secret: string, credential: Credential): Promise<void> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hex !== credential.secretSha256) {
    throw new TokenRefusal('invalid_client', 'wrong client_secret')
  }
}

async function checkAssertion(form: URLSearchParams, credential: Credential, tokens: Tokens): Promise<void> {
  if (required(form, 'client_assertion_type') !== ASSERTION_TYPE) {
    throw new TokenRefusal('invalid_request', 'unknown client_assertion_type')
  }
  const nonce = await verifyAssertion(required(form, 'client_assertion'), credential)
  if (nonce !== undefined && !tokens.useNonce(credential.clientId, nonce)) {
    throw new TokenRefusal('invalid_client', 'the nonce was used before')
  }
}
