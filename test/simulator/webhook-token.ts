import { base64url, exportSPKI, importJWK, type JWK } from 'jose'
import * as z from 'zod'
import { newIdentifier } from './identifier.ts'
import { Mistake } from './mistake.ts'
import { newSigningKey, type SigningKeys, signingAlgorithm } from './signing-keys.ts'

/** How long before its issue a token is good already, and how long after it still is. */
const GOOD_BEFORE_S = 60
const GOOD_AFTER_S = 120

const privateJwk = z.looseObject({ kty: z.string(), alg: signingAlgorithm })
const overrides = z.record(z.string(), z.unknown())

/** What is wrong with a token that a test makes up; nothing is, where nothing is asked for. */
export const tokenForgery = z.strictObject({
  /** Stand instead of the claims of these names; null leaves a claim out. */
  claims: overrides.exactOptional(),
  /** The same for the protected header. */
  header: overrides.exactOptional(),
  /** Signs as if it were so many seconds ago; a negative number is in the future. */
  age: z.number().exactOptional(),
  /**
   * Who signs, if not the tenant's current key. `stranger`: a new key under the same `kid`. `public-key`: HS256 with
   * the published key, as PEM, for the secret. `nobody`: `alg` is none. `garbled`: the tenant, and then one bit of the
   * signature is turned. `{kid}`: another key of the tenant. `{jwk}`: any private key that has an `alg`.
   */
  signer: z
    .union([
      z.enum(['tenant', 'stranger', 'public-key', 'nobody', 'garbled']),
      z.strictObject({ kid: z.string() }),
      z.strictObject({ jwk: privateJwk }),
    ])
    .exactOptional(),
})

/** The same, as a test gives it. */
export type TokenForgery = z.output<typeof tokenForgery>

/** What a token is signed for. */
export interface SignedFor {
  /** The tenant's host name, without scheme and port. */
  readonly issuer: string
  readonly url: URL
  /** The raw body. */
  readonly body: Uint8Array
}

/**
 * Signs the token of one attempt to deliver a webhook. It is put together by hand, for a library refuses to sign most
 * of what a forger would.
 *
 * @param signedFor what the token vouches for
 * @param keys the tenant's
 * @param forgery what is wrong with it
 * @returns the JWT and its `jti`; each call's is another
 */
export async function webhookToken(
  { issuer, url, body }: SignedFor,
  keys: SigningKeys,
  { claims = {}, header = {}, age = 0, signer = 'tenant' }: TokenForgery = {},
): Promise<{ token: string; jti: string }> {
  const signing = await signature(signer, keys)
  const iat = Math.floor(Date.now() / 1_000 - age)
  const jti = newIdentifier()
  const payload = {
    iss: issuer,
    aud: url.hostname,
    c1typ: 'wh',
    htm: 'POST',
    htu: url.origin + url.pathname,
    htb_s256: await bodyDigest(body),
    iat,
    nbf: iat - GOOD_BEFORE_S,
    exp: iat + GOOD_AFTER_S,
    jti,
  }
  const protectedHeader = { alg: signing.alg, kid: signing.kid, typ: 'JWT' }
  const signed = `${part({ ...protectedHeader, ...header })}.${part({ ...payload, ...claims })}`
  const bytes = await signing.sign(new TextEncoder().encode(signed))
  return { token: `${signed}.${base64url.encode(bytes)}`, jti }
}

/**
 * @param body raw bytes
 * @returns their SHA-256, in padded base64 of the standard alphabet
 */
export async function bodyDigest(body: Uint8Array): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', body))))
}

function part(fields: Record<string, unknown>): string {
  const kept = Object.entries(fields).filter(([, value]) => value !== null)
  return base64url.encode(JSON.stringify(Object.fromEntries(kept)))
}

interface Signature {
  readonly alg: string
  readonly kid: string
  sign(text: Uint8Array): Promise<Uint8Array>
}

async function signature(signer: NonNullable<TokenForgery['signer']>, keys: SigningKeys): Promise<Signature> {
  const current = await keys.current()
  const { kid } = current
  if (typeof signer === 'object') {
    if ('jwk' in signer) return { alg: signer.jwk.alg, kid, sign: (text) => signedBy(signer.jwk, text) }
    const key = keys.all().find((candidate) => candidate.kid === signer.kid)
    if (!key) throw new Mistake(`no such key: ${signer.kid}`)
    return { alg: key.algorithm, kid: key.kid, sign: (text) => signedBy(key.privateJwk, text) }
  }
  const alg = current.algorithm
  switch (signer) {
    case 'tenant':
      return { alg, kid, sign: (text) => signedBy(current.privateJwk, text) }
    case 'stranger': {
      const { privateJwk: strange } = await newSigningKey(alg, kid)
      return { alg, kid, sign: (text) => signedBy(strange, text) }
    }
    case 'public-key':
      return { alg: 'HS256', kid, sign: (text) => signedWithPublicKey(current.publicJwk, text) }
    case 'nobody':
      return { alg: 'none', kid, sign: async () => new Uint8Array() }
    case 'garbled':
      return {
        alg,
        kid,
        async sign(text) {
          const bytes = await signedBy(current.privateJwk, text)
          return bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
        },
      }
  }
}

const PARAMETERS = {
  RS256: 'RSASSA-PKCS1-v1_5',
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: 'Ed25519',
} as const

async function signedBy(jwk: JWK, text: Uint8Array): Promise<Uint8Array> {
  const algorithm = signingAlgorithm.parse(jwk.alg)
  // importJWK gives bytes for a shared secret only, which none of these algorithms has.
  const key = (await importJWK(jwk, algorithm)) as CryptoKey
  return new Uint8Array(await crypto.subtle.sign(PARAMETERS[algorithm], key, text))
}

async function signedWithPublicKey(jwk: JWK, text: Uint8Array): Promise<Uint8Array> {
  // As above.
  const published = (await importJWK(jwk, jwk.alg, { extractable: true })) as CryptoKey
  const secret = new TextEncoder().encode(await exportSPKI(published))
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, text))
}
