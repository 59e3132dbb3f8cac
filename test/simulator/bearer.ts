import type { MiddlewareHandler } from 'hono'
import { type Credential, tenantHost } from './bindings.ts'
import { type NonceHeader, type Proof, ProofRefusal, verifyProof } from './dpop.ts'
import type { Proofs } from './proofs.ts'
import { PERMISSION_DENIED, Refusal, UNAUTHENTICATED } from './status.ts'
import type { Tokens } from './tokens.ts'

/** What the API's handlers know about who calls. */
export interface Signed {
  Variables: { credential: Credential }
}

/**
 * Middleware: only a caller with a valid access token goes on. A token that is bound to a key needs the scheme
 * `DPoP` and a proof by that key; with one that is not, a proof is of no interest.
 *
 * @param credentials the credentials of the tenant, by client id
 * @param tokens what was issued
 * @param proofs which proofs of possession are good
 * @returns the middleware, which sets `credential`
 */
export function signedIn(
  credentials: ReadonlyMap<string, Credential>,
  tokens: Tokens,
  proofs: Proofs,
): MiddlewareHandler<Signed> {
  return async (context, next) => {
    const { req } = context
    const [, scheme = '', token = ''] = /^(Bearer|DPoP) (\S+)$/i.exec(req.header('authorization') ?? '') ?? []
    const withProof = scheme.toLowerCase() === 'dpop'
    const grant = tokens.grantOf(token)
    const credential = grant && credentials.get(grant.clientId)
    if (!credential) {
      if (withProof) throw challenge('invalid_token', 'invalid or missing access token')
      throw new Refusal(UNAUTHENTICATED, 'invalid or missing access token')
    }
    if (withProof !== (grant.thumbprint !== null)) {
      throw challenge('invalid_token', 'the token is of another type')
    }
    let nextNonce: NonceHeader = {}
    if (grant.thumbprint !== null) {
      const proof = await checkedProof(req.raw, token, tenantHost(credential), proofs)
      if (proof.thumbprint !== grant.thumbprint) {
        throw challenge('invalid_token', 'the token is bound to another key', proof.nextNonce)
      }
      nextNonce = proof.nextNonce
    }
    context.set('credential', credential)
    await next()
    for (const [name, value] of Object.entries(nextNonce)) context.header(name, value)
  }
}

async function checkedProof(request: Request, token: string, host: string, proofs: Proofs): Promise<Proof> {
  try {
    return await verifyProof(request, token, host, proofs)
  } catch (error) {
    if (!(error instanceof ProofRefusal)) throw error
    throw challenge(error.error, error.message, error.headers)
  }
}

/** A refusal with the challenge of RFC 9449, section 7.1. */
function challenge(error: string, message: string, headers: NonceHeader = {}): Refusal {
  const authenticate = `DPoP error="${error}", algs="EdDSA"`
  return new Refusal(UNAUTHENTICATED, message, { 'www-authenticate': authenticate, ...headers })
}

/** Middleware after {@link signedIn}: vaults are for Super Administrators. */
export const superAdminOnly: MiddlewareHandler<Signed> = async (context, next) => {
  if (context.var.credential.role !== 'super-admin') {
    throw new Refusal(PERMISSION_DENIED, 'permission denied')
  }
  await next()
}
