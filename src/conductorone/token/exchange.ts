import { CompactSign } from 'jose'
import * as z from 'zod/mini'
import type { Credentials } from '../../config/credentials.ts'
import { ACCESS_TOKEN, type AccessToken } from '../../lib/access-token.ts'
import { bytesOf, hex } from '../../lib/encoding.ts'
import { log } from '../../lib/log.ts'
import { type Answer, judgeStatus, send } from '../../lib/outgoing.ts'
import { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'
import { Problem } from '../../problem/problem.ts'
import { failureOf, readJson, reasonOf, unanswered } from '../answer.ts'
import { ConductorOneFailure } from '../failure.ts'
import type { ProofOfPossession } from './proof-of-possession.ts'

const TOKEN_PATH = '/auth/v1/token'
/** How long the assertion is valid to either side of now, as in ConductorOne's own token source. */
const ASSERTION_LIFETIME_SECONDS = 120
/** The lifetime of a token if the answer doesn't say. */
const DEFAULT_LIFETIME_SECONDS = 300

/** A good answer: RFC 6749, section 5.1. */
const TokenAnswer = z.looseObject({
  access_token: z.string().check(z.regex(ACCESS_TOKEN)),
  token_type: z.pipe(z.string().check(z.toLowerCase()), z.enum(['bearer', 'dpop'])),
  // a number, but some servers write it as text
  expires_in: z.optional(
    z.pipe(z.union([z.number(), z.string()]), z.transform(Number)).check(z.refine((life) => life >= 0)),
  ),
})

/**
 * Asks the token endpoint for an access token: `client_credentials` (RFC 6749, section 4.4) with a signed client
 * assertion (RFC 7523, section 2.2), made as ConductorOne's own `c1TokenSource` makes it.
 *
 * @param baseUrl the tenant, `https://acme.conductor.one`
 * @param credentials the client's id and the key that signs
 * @param timeoutMs how long the answer may take
 * @param proofs makes a proof for the request if the token is to be bound to a key (RFC 9449, section 5)
 * @returns the raw answer, for {@link readTokenAnswer}
 * @throws {ConductorOneFailure} `unavailable` if no answer came; `Problem` `misconfigured` if the key cannot sign
 */
export async function requestToken(
  baseUrl: URL,
  credentials: Credentials,
  world: World,
  timeoutMs: number,
  proofs?: ProofOfPossession,
): Promise<Answer> {
  const url = `${baseUrl.href.replace(/\/$/, '')}${TOKEN_PATH}`
  const endsAt = world.now() + timeoutMs
  const sendWith = async (proof?: string) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      // a new one for each request: a server may take each only once
      client_assertion: await clientAssertion(credentials, world),
    })
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(proof !== undefined && { DPoP: proof }),
    }
    const request = {
      method: 'POST',
      headers,
      body: form.toString(),
      timeoutMs: endsAt - world.now(),
    } as const
    return send(url, request, world).catch((error: unknown) => {
      throw new ConductorOneFailure(unanswered('idempotent', `token endpoint: ${reasonOf(error)}`))
    })
  }
  return proofs ? proofs.prove('POST', TOKEN_PATH, undefined, sendWith) : sendWith()
}

/** Makes the JWT that authenticates the client: RFC 7523, section 3, with ConductorOne's audience and lifetime. */
async function clientAssertion(credentials: Credentials, world: World): Promise<string> {
  const { clientId, privateKey } = credentials
  const now = Math.floor(world.now() / 1_000)
  const { kid } = privateKey
  const claims = {
    iss: clientId,
    sub: clientId,
    // ConductorOne's own name, also behind a proxy: without a port, as all of its clients send it
    aud: new URL(`https://${credentials.host}`).hostname,
    iat: now,
    nbf: now - ASSERTION_LIFETIME_SECONDS,
    exp: now + ASSERTION_LIFETIME_SECONDS,
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
 * Reads the token endpoint's answer: RFC 6749, sections 5.1 and 5.2.
 *
 * @param answer from {@link requestToken}
 * @param requestedAt epoch milliseconds when it was requested, from which its lifetime counts
 * @param type what the token must be; the other type could not be used as we use it
 * @throws {ConductorOneFailure} `credentials-rejected` if it says no, `unavailable` if it cannot be read
 */
export function readTokenAnswer(
  answer: Answer,
  requestedAt: number,
  type: 'bearer' | 'dpop' = 'bearer',
): AccessToken {
  const { status } = answer
  if (judgeStatus(status) !== 'done') {
    const failure = failureOf(answer, 'idempotent', requestedAt)
    // at this endpoint a refusal of the request is always one of the credential
    throw new ConductorOneFailure(
      failure.kind === 'refused' ? { ...failure, kind: 'credentials-rejected' } : failure,
    )
  }
  const content = TokenAnswer.safeParse(readJson(answer))
  if (!content.success)
    throw new ConductorOneFailure(
      unanswered('idempotent', 'the token endpoint’s answer is not a token response'),
    )
  const { access_token, token_type, expires_in = DEFAULT_LIFETIME_SECONDS } = content.data
  if (token_type !== type)
    throw new ConductorOneFailure({
      kind: 'credentials-rejected',
      upstream: { status, message: `the token’s type is ${token_type}, not ${type}` },
    })
  return {
    value: new Secret(access_token),
    issuedAt: requestedAt,
    expiresAt: requestedAt + expires_in * 1_000,
  }
}

/** Imports the private key of the client secret. */
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
