import { type CompactVerifyGetKey, createLocalJWKSet } from 'jose'
import * as z from 'zod/mini'
import { log } from '../lib/log.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import type { World } from '../lib/world.ts'
import { noAnswer, readAnswer, reasonOf } from './answer.ts'
import { ConductorOneFailure } from './failure.ts'

/** Milliseconds that fetched keys are used without asking again. */
const LIFE = 3_600_000
/** Milliseconds for each fetch in the long run, whatever key ids people send; a new key waits no longer than this. */
const EVERY = 10_000
/** Fetches that may come at once after a time without. */
const AT_ONCE = 3
/** Milliseconds that the tenant may take to answer. */
const PATIENCE = 5_000

const KeysAnswer = z.looseObject({
  keys: z.array(z.looseObject({})).check(z.maxLength(32)),
})

type Keys = { readonly find: CompactVerifyGetKey; readonly since: number }

/**
 * The keys that a tenant signs its webhooks with: RFC 7517. Fetched when they are first needed, when a key is unknown,
 * and every hour; never for every delivery.
 */
export class KeySet {
  readonly #url: string
  readonly #world: World
  readonly #flights: SingleFlight<void>
  #keys: Keys | undefined
  /** epoch milliseconds up to which fetches are used up */
  #used = 0

  /** @param baseUrl the tenant, `https://acme.conductor.one` */
  constructor(baseUrl: URL, world: World) {
    this.#url = `${baseUrl.href.replace(/\/$/, '')}/auth/v1/jwks`
    this.#world = world
    this.#flights = new SingleFlight(world)
  }

  /**
   * Finds the key that a token names.
   *
   * @throws {ConductorOneFailure} `unavailable` where there are no keys to be had
   * @throws {JOSEError} with the code `ERR_JWKS_NO_MATCHING_KEY` where there is no such key
   */
  readonly find: CompactVerifyGetKey = async (header, token) => {
    if (!this.#keys || this.#world.now() - this.#keys.since > LIFE) await this.#refresh()
    const keys = this.#keys
    if (!keys) throw new ConductorOneFailure(noAnswer('repeatable', 'its signing keys cannot be read'))
    try {
      return await keys.find(header, token)
    } catch (error) {
      if (!isUnknownKey(error)) throw error
      await this.#refresh()
      if (this.#keys === keys || !this.#keys) throw error
      return this.#keys.find(header, token)
    }
  }

  /** Fetches the keys anew, unless that was done too often; where it fails the old ones stay. */
  async #refresh(): Promise<void> {
    await this.#flights.join('keys', async () => {
      const now = this.#world.now()
      const used = Math.max(this.#used, now - AT_ONCE * EVERY) + EVERY
      if (used > now) return
      this.#used = used
      try {
        this.#keys = await this.#fetched()
        log('info', 'keys.renewed')
      } catch {
        log('warn', 'keys.not_renewed')
      }
    })
  }

  async #fetched(): Promise<Keys> {
    const since = this.#world.now()
    const signal = AbortSignal.timeout(PATIENCE)
    const headers = { Accept: 'application/json' }
    const response = await this.#world
      .fetch(this.#url, { redirect: 'manual', signal, headers })
      .catch((error: unknown) => {
        throw new ConductorOneFailure(noAnswer('repeatable', reasonOf(error)))
      })
    const answer = await readAnswer(response, KeysAnswer, 'repeatable', since)
    return { find: createLocalJWKSet(answer), since }
  }
}

/** By its code: jose's own classes would all come into the bundle with the one that is looked for. */
function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY'
}
