import { bytesOf } from './encoding.ts'
import type { Secret } from './secret.ts'
import type { World } from './world.ts'

/** Bytes of the initialization vector: NIST SP 800-38D, section 8.2. */
const IV_BYTES = 12

/**
 * Encrypts texts for storage: AES-256-GCM under a key derived from a secret (HKDF, RFC 5869), with the name that the
 * text is stored under as additional data.
 */
export class Seal {
  readonly #secret: Secret
  readonly #info: Uint8Array<ArrayBuffer>
  readonly #world: Pick<World, 'random'>

  /**
   * Prepares a seal for one purpose.
   *
   * @param secret the secret that the key is derived from
   * @param purpose what is sealed: each purpose has a key of its own
   */
  constructor(secret: Secret, purpose: string, world: Pick<World, 'random'>) {
    this.#secret = secret
    this.#info = bytesOf(`conductorone-vaults ${purpose} v1`)
    this.#world = world
  }

  /** Encrypts a text; the result may be stored under that name only. */
  async close(text: string, name: string): Promise<ArrayBuffer> {
    const iv = this.#world.random(IV_BYTES)
    const algorithm = { name: 'AES-GCM', iv, additionalData: bytesOf(name) }
    const sealed = await crypto.subtle.encrypt(algorithm, await this.#key(), bytesOf(text))
    return new Blob([iv, sealed]).arrayBuffer()
  }

  /**
   * Decrypts what {@link Seal.close} made.
   *
   * @throws {DOMException} if it was sealed under another secret, purpose or name, or was altered since
   */
  async open(sealed: ArrayBuffer, name: string): Promise<string> {
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, IV_BYTES), additionalData: bytesOf(name) }
    const text = await crypto.subtle.decrypt(algorithm, await this.#key(), sealed.slice(IV_BYTES))
    return new TextDecoder().decode(text)
  }

  async #key(): Promise<CryptoKey> {
    const secret = bytesOf(this.#secret.reveal())
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: this.#info }
    return crypto.subtle.deriveKey(algorithm, material, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
  }
}
