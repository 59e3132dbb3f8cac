import * as oauth from 'oauth4webapi'
import { bytesOf } from '../encoding.ts'
import type { Credentials } from './credentials.ts'

const INFO = bytesOf('conductorone-vaults DPoP key v1')
/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8: RFC 8410, section 7. */
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

/**
 * Proof of possession for access tokens: RFC 9449. The key is derived from the client secret (HKDF, RFC 5869), so that
 * every isolate has the same one and can use the token that another one got.
 */
export class ProofOfPossession {
  readonly #credentials: Credentials
  #handle: oauth.DPoPHandle | undefined

  /** @param credentials whose client secret the key is derived from */
  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** @returns what makes proofs, and remembers the nonces that servers ask for */
  async handle(): Promise<oauth.DPoPHandle> {
    const keys = this.#handle ? undefined : await this.#keys()
    // whoever came first: nonces are remembered in one place
    if (keys) this.#handle ??= oauth.DPoP({}, keys, asEdDSA)
    return this.#handle as oauth.DPoPHandle // set one line above, if not before
  }

  async #keys(): Promise<CryptoKeyPair> {
    const secret = bytesOf(this.#credentials.clientSecret.reveal())
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO }
    const seed = new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, 256))
    const pkcs8 = new Uint8Array([...PKCS8, ...seed])
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign'])
    const { x } = (await crypto.subtle.exportKey('jwk', privateKey)) as JsonWebKey // as asked for
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', ...(x !== undefined && { x }) }
    return {
      privateKey,
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
 * @param response an answer of the API or of the token endpoint
 * @returns whether it asks for the same request once more, with the nonce that it brings: RFC 9449, sections 8 and 9
 */
export async function asksForNonce(response: Response): Promise<boolean> {
  if (!response.headers.has('dpop-nonce')) return false
  if (response.status === 401)
    return /\buse_dpop_nonce\b/.test(response.headers.get('www-authenticate') ?? '')
  if (response.status !== 400) return false
  return /"error"\s*:\s*"use_dpop_nonce"/.test(await response.clone().text())
}
