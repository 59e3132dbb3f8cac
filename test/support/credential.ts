import type { CredentialInput } from '../simulator/bindings.ts'

/** A service principal's credential: both halves. */
export interface NewCredential {
  readonly clientId: string
  /** What `CONDUCTORONE_CLIENT_SECRET` is set to. */
  readonly clientSecret: string
  /** What goes into the simulator's `CREDENTIALS`. */
  readonly credential: CredentialInput
  readonly privateKey: CryptoKey
}

/**
 * Makes a credential as ConductorOne hands it out.
 *
 * @param host the tenant's host, which may carry a port
 * @param options a role, disabled, or only with proofs of possession; a `name` where a test needs several
 * @returns what the client gets, and what the tenant keeps
 */
export async function newCredential(
  host: string,
  {
    name = 'swift-otter-19384',
    ...options
  }: Pick<CredentialInput, 'role' | 'disabled' | 'requireDpop'> & { name?: string } = {},
): Promise<NewCredential> {
  // The types of generateKey do not know that Ed25519 always gives a pair.
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const jwk = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey
  const { kty = '', crv = '', x = '', d = '' } = jwk
  const encoded = Buffer.from(JSON.stringify({ kty, crv, x, d })).toString('base64url')
  const clientSecret = `secret-token:conductorone.com:v1:${encoded}`
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(clientSecret))
  const clientId = `${name}@${host}/spc`
  return {
    clientId,
    clientSecret,
    credential: {
      clientId,
      publicJwk: { kty: 'OKP', crv: 'Ed25519', x },
      secretSha256: Buffer.from(digest).toString('hex'),
      ...options,
    },
    privateKey: pair.privateKey,
  }
}
