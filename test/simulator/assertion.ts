import { decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { type Credential, tenantHost } from './bindings.ts'
import { TokenRefusal } from './token-refusal.ts'

const MAX_LIFETIME_SECONDS = 300

/**
 * Verifies a client assertion as ConductorOne's own clients make it (RFC 7523): EdDSA, `iss` and `sub` the
 * client id, `aud` the tenant's bare host name, five minutes at most. Most clients put a nonce into the protected
 * header; it may be missing, and is good once.
 *
 * @param assertion the JWT
 * @param credential whose key must have signed it
 * @returns the nonce, for the caller to remember, or undefined if there is none
 * @throws TokenRefusal `invalid_client` if anything is wrong with it
 */
export async function verifyAssertion(
  assertion: string,
  credential: Credential,
): Promise<string | undefined> {
  const payload = await verifiedPayload(assertion, credential)
  if (Array.isArray(payload.aud) && payload.aud.length !== 1) {
    throw new TokenRefusal('invalid_client', 'issuer_mismatch: aud must name this host only')
  }
  if ((payload.exp ?? Infinity) > Math.floor(Date.now() / 1000) + MAX_LIFETIME_SECONDS) {
    throw new TokenRefusal('invalid_client', 'invalid_jwt_format: exp is more than five minutes ahead')
  }
  const { nonce } = decodeProtectedHeader(assertion)
  if (nonce === undefined) return undefined
  if (typeof nonce !== 'string' || nonce === '') {
    throw new TokenRefusal('invalid_client', 'invalid_jwt_format: the nonce in the header must be text')
  }
  return nonce
}

async function verifiedPayload(assertion: string, credential: Credential): Promise<JWTPayload> {
  const key = await importJWK(credential.publicJwk, 'EdDSA')
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['EdDSA'],
      issuer: credential.clientId,
      subject: credential.clientId,
      audience: tenantHost(credential),
      requiredClaims: ['exp', 'iat'],
      // Also refuses an iat in the future.
      maxTokenAge: MAX_LIFETIME_SECONDS,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new TokenRefusal('invalid_client', error.message)
    throw error
  }
}
