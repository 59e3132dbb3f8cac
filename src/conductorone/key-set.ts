import { type CompactVerifyGetKey, createLocalJWKSet } from 'jose'
import * as z from 'zod/mini'
import { log } from '../lib/log.ts'
import { send } from '../lib/outgoing.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import type { World } from '../lib/world.ts'
import { readAnswer } from './answer.ts'
import { ConductorOneFailure } from './failure.ts'

/** How long fetched keys are used without asking again. */
const KEYS_LIFETIME_MS = 3_600_000
/** The average time between fetches, whatever key ids people send; a new key is recognized after this at the latest. */
const FETCH_INTERVAL_MS = 10_000
/** Burst allowance: fetches that may follow each other at once. */
const MAX_BURST_COUNT = 3
const FETCH_TIMEOUT_MS = 5_000
/** More keys than any tenant publishes. */
const MAX_KEYS_COUNT = 32

const KeysAnswer = z.looseObject({
  keys: z.array(z.looseObject({})).check(z.maxLength(MAX_KEYS_COUNT)),
})

type Keys = { readonly find: CompactVerifyGetKey; readonly since: number }

/**
 * Holds the keys that a tenant signs its webhooks with: RFC 7517. Fetches them when they are first needed, when a token
 * names an unknown key, and every hour; never for every delivery.
 */
export class KeySet {
  readonly #url: string
  readonly #world: World
  readonly #flights: SingleFlight<void>
  #keys: Keys | undefined
  /** epoch milliseconds until which the fetch allowance is used up */
  #usedUntil = 0

  /** Fetches nothing yet; `baseUrl` is the tenant, `https://acme.conductor.one`. */
  constructor(baseUrl: URL, world: World) {
    this.#url = `${baseUrl.href.replace(/\/$/, '')}/auth/v1/jwks`
    this.#world = world
    this.#flights = new SingleFlight(world)
  }

  /**
   * Finds the key that a token names.
   *
   * @throws {ConductorOneFailure} `unavailable` if no keys could be fetched
   * @throws {JOSEError} with the code `ERR_JWKS_NO_MATCHING_KEY` if there is no such key
   */
  readonly find: CompactVerifyGetKey = async (header, token) => {
    if (!this.#keys || this.#world.now() - this.#keys.since > KEYS_LIFETIME_MS) await this.#refresh()
    const keys = this.#keys
    if (!keys)
      throw new ConductorOneFailure({ kind: 'unavailable', reason: 'its signing keys cannot be read' })
    try {
      return await keys.find(header, token)
    } catch (error) {
      if (!isUnknownKey(error)) throw error
      await this.#refresh()
      if (this.#keys === keys || !this.#keys) throw error
      return this.#keys.find(header, token)
    }
  }

  /** Fetches the keys again, unless the allowance is used up. If that fails the old keys stay. */
  async #refresh(): Promise<void> {
    await this.#flights.join('keys', async () => {
      const now = this.#world.now()
      const usedUntil =
        Math.max(this.#usedUntil, now - MAX_BURST_COUNT * FETCH_INTERVAL_MS) + FETCH_INTERVAL_MS
      if (usedUntil > now) return
      this.#usedUntil = usedUntil
      try {
        this.#keys = await this.#fetchKeys()
        log('info', 'keys.renewed')
      } catch {
        log('warn', 'keys.not_renewed')
      }
    })
  }

  async #fetchKeys(): Promise<Keys> {
    const since = this.#world.now()
    const request = { headers: { Accept: 'application/json' }, timeoutMs: FETCH_TIMEOUT_MS }
    const answer = await send(this.#url, request, this.#world)
    return { find: createLocalJWKSet(readAnswer(answer, KeysAnswer, 'idempotent', since)), since }
  }
}

/** Recognizes the error by its code: importing its class would bring all of jose's errors into the bundle. */
function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY'
}
