import {
  base64url,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** A key that proofs of possession are made with. */
export interface ProofKey {
  readonly privateKey: CryptoKey
  /** What a proof shows of it. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** What a test changes about a proof; a value of undefined leaves the claim or header out. */
export interface ProofChanges {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  /** Signs instead of the key that the proof shows. */
  readonly signer?: CryptoKey
}

/** The request that a proof is for. */
export interface Proven {
  readonly method: string
  readonly url: URL
  /** The access token it carries; none at the token endpoint. */
  readonly token?: string
  readonly nonce?: string
}

/** @returns a new Ed25519 key */
export async function newProofKey(): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)) } }
}

/**
 * Makes a proof of possession (RFC 9449, section 4.2), save for what a test changes.
 *
 * @param key whose possession it proves
 * @param request what it is for
 * @param changes what is different
 * @returns the JWT
 */
export async function signedProof(
  key: ProofKey,
  { method, url, token, nonce }: Proven,
  { claims = {}, header = {}, signer = key.privateKey }: ProofChanges = {},
): Promise<string> {
  const payload: JWTPayload = {
    jti: crypto.randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    htm: method,
    htu: url.origin + url.pathname,
    ...(token !== undefined && { ath: await tokenHash(token) }),
    ...(nonce !== undefined && { nonce }),
    ...claims,
  }
  const protectedHeader: JWTHeaderParameters = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: key.jwk, ...header }
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(signer)
}

/** @returns the `ath` of a token (RFC 9449, section 4.2) */
export async function tokenHash(token: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(token))))
}
