import { equalDigests, sha256 } from '../lib/encoding.ts'
import type { Caller } from './api-keys.ts'

const BEARER_TOKEN = /^Bearer +([\x21-\x7e]+)$/i

type DigestedKey = { readonly caller: Caller; readonly digest: Uint8Array }

/** The API keys of a deployment, as digests. */
export class KeyRing {
  readonly #callers: readonly Caller[]
  #keys: Promise<readonly DigestedKey[]> | undefined

  constructor(callers: readonly Caller[]) {
    this.#callers = callers
  }

  /**
   * Finds the caller whose key a request carries. The key is compared with every configured one, in constant time.
   *
   * @param authorization the header `Authorization`
   * @returns the caller, or undefined if the header carries no configured key
   * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
   */
  async authenticate(authorization: string | undefined): Promise<Caller | undefined> {
    const key = BEARER_TOKEN.exec(authorization ?? '')?.[1]
    if (key === undefined) return undefined
    this.#keys ??= digestKeys(this.#callers)
    const presented = await sha256(key)
    let found: Caller | undefined
    for (const { caller, digest } of await this.#keys) if (equalDigests(presented, digest)) found = caller
    return found
  }
}

function digestKeys(callers: readonly Caller[]): Promise<DigestedKey[]> {
  const keys = callers.flatMap((caller) => caller.keys.map((key) => ({ caller, key })))
  return Promise.all(keys.map(async ({ caller, key }) => ({ caller, digest: await sha256(key.reveal()) })))
}
