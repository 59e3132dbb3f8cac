import { bytesOf } from './encoding.ts'
import type { Secret } from './secret.ts'
import type { World } from './world.ts'

/** Bytes of the initialization vector: NIST SP 800-38D, section 8.2. */
const IV_LENGTH = 12

/**
 * Keeps a text unreadable wherever it is stored: AES-256-GCM under a key derived from a secret (HKDF, RFC 5869), bound
 * to the name that it is stored under.
 */
export class Seal {
  readonly #secret: Secret
  readonly #info: Uint8Array<ArrayBuffer>
  readonly #world: Pick<World, 'random'>

  /**
   * @param secret what the key is derived from
   * @param purpose what is sealed; a key serves one purpose only
   */
  constructor(secret: Secret, purpose: string, world: Pick<World, 'random'>) {
    this.#secret = secret
    this.#info = bytesOf(`conductorone-vaults ${purpose} v1`)
    this.#world = world
  }

  /** @returns what may be stored under that name */
  async close(text: string, name: string): Promise<ArrayBuffer> {
    const iv = this.#world.random(IV_LENGTH)
    const algorithm = { name: 'AES-GCM', iv, additionalData: bytesOf(name) }
    const sealed = await crypto.subtle.encrypt(algorithm, await this.#key(), bytesOf(text))
    return new Blob([iv, sealed]).arrayBuffer()
  }

  /**
   * @returns the text
   * @throws {DOMException} where it was sealed under another secret, purpose or name, or was changed
   */
  async open(sealed: ArrayBuffer, name: string): Promise<string> {
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, IV_LENGTH), additionalData: bytesOf(name) }
    const text = await crypto.subtle.decrypt(algorithm, await this.#key(), sealed.slice(IV_LENGTH))
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
