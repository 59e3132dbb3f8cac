import * as z from 'zod/mini'
import type { AccessToken } from './access-token.ts'
import { hex, sha256 } from './encoding.ts'
import { log } from './log.ts'
import { Seal } from './seal.ts'
import { Secret } from './secret.ts'
import type { World } from './world.ts'

/** KV refuses an entry that is to end sooner. */
const KV_MIN_TTL_SECONDS = 60

const Sealed = z.object({
  token: z.string().check(z.minLength(1)),
  issuedAt: z.number(),
  expiresAt: z.number(),
})

/** Whose token is stored. */
export type TokenOwner = {
  /** the token endpoint's server, the client's id and whatever else tells two tokens apart */
  readonly identity: readonly string[]
  /** the client secret, which seals the token */
  readonly secret: Secret
}

/**
 * Shares an access token among isolates through KV, sealed under the client secret. The entry is named by a digest of
 * its owner's identity and bound to that name, so a reader of KV learns nothing and another owner's entry is a miss.
 */
export class SealedToken {
  readonly #kv: KVNamespace
  readonly #identity: readonly string[]
  readonly #world: Pick<World, 'now' | 'random'>
  readonly #seal: Seal

  constructor(kv: KVNamespace, { identity, secret }: TokenOwner, world: Pick<World, 'now' | 'random'>) {
    this.#kv = kv
    this.#identity = identity
    this.#world = world
    this.#seal = new Seal(secret, 'token cache', world)
  }

  /** Reads the stored token; undefined if there is none that this owner can read. Never fails. */
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
    return `token/${hex(await sha256(this.#identity.join('\n')))}`
  }
}
