import * as z from 'zod/mini'
import { readTokenAnswer, requestToken } from '../../src/conductorone/token/exchange.ts'
import { ProofOfPossession, proofKey } from '../../src/conductorone/token/proof-of-possession.ts'
import type { Config } from '../../src/config/config.ts'
import type { Credentials } from '../../src/config/credentials.ts'
import { parseJson } from '../../src/lib/body.ts'
import { judgeStatus } from '../../src/lib/outgoing.ts'
import { Problem } from '../../src/problem/problem.ts'
import { type Finding, ok, quoted, wrong } from './finding.ts'
import { world } from './network.ts'
import { type Access, CALL_TIMEOUT_MS, explainRefusal } from './tenant-api.ts'

const NAME = 'token'
const RENEW =
  'make a new credential at its service principal in ConductorOne and set its client id and secret'
const UNNAMED = `it has expired, was revoked, or the client id and secret are not of one credential: ${RENEW}`
const SECRET_MISMATCH =
  'the client secret does not belong to the client id: copy both again from one credential'

/** What the token endpoint says, what it means and what to do. Some of it stands in its audit events only. */
const REASONS: readonly (readonly [said: RegExp, meaning: string, dpop?: Config['dpop']])[] = [
  [/expired/i, `the credential has expired: ${RENEW}`],
  [/sp_disabled/, 'the service principal is disabled: enable it in ConductorOne'],
  [
    /ip_not_allowed/,
    'the credential may not be used from this address: take the source IPs off it, as a Worker has no fixed address',
  ],
  [
    /dpop/,
    'the credential was made with "Require DPoP": set CONDUCTORONE_DPOP = "required" in wrangler.toml',
    'off',
  ],
  [/dpop/, 'the proof is not accepted: is CONDUCTORONE_BASE_URL the tenant’s own address?', 'required'],
  [/trust_not_found|unknown client/i, `it knows no such client id, or it was revoked: ${RENEW}`],
  [/signature/i, SECRET_MISMATCH],
  [
    /iat|nbf|"exp"|token_too_old/,
    'the time in the request is not the tenant’s: set the clock of this machine',
  ],
]

const OAuthError = z.catch(
  z.looseObject({ error: z.catch(z.string(), ''), error_description: z.catch(z.string(), '') }),
  { error: '', error_description: '' },
)

/**
 * Gets an access token as the Worker does.
 *
 * @param baseUrl the tenant
 * @param dpop whether the token is to be bound to a key
 * @returns what was found, and the right to ask the API if there is one
 */
export async function checkToken(
  baseUrl: URL,
  credentials: Credentials,
  dpop: Config['dpop'],
): Promise<{ finding: Finding; access?: Access }> {
  const key = proofKey(credentials)
  const proofs = () => (dpop === 'required' ? new ProofOfPossession(credentials.host, key, world) : undefined)
  const requestedAt = world.now()
  let said: z.output<typeof OAuthError> = { error: '', error_description: '' }
  try {
    const answer = await requestToken(baseUrl, credentials, world, CALL_TIMEOUT_MS, proofs())
    if (judgeStatus(answer.status) !== 'done') said = OAuthError.parse(parseJson(answer.body.text ?? ''))
    const type = dpop === 'required' ? 'dpop' : 'bearer'
    const token = readTokenAnswer(answer, requestedAt, type)
    const minutes = Math.round((token.expiresAt - requestedAt) / 60_000)
    return {
      finding: ok(NAME, `${type === 'dpop' ? 'DPoP' : 'Bearer'}, for ${minutes} minutes`),
      access: { baseUrl, token: token.value, proofs: proofs() },
    }
  } catch (error) {
    return { finding: wrong(NAME, whyNoToken(error, said, dpop)) }
  }
}

function whyNoToken(error: unknown, said: z.output<typeof OAuthError>, dpop: Config['dpop']): string {
  // the one thing that a token request finds wrong with the configuration
  if (error instanceof Problem)
    return 'CONDUCTORONE_CLIENT_SECRET holds a key whose halves `x` and `d` do not belong together: copy it whole'
  const { status, says } = explainRefusal(error)
  const text = [said.error, said.error_description].filter(Boolean).join(': ')
  if (text) {
    const meaning = REASONS.find(([pattern, , when = dpop]) => when === dpop && pattern.test(text))?.[1]
    return `ConductorOne refuses the credential (HTTP ${status}, ${quoted(text)}): ${meaning ?? UNNAMED}`
  }
  switch (status) {
    case 200: // a token of the other type
      return `no token that can be used (${says}): CONDUCTORONE_DPOP must be "required" if, and only if, the credential was made with "Require DPoP"`
    case 400:
    case 401:
    case 403:
      return `ConductorOne refuses the credential (${says}): ${UNNAMED}`
    case undefined:
      return `no token came (${says}): check that the host is the tenant’s, and try again`
    default:
      return status === 429 || status >= 500
        ? `ConductorOne gives no token now (${says}): try again later`
        : `there is no token endpoint at that host (${says}): check the host in CONDUCTORONE_CLIENT_ID, or CONDUCTORONE_BASE_URL`
  }
}
