import * as oauth from 'oauth4webapi'
import { hex } from '../encoding.ts'
import { log } from '../log.ts'
import { Problem } from '../problem.ts'
import { Secret } from '../secret.ts'
import type { World } from '../world.ts'
import { failureOf, isJson, noAnswer, readText, reasonOf } from './answer.ts'
import type { Credentials } from './credentials.ts'
import { ConductorOneFailure } from './failure.ts'
import { USER_AGENT } from './user-agent.ts'

/** An access token (RFC 6749, section 1.4) and its life in epoch milliseconds. */
export type AccessToken = {
  readonly value: Secret
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Seconds that the assertion is valid to either side of now, as in ConductorOne's own token source. */
const ASSERTION_LIFE = 120
/** What a header can carry as a token: visible ASCII, RFC 6750 section 2.1, and not too much of it. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/
/** Seconds that a token is taken to live where the answer does not say. */
const ASSUMED_LIFE = 300

/**
 * Asks the token endpoint for an access token: `client_credentials` (RFC 6749, section 4.4) with a signed client
 * assertion (RFC 7523, section 2.2), made as ConductorOne's own `c1TokenSource` makes it.
 *
 * @param baseUrl the tenant, `https://acme.conductor.one`
 * @param credentials who asks, and the key that signs
 * @param signal aborts when the answer would come too late
 * @param proofs makes a proof for the request, where the token is to be bound to a key
 * @returns the raw answer, for {@link readTokenAnswer}
 * @throws {ConductorOneFailure} `unavailable` where no answer came; `Problem` `misconfigured` where the key is no key
 */
export async function requestToken(
  baseUrl: URL,
  credentials: Credentials,
  world: World,
  signal: AbortSignal,
  proofs?: oauth.DPoPHandle,
): Promise<Response> {
  const { kid } = credentials.privateKey
  const key = await signingKey(credentials)
  const assertion = oauth.PrivateKeyJwt(kid ? { key, kid } : key, {
    [oauth.modifyAssertion](header, payload) {
      header.alg = 'EdDSA' // ConductorOne knows RFC 8037's name, not yet RFC 9864's `Ed25519`
      header.nonce = hex(world.random(16))
      const now = Math.floor(world.now() / 1_000)
      payload.aud = baseUrl.hostname
      payload.iat = now
      payload.nbf = now - ASSERTION_LIFE
      payload.exp = now + ASSERTION_LIFE
      delete payload.jti
    },
  })
  try {
    return await oauth.clientCredentialsGrantRequest(
      server(baseUrl),
      { client_id: credentials.clientId },
      assertion,
      {},
      {
        signal,
        ...(proofs && { DPoP: proofs }),
        headers: { 'User-Agent': USER_AGENT },
        [oauth.allowInsecureRequests]: baseUrl.protocol === 'http:', // the configuration lets loopback through only
        [oauth.customFetch]: (url, init) => world.fetch(url, { ...init, redirect: 'manual' }),
      },
    )
  } catch (error) {
    throw new ConductorOneFailure(noAnswer('repeatable', `token endpoint: ${reasonOf(error)}`))
  }
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
  baseUrl: URL,
  credentials: Credentials,
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
  const answer = await processed(
    baseUrl,
    credentials,
    new Response(await readText(response, 'repeatable'), response),
  )
  if (answer.token_type !== type)
    throw new ConductorOneFailure({
      kind: 'credentials-rejected',
      upstream: { status: response.status, message: `the token’s type is ${answer.token_type}, not ${type}` },
    })
  return {
    value: new Secret(answer.access_token),
    issuedAt: requestedAt,
    expiresAt: requestedAt + (answer.expires_in ?? ASSUMED_LIFE) * 1_000,
  }
}

async function processed(
  baseUrl: URL,
  { clientId }: Credentials,
  response: Response,
): Promise<oauth.TokenEndpointResponse> {
  try {
    if (!isJson(response)) throw new TypeError('not JSON')
    const answer = await oauth.processClientCredentialsResponse(
      server(baseUrl),
      { client_id: clientId },
      response,
    )
    if (!TOKEN.test(answer.access_token)) throw new TypeError('no token that a header can carry')
    return answer
  } catch {
    throw new ConductorOneFailure(
      noAnswer('repeatable', 'the token endpoint’s answer is not a token response'),
    )
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

function server(baseUrl: URL): oauth.AuthorizationServer {
  return { issuer: baseUrl.hostname, token_endpoint: `${baseUrl.href.replace(/\/$/, '')}/auth/v1/token` }
}
