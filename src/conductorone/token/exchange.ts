import { CompactSign } from 'jose'
import * as z from 'zod/mini'
import type { Credentials } from '../../config/credentials.ts'
import { bytesOf, hex } from '../../lib/encoding.ts'
import { log } from '../../lib/log.ts'
import { Secret } from '../../lib/secret.ts'
import { USER_AGENT } from '../../lib/user-agent.ts'
import type { World } from '../../lib/world.ts'
import { Problem } from '../../problem/problem.ts'
import { failureOf, isJson, noAnswer, parsed, readText, reasonOf } from '../answer.ts'
import { ConductorOneFailure } from '../failure.ts'
import type { ProofOfPossession } from './proof-of-possession.ts'

/** An access token (RFC 6749, section 1.4) and its life in epoch milliseconds. */
export type AccessToken = {
  readonly value: Secret
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Seconds that the assertion is valid to either side of now, as in ConductorOne's own token source. */
const ASSERTION_LIFE = 120
/** A good answer: RFC 6749, section 5.1. The token must be one that a header can carry, RFC 6750 section 2.1. */
const TokenAnswer = z.looseObject({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]{1,16384}$/)),
  token_type: z.pipe(z.string().check(z.toLowerCase()), z.enum(['bearer', 'dpop'])),
  // a number, but some servers write it as text
  expires_in: z.optional(
    z.pipe(z.union([z.number(), z.string()]), z.transform(Number)).check(z.refine((life) => life >= 0)),
  ),
})
/** Seconds that a token is taken to live where the answer does not say. */
const ASSUMED_LIFE = 300

/**
 * Asks the token endpoint for an access token: `client_credentials` (RFC 6749, section 4.4) with a signed client
 * assertion (RFC 7523, section 2.2), made as ConductorOne's own `c1TokenSource` makes it.
 *
 * @param baseUrl the tenant, `https://acme.conductor.one`
 * @param credentials who asks, and the key that signs
 * @param signal aborts when the answer would come too late
 * @param proofs makes a proof for the request, where the token is to be bound to a key (RFC 9449, section 5)
 * @returns the raw answer, for {@link readTokenAnswer}
 * @throws {ConductorOneFailure} `unavailable` where no answer came; `Problem` `misconfigured` where the key is no key
 */
export async function requestToken(
  baseUrl: URL,
  credentials: Credentials,
  world: World,
  signal: AbortSignal,
  proofs?: ProofOfPossession,
): Promise<Response> {
  const url = `${baseUrl.href.replace(/\/$/, '')}/auth/v1/token`
  const send = async (proof?: string) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      // a new one each time: whoever has seen it may not take it again
      client_assertion: await clientAssertion(baseUrl, credentials, world),
    })
    return world.fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        'User-Agent': USER_AGENT,
        ...(proof !== undefined && { DPoP: proof }),
      },
      body: form.toString(),
    })
  }
  try {
    return await (proofs ? proofs.prove('POST', url, undefined, send) : send())
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new ConductorOneFailure(noAnswer('repeatable', `token endpoint: ${reasonOf(error)}`))
  }
}

/** A JWT that proves who asks: RFC 7523, section 3, with the audience and the life that ConductorOne wants. */
async function clientAssertion(baseUrl: URL, credentials: Credentials, world: World): Promise<string> {
  const { clientId, privateKey } = credentials
  const now = Math.floor(world.now() / 1_000)
  const { kid } = privateKey
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: baseUrl.hostname,
    iat: now,
    nbf: now - ASSERTION_LIFE,
    exp: now + ASSERTION_LIFE,
  }
  return new CompactSign(bytesOf(JSON.stringify(claims)))
    .setProtectedHeader({
      alg: 'EdDSA', // ConductorOne knows RFC 8037's name, not yet RFC 9864's `Ed25519`
      nonce: hex(world.random(16)),
      ...(kid && { kid }),
    })
    .sign(await signingKey(credentials))
}

/**
 * Judges the token endpoint's answer: RFC 6749, sections 5.1 and 5.2.
 *
 * @param response from {@link requestToken}
 * @param requestedAt epoch milliseconds when it was asked for, from which its life counts
 * @param type what the token must be; another one could not be used as we use it
 * @returns the token
 * @throws {ConductorOneFailure} `credentials-rejected` where it says no, `unavailable` where it cannot be read
 */
export async function readTokenAnswer(
  response: Response,
  requestedAt: number,
  type: 'bearer' | 'dpop' = 'bearer',
): Promise<AccessToken> {
  if (!response.ok) {
    const failure = await failureOf(response, 'repeatable', requestedAt)
    const refused =
      failure.kind === 'refused'
        ? { kind: 'credentials-rejected' as const, upstream: failure.upstream }
        : failure
    throw new ConductorOneFailure(refused)
  }
  const answer = TokenAnswer.safeParse(parsed(await readText(response, 'repeatable')))
  if (!answer.success || !isJson(response))
    throw new ConductorOneFailure(
      noAnswer('repeatable', 'the token endpoint’s answer is not a token response'),
    )
  const { access_token, token_type, expires_in = ASSUMED_LIFE } = answer.data
  if (token_type !== type)
    throw new ConductorOneFailure({
      kind: 'credentials-rejected',
      upstream: { status: response.status, message: `the token’s type is ${token_type}, not ${type}` },
    })
  return {
    value: new Secret(access_token),
    issuedAt: requestedAt,
    expiresAt: requestedAt + expires_in * 1_000,
  }
}

async function signingKey({ privateKey: { kty, crv, x, d } }: Credentials): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('jwk', { kty, crv, x, d }, 'Ed25519', false, ['sign'])
  } catch {
    log('error', 'configuration.invalid', {
      message:
        'CONDUCTORONE_CLIENT_SECRET holds a key whose halves `x` and `d` do not belong together; copy it whole.',
    })
    throw new Problem('misconfigured', 'This deployment is not configured. Its log says what is wrong.')
  }
}
