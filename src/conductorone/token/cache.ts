import { log } from '../../lib/log.ts'
import { SingleFlight } from '../../lib/single-flight.ts'
import type { World } from '../../lib/world.ts'
import { Deadline } from '../deadline.ts'
import { insist } from '../insist.ts'
import type { AccessToken } from './exchange.ts'

/** A token with less life left than this, in milliseconds, is not used: it could end on the way. */
const LEAST_LIFE = 30_000
/** The part of its life after which a token is renewed while it is still used. */
const RENEWAL = 0.8
/** Milliseconds after a failed early renewal in which no other is begun. */
const REST = 30_000
/** Milliseconds that an exchange may go on for; who waits for it may give up earlier. */
const EXCHANGE_PATIENCE = 60_000
/** What is told to who cannot wait any longer. */
const LATE = 'no access token in time'

/** Where a token outlives an isolate. */
export type TokenStore = {
  read(): Promise<AccessToken | undefined>
  write(token: AccessToken): Promise<void>
}

/**
 * The access token: from memory, else from the store, else from the token endpoint; renewed in the background before
 * it ends. However many wait for it, it is exchanged once.
 */
export class TokenCache {
  readonly #exchange: (patience: number) => Promise<AccessToken>
  readonly #store: TokenStore
  readonly #world: World
  readonly #flights: SingleFlight<AccessToken>
  #memory: AccessToken | undefined
  #restUntil = 0

  /**
   * @param exchange one request to the token endpoint; gets the milliseconds it may take
   * @param store where the token outlives this isolate
   */
  constructor(exchange: (patience: number) => Promise<AccessToken>, store: TokenStore, world: World) {
    this.#exchange = exchange
    this.#store = store
    this.#world = world
    this.#flights = new SingleFlight(world)
  }

  /**
   * @param deadline until when the caller waits
   * @returns a token that is good for another 30 seconds at least
   * @throws {ConductorOneFailure} `credentials-rejected`, or `unavailable` where none can be had in time
   */
  async get(deadline: Deadline): Promise<AccessToken> {
    const held = this.#memory
    if (!held || !this.#usable(held))
      return deadline.wait(
        this.#flights.join('load', () => this.#load()),
        LATE,
      )
    if (this.#due(held) && this.#world.now() >= this.#restUntil) this.#renewEarly()
    return held
  }

  /**
   * Replaces a token that the API did not accept, past memory and store.
   *
   * @param rejected the token that was not accepted
   * @param deadline until when the caller waits
   * @returns another token
   * @throws {ConductorOneFailure} as {@link TokenCache.get}
   */
  async replace(rejected: AccessToken, deadline: Deadline): Promise<AccessToken> {
    const held = this.#memory
    const another = held && held.value.reveal() !== rejected.value.reveal()
    if (another && this.#usable(held)) return held
    return deadline.wait(
      this.#flights.join('exchange', () => this.#renew()),
      LATE,
    )
  }

  async #load(): Promise<AccessToken> {
    const stored = await this.#store.read()
    // another isolate may have renewed it already
    const good =
      stored &&
      this.#usable(stored) &&
      (!this.#due(stored) || stored.expiresAt > (this.#memory?.expiresAt ?? 0))
    if (!good) return this.#flights.join('exchange', () => this.#renew())
    this.#memory = stored
    return stored
  }

  /** Nobody waits for this one: until it works the old token is good, and a failure is not repeated at once. */
  #renewEarly(): void {
    this.#flights
      .join('load', () => this.#load())
      .catch(() => {
        this.#restUntil = this.#world.now() + REST
        log('warn', 'token.renewal_failed')
      })
  }

  async #renew(): Promise<AccessToken> {
    const start = this.#world.now()
    const token = await insist(this.#exchange, new Deadline(EXCHANGE_PATIENCE, this.#world.now), this.#world)
    this.#memory = token
    log('info', 'token.renewed', {
      duration: this.#world.now() - start,
      life: Math.round((token.expiresAt - token.issuedAt) / 1_000),
    })
    this.#world.background(this.#store.write(token))
    return token
  }

  #usable(token: AccessToken): boolean {
    return token.expiresAt - this.#world.now() >= LEAST_LIFE
  }

  #due(token: AccessToken): boolean {
    return this.#world.now() >= token.issuedAt + (token.expiresAt - token.issuedAt) * RENEWAL
  }
}
