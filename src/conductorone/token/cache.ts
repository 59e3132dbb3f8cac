import { log } from '../../lib/log.ts'
import { SingleFlight } from '../../lib/single-flight.ts'
import type { World } from '../../lib/world.ts'
import { Deadline } from '../deadline.ts'
import { retryWhileUnavailable } from '../retry.ts'
import type { AccessToken } from './exchange.ts'

/** A token that ends sooner is not used: it could end on the way. */
const MIN_LIFETIME_MS = 30_000
/** After this part of its lifetime a token is renewed while it is still used. */
const RENEWAL_FRACTION = 0.8
/** Wait after an early renewal that failed. */
const EARLY_RENEWAL_COOLDOWN_MS = 30_000
/** How long an exchange may go on; a caller that waits for it may have to give up earlier. */
const EXCHANGE_BUDGET_MS = 60_000
/** Reported when the caller's deadline passes before a token is ready. */
const LATE_REASON = 'no access token in time'

/** Stores a token so that it outlives an isolate. */
export type TokenStore = {
  read(): Promise<AccessToken | undefined>
  write(token: AccessToken): Promise<void>
}

/**
 * Gives the access token: from memory, else from the store, else from the token endpoint. Renews it in the background
 * before it ends, and exchanges it once however many requests wait for it.
 */
export class TokenCache {
  readonly #exchange: (timeoutMs: number) => Promise<AccessToken>
  readonly #store: TokenStore
  readonly #world: World
  readonly #flights: SingleFlight<AccessToken>
  #memory: AccessToken | undefined
  #renewableFrom = 0

  /**
   * Begins without a token.
   *
   * @param exchange makes one request to the token endpoint; gets the milliseconds that it may take
   * @param store keeps the token for other isolates
   */
  constructor(exchange: (timeoutMs: number) => Promise<AccessToken>, store: TokenStore, world: World) {
    this.#exchange = exchange
    this.#store = store
    this.#world = world
    this.#flights = new SingleFlight(world)
  }

  /**
   * Gives a token that is good for another 30 seconds at least.
   *
   * @param deadline how long the caller waits
   * @throws {ConductorOneFailure} `credentials-rejected`, or `unavailable` if there is none in time
   */
  async get(deadline: Deadline): Promise<AccessToken> {
    const held = this.#memory
    if (!held || !this.#isUsable(held))
      return deadline.wait(
        this.#flights.join('load', () => this.#load()),
        LATE_REASON,
      )
    if (this.#isDue(held) && this.#world.now() >= this.#renewableFrom) this.#renewEarly()
    return held
  }

  /**
   * Replaces a token that the API did not accept, bypassing memory and store.
   *
   * @param rejected the token that was not accepted
   * @param deadline how long the caller waits
   * @returns another token
   * @throws {ConductorOneFailure} as {@link TokenCache.get}
   */
  async replace(rejected: AccessToken, deadline: Deadline): Promise<AccessToken> {
    const held = this.#memory
    const isOther = held && held.value.reveal() !== rejected.value.reveal()
    if (isOther && this.#isUsable(held)) return held
    return deadline.wait(
      this.#flights.join('exchange', () => this.#renew()),
      LATE_REASON,
    )
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
    this.#flights
      .join('load', () => this.#load())
      .catch(() => {
        this.#renewableFrom = this.#world.now() + EARLY_RENEWAL_COOLDOWN_MS
        log('warn', 'token.renewal_failed')
      })
  }

  async #renew(): Promise<AccessToken> {
    const startedAt = this.#world.now()
    const token = await retryWhileUnavailable(
      this.#exchange,
      new Deadline(EXCHANGE_BUDGET_MS, this.#world.now),
      this.#world,
    )
    this.#memory = token
    log('info', 'token.renewed', {
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
