import type * as z from 'zod/mini'
import type { AccessToken } from '../lib/access-token.ts'
import { type Answer, send, USER_AGENT } from '../lib/outgoing.ts'
import type { World } from '../lib/world.ts'
import { type Effect, readAnswer, reasonOf, unanswered } from './answer.ts'
import type { Call } from './call.ts'
import { ConductorOneFailure } from './failure.ts'
import { retryWhileUnavailable } from './retry.ts'
import type { TokenCache } from './token/cache.ts'
import type { ProofOfPossession } from './token/proof-of-possession.ts'

/** Below this a call is not sent. A create without time for its answer would end as unknown. */
const MIN_REMAINING_MS = { idempotent: 1_000, create: 5_000 } as const

/** One operation of the API. */
export type Operation<T> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly effect: Effect
  /** the shape of a good answer */
  readonly answer: z.ZodMiniType<T>
  /** runs once everything is ready; the request is sent at once, or not if it throws */
  readonly beforeSend?: () => void
  /** runs before a wait to send it again, as an answer says that nothing was done */
  readonly beforeWait?: () => void
  /** the size of an answer that is still read, if it is not the usual one */
  readonly maxAnswerBytes?: number
}

/**
 * Calls a tenant's API with an access token, which goes to the tenant's own host only. A call that is known to have done
 * nothing is retried until its deadline; a create with an unknown outcome never is.
 */
export class Api {
  readonly #baseUrl: URL
  readonly #tokens: TokenCache
  readonly #world: World
  readonly #proofs: ProofOfPossession | undefined

  /**
   * Connects to nothing yet.
   *
   * @param baseUrl the tenant, `https://acme.conductor.one`
   * @param tokens the source of access tokens
   * @param proofs makes a proof for every call if tokens are bound to a key
   */
  constructor(baseUrl: URL, tokens: TokenCache, world: World, proofs?: ProofOfPossession) {
    this.#baseUrl = baseUrl
    this.#tokens = tokens
    this.#world = world
    this.#proofs = proofs
  }

  /** Repeats attempts while each is known to have done nothing. */
  call<T>(operation: Operation<T>, call: Call): Promise<T> {
    const attempt = (timeoutMs: number) => this.#attempt(operation, call, timeoutMs)
    return retryWhileUnavailable(attempt, call.deadline, this.#world, operation.beforeWait)
  }

  /**
   * Makes one attempt as soon as there is a token and a lane is free. Replaces a token that the API does not accept
   * once; a second 401 is final.
   */
  async #attempt<T>(operation: Operation<T>, call: Call, timeoutMs: number): Promise<T> {
    const { answer: schema, effect } = operation
    // an exchange can take long, so it doesn't occupy a lane
    await this.#tokens.get(call.deadline)
    await call.lanes?.enter(call.deadline)
    try {
      // from memory, unless the wait for the lane outlived the token
      const token = await this.#tokens.get(call.deadline)
      checkTime(call, effect)
      operation.beforeSend?.()
      const endsAt = this.#world.now() + timeoutMs
      const answer = await this.#send(operation, token, call, endsAt)
      if (answer.status !== 401) return readAnswer(answer, schema, effect, this.#world.now(), token.value)
      operation.beforeWait?.()
      const fresh = await this.#tokens.replace(token, call.deadline)
      operation.beforeSend?.()
      const second = await this.#send(operation, fresh, call, endsAt)
      return readAnswer(second, schema, effect, this.#world.now(), fresh.value)
    } finally {
      call.lanes?.leave()
    }
  }

  /** Sends one request with its token, and with a proof if tokens are bound to a key. */
  #send<T>(
    { method, path, body, effect, maxAnswerBytes }: Operation<T>,
    { value: token }: AccessToken,
    call: Call,
    endsAt: number,
  ): Promise<Answer> {
    const url = `${this.#baseUrl.href.replace(/\/$/, '')}${path}`
    const sendWith = async (authorization: { readonly Authorization: string; readonly DPoP?: string }) => {
      checkTime(call, effect)
      const remainingMs = call.deadline.remainingMs()
      const request = {
        method,
        headers: {
          ...authorization,
          Accept: 'application/json',
          ...(effect === 'create' &&
            call.request !== undefined && { 'User-Agent': `${USER_AGENT} (${call.request})` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        // a create may take all the time there is: giving up on it early leaves its outcome unknown
        timeoutMs: effect === 'create' ? remainingMs : Math.min(remainingMs, endsAt - this.#world.now()),
        traceparent: call.traceparent,
        ...(maxAnswerBytes && { maxAnswerBytes }),
      }
      return send(url, request, this.#world).catch((error: unknown) => {
        throw new ConductorOneFailure(unanswered(effect, reasonOf(error)))
      })
    }
    return this.#proofs
      ? this.#proofs.prove(method, path, token, (DPoP) =>
          sendWith({ Authorization: `DPoP ${token.reveal()}`, DPoP }),
        )
      : sendWith({ Authorization: `Bearer ${token.reveal()}` })
  }
}

/**
 * Makes sure that there is time left for a call.
 *
 * @throws {ConductorOneFailure} `unavailable` if an answer would come too late
 */
function checkTime({ deadline }: Call, effect: Effect): void {
  if (deadline.remainingMs() < MIN_REMAINING_MS[effect])
    throw new ConductorOneFailure({ kind: 'unavailable', reason: 'too little time was left to ask it' })
}
