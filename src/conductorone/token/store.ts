import * as z from 'zod/mini'
import type { Credentials } from '../../config/credentials.ts'
import { hex, sha256 } from '../../lib/encoding.ts'
import { log } from '../../lib/log.ts'
import { Seal } from '../../lib/seal.ts'
import { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'
import type { AccessToken } from './exchange.ts'

/** KV refuses an entry that is to end sooner. */
const KV_MIN_TTL_SECONDS = 60

const Sealed = z.object({
  token: z.string().check(z.minLength(1)),
  issuedAt: z.number(),
  expiresAt: z.number(),
})

/**
 * Shares the access token among isolates through KV, sealed under the client secret. The entry is named by a digest of
 * tenant and client id and bound to that name, so a reader of KV learns nothing and another credential's entry is a
 * miss.
 */
export class SealedToken {
  readonly #kv: KVNamespace
  readonly #baseUrl: URL
  readonly #credentials: Credentials
  readonly #world: World
  readonly #seal: Seal
  readonly #type: 'bearer' | 'dpop'

  /** @param type what the token must be; a stored token of the other type is a miss */
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
    this.#seal = new Seal(credentials.clientSecret, 'token cache', world)
    this.#type = type
  }

  /** Reads the stored token; undefined if there is none that this credential can read. Never fails. */
  async read(): Promise<AccessToken | undefined> {
    try {
      const name = await this.#name()
      const stored = await this.#kv.get(name, 'arrayBuffer')
      if (!stored) return undefined
      const { token, issuedAt, expiresAt } = Sealed.parse(JSON.parse(await this.#seal.open(stored, name)))
      return { value: new Secret(token), issuedAt, expiresAt }
    } catch {
      log('warn', 'token.cache_unreadable')
      return undefined
    }
  }

  /** Stores a token for as long as it lives. Never fails, since the token can be used without its copy. */
  async write(token: AccessToken): Promise<void> {
    try {
      const name = await this.#name()
      const plain = JSON.stringify({
        token: token.value.reveal(),
        issuedAt: token.issuedAt,
        expiresAt: token.expiresAt,
      })
      const lifetimeSeconds = Math.ceil((token.expiresAt - this.#world.now()) / 1_000)
      await this.#kv.put(name, await this.#seal.close(plain, name), {
        expirationTtl: Math.max(KV_MIN_TTL_SECONDS, lifetimeSeconds),
      })
    } catch {
      log('warn', 'token.cache_not_written')
    }
  }

  async #name(): Promise<string> {
    const owner = [this.#baseUrl.href, this.#credentials.clientId, ...(this.#type === 'dpop' ? ['DPoP'] : [])]
    return `token/${hex(await sha256(owner.join('\n')))}`
  }
}
