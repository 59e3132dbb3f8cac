import { compactVerify } from 'jose'
import * as z from 'zod/mini'
import { bytesOf, equalDigests, sha256Bytes } from '../lib/encoding.ts'
import { ConductorOneFailure } from './failure.ts'
import type { KeySet } from './key-set.ts'

/** Seconds that the two clocks may differ. */
const TOLERANCE = 30
/** Seconds of a delivery's life at most; ConductorOne gives it two minutes from when it was signed. */
const LONGEST_LIFE = 300

const time = z.number()

/** What ConductorOne claims: RFC 7519, section 4.1, and what binds the token to one request. */
const Claims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  c1typ: z.string(),
  htm: z.string(),
  htu: z.string(),
  htb_s256: z.string(),
  iat: time,
  nbf: time,
  exp: time,
  jti: z.string().check(z.minLength(1), z.maxLength(1_024)),
})

/** A delivery as it came. */
export type SignedDelivery = {
  readonly authorization: string | undefined
  readonly method: string
  readonly url: URL
  readonly body: Uint8Array<ArrayBuffer>
}

/** What proves that a delivery is ConductorOne's: a token that is good once, and until when. */
export type Proven = { readonly jti: string; readonly until: number }

/**
 * Verifies the JWT of a delivery of ConductorOne, which binds the request and its body.
 *
 * @param issuer the tenant's host, without a port
 * @param keys the tenant's keys
 * @param now epoch milliseconds
 * @returns the token's id, which must not have been seen before; undefined where the delivery is not what was signed
 * @throws {ConductorOneFailure} `unavailable` where the keys cannot be had
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export async function verifyDelivery(
  { authorization, method, url, body }: SignedDelivery,
  issuer: string,
  keys: KeySet,
  now: number,
): Promise<Proven | undefined> {
  const [, token] = /^bearer +([\w.-]+)$/i.exec(authorization ?? '') ?? []
  if (token === undefined) return undefined
  try {
    const { payload } = await compactVerify(token, keys.find, { algorithms: ['RS256', 'ES256', 'EdDSA'] })
    const { iss, aud, c1typ, htm, htu, htb_s256, iat, nbf, exp, jti } = Claims.parse(
      JSON.parse(new TextDecoder().decode(payload)),
    )
    const seconds = now / 1_000
    // standard base64, unlike what ConductorOne takes for its inbound webhooks
    const digest = btoa(String.fromCharCode(...(await sha256Bytes(body))))
    const good =
      iss === issuer &&
      [aud].flat().includes(url.hostname) &&
      c1typ === 'wh' &&
      htm === method &&
      htu === url.origin + url.pathname &&
      equalDigests(bytesOf(htb_s256), bytesOf(digest)) &&
      Math.max(nbf, iat) <= seconds + TOLERANCE &&
      exp > seconds - TOLERANCE &&
      exp - iat <= LONGEST_LIFE
    return good ? { jti, until: (exp + TOLERANCE) * 1_000 } : undefined
  } catch (error) {
    if (error instanceof ConductorOneFailure) throw error
    return undefined // forged, or no token of this kind at all
  }
}
