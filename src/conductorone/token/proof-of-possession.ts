import { base64url, CompactSign, type JWK } from 'jose'
import type { Credentials } from '../../config/credentials.ts'
import { bytesOf, hex, sha256 } from '../../lib/encoding.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'

/** Characters of an answer in which its error is looked for. */
const ENOUGH = 4_096
const INFO = bytesOf('conductorone-vaults DPoP key v1')
/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8: RFC 8410, section 7. */
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/** A key that signs proofs, and its public half as the proofs carry it. */
export type ProofKey = { readonly privateKey: CryptoKey; readonly jwk: JWK }

/**
 * @param credentials whose client secret the key is derived from (HKDF, RFC 5869), so that every isolate has the same
 *   one and can use the token that another one got
 * @returns what gives the key; it is derived once
 */
export function proofKey(credentials: Credentials): () => Promise<ProofKey> {
  let known: ProofKey | undefined
  return async () => {
    // the key is kept, never the promise of it: whoever asked first may be cut off before it is kept
    known ??= await derived(credentials)
    return known
  }
}

async function derived({ clientSecret }: Credentials): Promise<ProofKey> {
  const secret = bytesOf(clientSecret.reveal())
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO }
  const seed = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 256))
  const pkcs8 = new Uint8Array([...PKCS8, ...seed])
  // extractable only for as long as it takes to read its public half
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign'])
  const { x } = (await crypto.subtle.exportKey('jwk', readable)) as JsonWebKey // as asked for
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
    jwk: { kty: 'OKP', crv: 'Ed25519', ...(x !== undefined && { x }) },
  }
}

/**
 * Proof of possession towards one server: RFC 9449. The token endpoint's nonce is not the API's, and a nonce that nobody
 * asked for is refused, though both have one origin; so each has an object of its own.
 */
export class ProofOfPossession {
  readonly #key: () => Promise<ProofKey>
  readonly #world: World
  #nonce: string | undefined

  /** @param key the key that tokens are bound to; asked for at every proof */
  constructor(key: () => Promise<ProofKey>, world: World) {
    this.#key = key
    this.#world = world
  }

  /**
   * Sends a request with a proof; once more where the server asks for a nonce, or does not want the one it got. In
   * both cases it did nothing else, so even a create may be sent again.
   *
   * @param method of the request, and
   * @param url where it goes
   * @param token the access token that goes with it, where there is one
   * @param send sends it with a value for the header `DPoP`
   * @returns the answer
   */
  async prove(
    method: string,
    url: string,
    token: Secret | undefined,
    send: (proof: string) => Promise<Response>,
  ): Promise<Response> {
    const nonce = this.#nonce
    const once = async () =>
      this.#listen(await send(await this.#proof(method, url, token?.reveal(), this.#nonce)))
    const response = await once()
    const refused = refusesProof(response)
    // a nonce that is not asked for any more: forgotten, unless another request has brought a new one
    if (refused && this.#nonce === nonce) this.#nonce = undefined
    return refused || (await asksForNonce(response)) ? once() : response
  }

  /** Any answer may bring the next nonce: RFC 9449, section 8.2. */
  #listen(response: Response): Response {
    this.#nonce = response.headers.get('dpop-nonce') ?? this.#nonce
    return response
  }

  /** @see https://www.rfc-editor.org/rfc/rfc9449#section-4.2 */
  async #proof(method: string, url: string, token?: string, nonce?: string): Promise<string> {
    const { privateKey, jwk } = await this.#key()
    const { origin, pathname } = new URL(url)
    const claims = {
      jti: hex(this.#world.random(16)),
      htm: method,
      htu: origin + pathname,
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

/** @returns whether an answer refuses the proof, as where it has a nonce that is not asked for any more: RFC 9449, section 7.1 */
function refusesProof(response: Response): boolean {
  return (
    response.status === 401 && /\binvalid_dpop_proof\b/.test(response.headers.get('www-authenticate') ?? '')
  )
}

/**
 * @param response an answer of the API or of the token endpoint
 * @returns whether it asks for the same request once more, with the nonce that it brings: RFC 9449, sections 8 and 9
 */
export async function asksForNonce(response: Response): Promise<boolean> {
  if (!response.headers.has('dpop-nonce')) return false
  if (response.status === 401)
    return /\buse_dpop_nonce\b/.test(response.headers.get('www-authenticate') ?? '')
  if (response.status !== 400) return false
  return /"error"\s*:\s*"use_dpop_nonce"/.test(await beginningOf(response))
}

/** @returns what an answer begins with, as far as it comes; all of it can still be read */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.clone().body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (reader && text.length < ENOUGH) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // broke off, which is for who reads all of it to judge
  }
  // not waited for: the branches of a clone end together
  reader?.cancel().catch(() => undefined)
  return text
}
