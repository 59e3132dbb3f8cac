import type { AccessToken } from './access-token.ts'
import { log } from './log.ts'
import { SingleFlight } from './single-flight.ts'
import type { World } from './world.ts'

/** A token that ends sooner is not used: it could end on the way. */
const MIN_LIFETIME_MS = 30_000
/** After this part of its lifetime a token is renewed while it is still used. */
const RENEWAL_FRACTION = 0.8
/** Wait after an early renewal that failed. */
const EARLY_RENEWAL_COOLDOWN_MS = 30_000

/** Stores a token so that it outlives an isolate. */
export type TokenStore = {
  read(): Promise<AccessToken | undefined>
  write(token: AccessToken): Promise<void>
}

/**
 * Keeps one access token, of any issuer: in memory, else in the store, else from the exchange. Renews it in the
 * background before it ends, and exchanges it once however many callers wait for it.
 */
export class CachedToken {
  readonly #exchange: () => Promise<AccessToken>
  readonly #store: TokenStore
  readonly #world: World
  readonly #system: string | undefined
  readonly #flights: SingleFlight<AccessToken>
  #memory: AccessToken | undefined
  #renewableFrom = 0

  /**
   * Begins without a token.
   *
   * @param exchange gets a token from the token endpoint, and repeats that as it sees fit
   * @param store keeps the token for other isolates
   * @param system whose token it is, for the log; absent for ConductorOne's
   */
  constructor(exchange: () => Promise<AccessToken>, store: TokenStore, world: World, system?: string) {
    this.#exchange = exchange
    this.#store = store
    this.#world = world
    this.#system = system
    this.#flights = new SingleFlight(world)
  }

  /**
   * Gives the token in memory if it is good for another 30 seconds at least. Begins to renew it if that is due.
   *
   * @returns undefined if there is none; see {@link CachedToken.load}
   */
  held(): AccessToken | undefined {
    const held = this.#memory
    if (!held || !this.#isUsable(held)) return undefined
    if (this.#isDue(held) && this.#world.now() >= this.#renewableFrom) this.#renewEarly()
    return held
  }

  /**
   * Gets a token from the store, else from the exchange.
   *
   * @throws what the exchange throws
   */
  load(): Promise<AccessToken> {
    return this.#flights.join('load', () => this.#load())
  }

  /**
   * Replaces a token that was not accepted, bypassing memory and store.
   *
   * @param rejected the token that was not accepted
   * @returns another token
   * @throws what the exchange throws
   */
  async replace(rejected: AccessToken): Promise<AccessToken> {
    const held = this.#memory
    const isOther = held && held.value.reveal() !== rejected.value.reveal()
    if (isOther && this.#isUsable(held)) return held
    return this.#flights.join('exchange', () => this.#renew())
  }

  async #load(): Promise<AccessToken> {
    const stored = await this.#store.read()
    // another isolate may have renewed it already
    const isGood =
      stored &&
      this.#isUsable(stored) &&
      (!this.#isDue(stored) || stored.expiresAt > (this.#memory?.expiresAt ?? 0))
    if (!isGood) return this.#flights.join('exchange', () => this.#renew())
    this.#memory = stored
    return stored
  }

  /** Renews the token in the background. The old one stays good meanwhile, so a failure is not retried at once. */
  #renewEarly(): void {
    this.load().catch(() => {
      this.#renewableFrom = this.#world.now() + EARLY_RENEWAL_COOLDOWN_MS
      log('warn', 'token.renewal_failed', { system: this.#system })
    })
  }

  async #renew(): Promise<AccessToken> {
    const startedAt = this.#world.now()
    const token = await this.#exchange()
    this.#memory = token
    log('info', 'token.renewed', {
      system: this.#system,
      duration: this.#world.now() - startedAt,
      life: Math.round((token.expiresAt - token.issuedAt) / 1_000),
    })
    this.#world.background(this.#store.write(token))
    return token
  }

  #isUsable(token: AccessToken): boolean {
    return token.expiresAt - this.#world.now() >= MIN_LIFETIME_MS
  }

  #isDue(token: AccessToken): boolean {
    return this.#world.now() >= token.issuedAt + (token.expiresAt - token.issuedAt) * RENEWAL_FRACTION
  }
}
