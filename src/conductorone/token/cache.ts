import type { AccessToken } from '../../lib/access-token.ts'
import { CachedToken, type TokenStore } from '../../lib/cached-token.ts'
import type { World } from '../../lib/world.ts'
import { Deadline } from '../deadline.ts'
import { retryWhileUnavailable } from '../retry.ts'

/** How long an exchange may go on; a caller that waits for it may have to give up earlier. */
const EXCHANGE_BUDGET_MS = 60_000
/** Reported when the caller's deadline passes before a token is ready. */
const LATE_REASON = 'no access token in time'

/** Gives ConductorOne's access token to callers that have a deadline, and repeats an exchange while it is unavailable. */
export class TokenCache {
  readonly #token: CachedToken

  /**
   * Begins without a token.
   *
   * @param exchange makes one request to the token endpoint; gets the milliseconds that it may take
   * @param store keeps the token for other isolates
   */
  constructor(exchange: (timeoutMs: number) => Promise<AccessToken>, store: TokenStore, world: World) {
    const untilGiven = () =>
      retryWhileUnavailable(exchange, new Deadline(EXCHANGE_BUDGET_MS, world.now), world)
    this.#token = new CachedToken(untilGiven, store, world)
  }

  /** Says whether {@link TokenCache.get} has a token without waiting for it. */
  isReady(): boolean {
    return this.#token.held() !== undefined
  }

  /**
   * Gives a token that is good for another 30 seconds at least.
   *
   * @param deadline how long the caller waits
   * @throws {ConductorOneFailure} `credentials-rejected`, or `unavailable` if there is none in time
   */
  async get(deadline: Deadline): Promise<AccessToken> {
    return this.#token.held() ?? deadline.wait(this.#token.load(), LATE_REASON)
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
    return deadline.wait(this.#token.replace(rejected), LATE_REASON)
  }
}
