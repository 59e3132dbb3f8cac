import * as oauth from 'oauth4webapi'
import { bytesOf } from '../encoding.ts'
import type { Credentials } from './credentials.ts'

/** Characters of an answer in which its error is looked for. */
const ENOUGH = 4_096
const INFO = bytesOf('conductorone-vaults DPoP key v1')
/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8: RFC 8410, section 7. */
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/**
 * Proof of possession for access tokens: RFC 9449. The key is derived from the client secret (HKDF, RFC 5869), so that
 * every isolate has the same one and can use the token that another one got.
 */
export class ProofOfPossession {
  readonly #credentials: Credentials
  #keys: CryptoKeyPair | undefined

  /** @param credentials whose client secret the key is derived from */
  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /**
   * @returns what makes proofs for one server, and remembers the nonce that it asks for: the token endpoint's is not
   *   the API's, and a nonce that nobody asked for is refused, though both have one origin
   */
  async handle(): Promise<oauth.DPoPHandle> {
    this.#keys ??= await this.#derived()
    return oauth.DPoP({}, this.#keys, asEdDSA)
  }

  async #derived(): Promise<CryptoKeyPair> {
    const secret = bytesOf(this.#credentials.clientSecret.reveal())
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO }
    const seed = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 256))
    const pkcs8 = new Uint8Array([...PKCS8, ...seed])
    // extractable only for as long as it takes to read its public half
    const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign'])
    const { x } = (await crypto.subtle.exportKey('jwk', readable)) as JsonWebKey // as asked for
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', ...(x !== undefined && { x }) }
    return {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', publicJwk, 'Ed25519', true, ['verify']),
    }
  }
}

/** ConductorOne knows RFC 8037's name, not yet RFC 9864's `Ed25519`. */
const asEdDSA: oauth.ModifyAssertionOptions = {
  [oauth.modifyAssertion](header) {
    header.alg = 'EdDSA'
  },
}

/**
 * @param response an answer of the API
 * @returns whether it refuses the proof, as where it has a nonce that is not asked for any more: RFC 9449, section 7.1
 */
export function refusesProof(response: Response): boolean {
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
