import { base64url, CompactSign, type JWK } from 'jose'
import type { Credentials } from '../../config/credentials.ts'
import { bytesOf, hex, sha256 } from '../../lib/encoding.ts'
import type { Answer } from '../../lib/outgoing.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'

const HKDF_INFO = bytesOf('conductorone-vaults DPoP key v1')
/** The bytes before the 32 bytes of an Ed25519 private key in PKCS #8: RFC 8410, section 7. */
const PKCS8_PREFIX = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/** A key that signs proofs, and its public half as the proofs carry it. */
export type ProofKey = { readonly privateKey: CryptoKey; readonly jwk: JWK }

/**
 * Derives the key that proofs are signed with from the client secret (HKDF, RFC 5869), so that every isolate has the
 * same one and can use a token that another isolate got.
 *
 * @returns a function that gives the key and derives it once
 */
export function proofKey(credentials: Credentials): () => Promise<ProofKey> {
  let known: ProofKey | undefined
  return async () => {
    // keeps the key, not a promise of it: the request that began deriving it may be cut off before the end
    known ??= await deriveKey(credentials)
    return known
  }
}

async function deriveKey({ clientSecret }: Credentials): Promise<ProofKey> {
  const secret = bytesOf(clientSecret.reveal())
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: HKDF_INFO }
  const seed = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 256))
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...seed])
  // extractable only for as long as it takes to read its public half
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign'])
  const { x } = (await crypto.subtle.exportKey('jwk', readable)) as JsonWebKey // as asked for
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
    jwk: { kty: 'OKP', crv: 'Ed25519', ...(x !== undefined && { x }) },
  }
}

/**
 * Proves possession of the key to one server: RFC 9449. The token endpoint and the API share an origin but not their
 * nonces, and a nonce that a server did not ask for is refused, so each has an object of its own.
 */
export class ProofOfPossession {
  readonly #host: string
  readonly #key: () => Promise<ProofKey>
  readonly #world: World
  #nonce: string | undefined

  /**
   * Begins without a nonce.
   *
   * @param host the server as it knows itself, from the client id: requests may go through a proxy
   * @param key gives the key that tokens are bound to; called for every proof
   */
  constructor(host: string, key: () => Promise<ProofKey>, world: World) {
    this.#host = host
    this.#key = key
    this.#world = world
  }

  /**
   * Sends a request with a proof, and once more if the server asks for a nonce or refuses the one it got. In both
   * cases it did nothing else, so even a create may be sent again.
   *
   * @param method the request's method
   * @param path the request's path on that host, without a query
   * @param token the access token that goes with it, if there is one
   * @param sendWith sends the request with this value of the header `DPoP`
   * @returns the last answer
   */
  async prove(
    method: string,
    path: string,
    token: Secret | undefined,
    sendWith: (proof: string) => Promise<Answer>,
  ): Promise<Answer> {
    const nonce = this.#nonce
    const answer = await sendWith(await this.#proof(method, path, token?.reveal(), nonce))
    const brought = nonceOf(answer)
    const isRefused = refusesProof(answer)
    if (!isRefused && !asksForNonce(answer)) {
      // any answer may bring the next nonce: RFC 9449, section 8.2
      this.#nonce = brought ?? this.#nonce
      return answer
    }
    // the server no longer wants that nonce: forget it, unless another request has brought a new one
    if (isRefused && this.#nonce === nonce) this.#nonce = undefined
    // a nonce may be good once, so what a challenge brought is kept from other requests until it was used
    const own = brought ?? this.#nonce
    const second = await sendWith(await this.#proof(method, path, token?.reveal(), own))
    this.#nonce = nonceOf(second) ?? own
    return second
  }

  /**
   * Makes a proof for one request.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.2
   */
  async #proof(method: string, path: string, token?: string, nonce?: string): Promise<string> {
    const { privateKey, jwk } = await this.#key()
    const claims = {
      jti: hex(this.#world.random(16)),
      htm: method,
      htu: `https://${this.#host}${path}`,
      iat: Math.floor(this.#world.now() / 1_000),
      ...(token !== undefined && { ath: base64url.encode(await sha256(token)) }),
      ...(nonce !== undefined && { nonce }),
    }
    return (
      new CompactSign(bytesOf(JSON.stringify(claims)))
        // ConductorOne knows RFC 8037's name, not yet RFC 9864's `Ed25519`
        .setProtectedHeader({ alg: 'EdDSA', typ: 'dpop+jwt', jwk })
        .sign(privateKey)
    )
  }
}

function nonceOf({ headers }: Answer): string | undefined {
  return headers.get('DPoP-Nonce') ?? undefined
}

/** Tells whether an answer refuses the proof, as it does for a nonce that is no longer asked for: section 7.1. */
function refusesProof(answer: Answer): boolean {
  return hasError(answer, 'invalid_dpop_proof')
}

/** Tells whether an answer asks for the same request once more with the nonce that it brings: sections 8 and 9. */
export function asksForNonce(answer: Answer): boolean {
  return answer.headers.has('DPoP-Nonce') && hasError(answer, 'use_dpop_nonce')
}

/** The API names its error in a header, with 401; the token endpoint in the body, with 400. */
function hasError({ status, headers, body }: Answer, error: string): boolean {
  if (status === 401) return new RegExp(`\\b${error}\\b`).test(headers.get('WWW-Authenticate') ?? '')
  return status === 400 && new RegExp(`"error"\\s*:\\s*"${error}"`).test(body.text ?? '')
}
