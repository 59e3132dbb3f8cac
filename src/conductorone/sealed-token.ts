import * as z from 'zod/mini'
import { bytesOf, hex, sha256 } from '../encoding.ts'
import { log } from '../log.ts'
import { Secret } from '../secret.ts'
import type { World } from '../world.ts'
import type { Credentials } from './credentials.ts'
import type { AccessToken } from './token.ts'

const INFO = bytesOf('conductorone-vaults token cache v1')
/** Bytes of the initialization vector: NIST SP 800-38D, section 8.2. */
const IV_LENGTH = 12
/** Seconds below which KV takes no expiry. */
const SHORTEST_EXPIRY = 60

const Sealed = z.object({
  token: z.string().check(z.minLength(1)),
  issuedAt: z.number(),
  expiresAt: z.number(),
})

/**
 * The access token in KV, for all isolates: AES-256-GCM under a key derived from the client secret (HKDF, RFC 5869).
 * The entry is named by a digest of tenant and client id, and bound to that name as additional data. So a reader of
 * KV learns nothing, and another credential's entry is a miss.
 */
export class SealedToken {
  readonly #kv: KVNamespace
  readonly #baseUrl: URL
  readonly #credentials: Credentials
  readonly #world: World
  readonly #type: 'bearer' | 'dpop'

  /** @param type what the token must be; one of the other type is not to be found */
  constructor(
    kv: KVNamespace,
    baseUrl: URL,
    credentials: Credentials,
    world: World,
    type: 'bearer' | 'dpop' = 'bearer',
  ) {
    this.#kv = kv
    this.#baseUrl = baseUrl
    this.#credentials = credentials
    this.#world = world
    this.#type = type
  }

  /** @returns the stored token, or undefined where there is none that this credential can read; never fails */
  async read(): Promise<AccessToken | undefined> {
    try {
      const name = await this.#name()
      const stored = await this.#kv.get(name, 'arrayBuffer')
      if (!stored) return undefined
      const algorithm = { name: 'AES-GCM', iv: stored.slice(0, IV_LENGTH), additionalData: bytesOf(name) }
      const plain = await crypto.subtle.decrypt(algorithm, await this.#key(), stored.slice(IV_LENGTH))
      const { token, issuedAt, expiresAt } = Sealed.parse(JSON.parse(new TextDecoder().decode(plain)))
      return { value: new Secret(token), issuedAt, expiresAt }
    } catch {
      log('warn', 'token.cache_unreadable')
      return undefined
    }
  }

  /** Stores a token for as long as it lives; never fails, since the token is good without its copy. */
  async write(token: AccessToken): Promise<void> {
    try {
      const name = await this.#name()
      const iv = this.#world.random(IV_LENGTH)
      const plain = JSON.stringify({
        token: token.value.reveal(),
        issuedAt: token.issuedAt,
        expiresAt: token.expiresAt,
      })
      const algorithm = { name: 'AES-GCM', iv, additionalData: bytesOf(name) }
      const sealed = await crypto.subtle.encrypt(algorithm, await this.#key(), bytesOf(plain))
      const life = Math.ceil((token.expiresAt - this.#world.now()) / 1_000)
      const entry = await new Blob([iv, sealed]).arrayBuffer()
      await this.#kv.put(name, entry, { expirationTtl: Math.max(SHORTEST_EXPIRY, life) })
    } catch {
      log('warn', 'token.cache_not_written')
    }
  }

  async #name(): Promise<string> {
    const owner = [this.#baseUrl.href, this.#credentials.clientId, ...(this.#type === 'dpop' ? ['DPoP'] : [])]
    return `token/${hex(await sha256(owner.join('\n')))}`
  }

  async #key(): Promise<CryptoKey> {
    const secret = bytesOf(this.#credentials.clientSecret.reveal())
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO }
    return crypto.subtle.deriveKey(algorithm, material, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
  }
}
