import { decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { Credential } from './bindings.ts'
import { TokenRefusal } from './token-refusal.ts'

const LIFETIME_LIMIT = 300

/**
 * Verifies a client assertion as ConductorOne's own clients make it (RFC 7523): EdDSA, `iss` and `sub` the
 * client id, `aud` the bare host name, five minutes at most, and a fresh nonce in the protected header.
 *
 * @param assertion the JWT
 * @param credential whose key must have signed it
 * @param host the bare host name of the token endpoint
 * @returns the nonce, for the caller to remember
 * @throws TokenRefusal `invalid_client` when anything is wrong with it
 */
export async function verifyAssertion(
  assertion: string,
  credential: Credential,
  host: string,
): Promise<string> {
  const payload = await verifiedPayload(assertion, credential, host)
  if (Array.isArray(payload.aud) && payload.aud.length !== 1) {
    throw new TokenRefusal('invalid_client', 'issuer_mismatch: aud must name this host only')
  }
  if ((payload.exp ?? Infinity) > Math.floor(Date.now() / 1000) + LIFETIME_LIMIT) {
    throw new TokenRefusal('invalid_client', 'invalid_jwt_format: exp is more than five minutes ahead')
  }
  const { nonce } = decodeProtectedHeader(assertion)
  if (typeof nonce !== 'string' || !/^[0-9a-f]{32}$/i.test(nonce)) {
    throw new TokenRefusal(
      'invalid_client',
      'invalid_jwt_format: the header needs a nonce of 32 hex characters',
    )
  }
  return nonce
}

async function verifiedPayload(assertion: string, credential: Credential, host: string): Promise<JWTPayload> {
  const key = await importJWK(credential.publicJwk, 'EdDSA')
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ['EdDSA'],
      issuer: credential.clientId,
      subject: credential.clientId,
      audience: host,
      requiredClaims: ['exp', 'iat'],
      // Also refuses an iat in the future.
      maxTokenAge: LIFETIME_LIMIT,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new TokenRefusal('invalid_client', error.message)
    throw error
  }
}
