import { compactVerify } from 'jose'
import * as z from 'zod/mini'
import { bytesOf, equalDigests, sha256Bytes, toBase64 } from '../lib/encoding.ts'
import { ConductorOneFailure } from './failure.ts'
import type { KeySet } from './key-set.ts'

/** How far the two clocks may differ. */
const CLOCK_TOLERANCE_SECONDS = 30
/** ConductorOne's tokens are valid for two minutes. */
const MAX_LIFETIME_SECONDS = 300

/** The claims of a delivery's token: those of RFC 7519, section 4.1, and those that bind it to one request. */
const Claims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  c1typ: z.string(),
  htm: z.string(),
  htu: z.string(),
  htb_s256: z.string(),
  iat: z.number(),
  nbf: z.number(),
  exp: z.number(),
  jti: z.string().check(z.minLength(1), z.maxLength(1_024)),
})

/** A delivery as it arrived. */
export type SignedDelivery = {
  readonly authorization: string | undefined
  readonly method: string
  readonly url: URL
  readonly body: Uint8Array<ArrayBuffer>
}

/** The id of a verified token, which is good once, and the epoch milliseconds until which it must be remembered. */
export type VerifiedToken = { readonly jti: string; readonly until: number }

/**
 * Verifies the JWT of a ConductorOne delivery, which binds the request and its body.
 *
 * @param issuer the tenant's host, without a port
 * @param keys the tenant's keys
 * @param now epoch milliseconds
 * @returns the token, which must not have been seen before; undefined if it doesn't prove this very delivery
 * @throws {ConductorOneFailure} `unavailable` if the keys cannot be fetched
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export async function verifyDelivery(
  { authorization, method, url, body }: SignedDelivery,
  issuer: string,
  keys: KeySet,
  now: number,
): Promise<VerifiedToken | undefined> {
  const [, token] = /^bearer +([\w.-]+)$/i.exec(authorization ?? '') ?? []
  if (token === undefined) return undefined
  try {
    const { payload } = await compactVerify(token, keys.find, { algorithms: ['RS256', 'ES256', 'EdDSA'] })
    const { iss, aud, c1typ, htm, htu, htb_s256, iat, nbf, exp, jti } = Claims.parse(
      JSON.parse(new TextDecoder().decode(payload)),
    )
    const seconds = now / 1_000
    // standard base64, unlike what ConductorOne takes for its inbound webhooks
    const digest = toBase64(await sha256Bytes(body))
    const isProven =
      iss === issuer &&
      [aud].flat().includes(url.hostname) &&
      c1typ === 'wh' &&
      htm === method &&
      htu === url.origin + url.pathname &&
      equalDigests(bytesOf(htb_s256), bytesOf(digest)) &&
      Math.max(nbf, iat) <= seconds + CLOCK_TOLERANCE_SECONDS &&
      exp > seconds - CLOCK_TOLERANCE_SECONDS &&
      exp - iat <= MAX_LIFETIME_SECONDS
    return isProven ? { jti, until: (exp + CLOCK_TOLERANCE_SECONDS) * 1_000 } : undefined
  } catch (error) {
    if (error instanceof ConductorOneFailure) throw error
    return undefined // forged, or not a token of this kind
  }
}
