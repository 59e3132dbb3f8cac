import { base64url, calculateJwkThumbprint, decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose'
import * as z from 'zod'
import type { Proofs, ProvenAt } from './proofs.ts'

const CLOCK_SKEW_SECONDS = 30
const MAX_IDENTIFIER_BYTES = 1_024

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

/** The header `DPoP-Nonce`, if there is a nonce to tell. */
export type NonceHeader = Readonly<Record<string, string>>

/** A proof that is good. */
export interface Proof {
  /** Of the key behind it (RFC 7638, SHA-256). */
  readonly thumbprint: string
  /** What the answer carries: the next nonce, if they rotate. */
  readonly nextNonce: NonceHeader
}

/** A proof that is missing or wrong (RFC 9449, sections 5 and 7.1), or that lacks the nonce that is asked for. */
export class ProofRefusal extends Error {
  readonly error: 'invalid_dpop_proof' | 'use_dpop_nonce'
  readonly headers: NonceHeader

  constructor(description: string, error: ProofRefusal['error'] = 'invalid_dpop_proof', headers = {}) {
    super(description)
    this.error = error
    this.headers = headers
  }
}

const proofHeader = z.object({
  typ: z.literal('dpop+jwt'),
  // RFC 8037's name; C1's default list has not yet RFC 9864's.
  alg: z.literal('EdDSA'),
  jwk: z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string(),
    d: z.never('a private key does not belong in a proof').exactOptional(),
  }),
})

const proofPayload = z.object({
  jti: z
    .string()
    .min(1)
    .refine(
      (text) => new TextEncoder().encode(text).byteLength <= MAX_IDENTIFIER_BYTES,
      'longer than 1,024 bytes',
    ),
  iat: z.number(),
  htm: z.string(),
  htu: z.string(),
  ath: z.string().optional(),
  nonce: z.string().optional(),
})

/**
 * Verifies the proof of possession of a request (RFC 9449, section 4.3), as strictly as C1's own validator or
 * stricter. Every proof whose signature is good is spent, whatever else is wrong with it: a client that answers
 * a nonce challenge needs a new one.
 *
 * @param request the request
 * @param token the access token it carries; none for the token endpoint, where a proof must not name one
 * @param host the tenant as the client knows it; the request may have come through a proxy under another name
 * @param proofs what was used before, and which nonces are good
 * @returns what it proves
 * @throws ProofRefusal if there is not exactly one proof, or anything is wrong with it
 */
export async function verifyProof(
  request: Request,
  token: string | undefined,
  host: string,
  proofs: Proofs,
): Promise<Proof> {
  const proof = request.headers.get('dpop') ?? ''
  // Headers of the same name arrive as one, with a comma in it.
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) throw new ProofRefusal('one DPoP header is required')
  const { jwk } = shaped(proofHeader, await signatureOf(() => decodeProtectedHeader(proof)))
  const { payload } = await signatureOf(async () =>
    jwtVerify(proof, await importJWK(jwk, 'EdDSA'), { algorithms: ['EdDSA'] }),
  )
  const { jti, iat, htm, htu, ath, nonce } = shaped(proofPayload, payload)
  if (!proofs.use(jti)) throw new ProofRefusal('jti: the proof was used before')
  if (htm !== request.method) throw new ProofRefusal('htm: the proof is for another method')
  if (!isFor(htu, host, new URL(request.url).pathname))
    throw new ProofRefusal('htu: the proof is for another URL')
  if (Math.abs(Date.now() / 1_000 - iat) > CLOCK_SKEW_SECONDS)
    throw new ProofRefusal('iat: the proof is not of now')
  if (ath !== (await hashOf(token))) throw new ProofRefusal('ath: the proof is for another token')
  const nextNonce = spendNonce(nonce, token === undefined ? 'token' : 'api', proofs)
  return { thumbprint: await calculateJwkThumbprint(jwk), nextNonce }
}

/** Whether `htu` is that path at the tenant, without query and fragment; plain http is for this machine only. */
function isFor(htu: string, host: string, pathname: string): boolean {
  const url = URL.parse(htu)
  if (!url || htu !== url.origin + url.pathname) return false
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(host))
  return isSafe && url.hostname === host && url.pathname === pathname
}

function spendNonce(nonce: string | undefined, place: ProvenAt, proofs: Proofs): NonceHeader {
  if (!proofs.asksForNonceAt(place)) {
    if (nonce !== undefined) throw new ProofRefusal('nonce: nobody asked for one')
    return {}
  }
  if (nonce === undefined || !proofs.spend(nonce)) {
    throw new ProofRefusal('nonce required', 'use_dpop_nonce', { 'dpop-nonce': proofs.nonce() })
  }
  return proofs.settings.dpopNonce === 'rotating' ? { 'dpop-nonce': proofs.nonce() } : {}
}

async function hashOf(token: string | undefined): Promise<string | undefined> {
  if (token === undefined) return undefined
  return base64url.encode(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))),
  )
}

function shaped<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw new ProofRefusal(`${issue?.path.join('.')}: ${issue?.message}`)
}

async function signatureOf<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // Broken base64url or JSON, a key that is none, a signature that is not good.
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) {
      throw new ProofRefusal(error.message)
    }
    throw error
  }
}
