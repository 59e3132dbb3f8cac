import type * as z from 'zod/mini'
import { send } from '../lib/outgoing.ts'
import type { World } from '../lib/world.ts'
import { type Effect, readAnswer, reasonOf, unanswered } from './answer.ts'
import type { Deadline } from './deadline.ts'
import { ConductorOneFailure } from './failure.ts'
import type { Lanes } from './lanes.ts'
import { retryWhileUnavailable } from './retry.ts'
import type { TokenCache } from './token/cache.ts'
import type { AccessToken } from './token/exchange.ts'
import type { ProofOfPossession } from './token/proof-of-possession.ts'
import { UserSearchAnswer, type Vault, VaultAnswer, type VaultServiceCreateRequest } from './wire.ts'

/** Below this a call is not sent. A create without time for its answer would end as unknown. */
const MIN_REMAINING_MS = { idempotent: 1_000, create: 5_000 } as const

/** What every call takes along from the request that it serves. */
export type Call = {
  readonly deadline: Deadline
  /** the caller's trace, passed on as it came: W3C Trace Context, section 3.2 */
  readonly traceparent?: string | undefined
  /** the lanes that it shares with other calls, if there are any */
  readonly lanes?: Lanes | undefined
}

type Operation<T> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly effect: Effect
  /** the shape of a good answer */
  readonly answer: z.ZodMiniType<T>
}

/** A user as the search finds one; a blank e-mail address means that we may not see it. */
export type FoundUser = { readonly id: string; readonly email: string }

/**
 * A ConductorOne tenant, reduced to the few calls that we make. The token goes to the tenant's own host only. A call
 * that is known to have done nothing is retried until its deadline; a create with an unknown outcome never is.
 *
 * @see https://www.conductorone.com/docs/api
 */
export class Tenant {
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

  /** Gets a token ready while the caller does other things, so that the next call need not wait for one. */
  async connect({ deadline }: Call): Promise<void> {
    await this.#tokens.get(deadline)
  }

  /**
   * Creates a vault: `POST /api/v1/vaults`. There is no idempotency key: after a failure of kind `lost` the vault may
   * exist.
   *
   * @throws {ConductorOneFailure}
   */
  async createVault(request: VaultServiceCreateRequest, call: Call): Promise<Vault> {
    const operation = {
      method: 'POST',
      path: '/api/v1/vaults',
      body: request,
      effect: 'create',
      answer: VaultAnswer,
    } as const
    return (await this.#call(operation, call)).vault
  }

  /**
   * Sets how long credentials in a vault live: `POST /api/v1/vaults/{id}`. May be repeated.
   *
   * @param seconds whole seconds
   * @throws {ConductorOneFailure}
   */
  async setCredentialExpiration(id: string, seconds: number, call: Call): Promise<Vault> {
    const operation = {
      method: 'POST',
      path: vaultPath(id),
      body: {
        vault: { id, credentialExpirationDuration: `${seconds}s` },
        updateMask: 'credentialExpirationDuration',
      },
      effect: 'idempotent',
      answer: VaultAnswer,
    } as const
    return (await this.#call(operation, call)).vault
  }

  /**
   * Reads a vault: `GET /api/v1/vaults/{id}`.
   *
   * @throws {ConductorOneFailure} `refused` with status 404 if there is no such vault
   */
  async getVault(id: string, call: Call): Promise<Vault> {
    const operation = {
      method: 'GET',
      path: vaultPath(id),
      effect: 'idempotent',
      answer: VaultAnswer,
    } as const
    return (await this.#call(operation, call)).vault
  }

  /**
   * Finds the enabled users with exactly this e-mail address: `POST /api/v1/search/users`. Asks for two, as more than
   * one is one too many.
   *
   * @throws {ConductorOneFailure}
   */
  async searchUsers(email: string, call: Call): Promise<FoundUser[]> {
    const operation = {
      method: 'POST',
      path: '/api/v1/search/users',
      body: { email, userStatuses: ['ENABLED'], pageSize: 2 },
      effect: 'idempotent',
      answer: UserSearchAnswer,
    } as const
    const { list } = await this.#call(operation, call)
    return (list ?? []).map(({ user }) => ({ id: user?.id ?? '', email: user?.email ?? '' }))
  }

  /** Makes a call, and makes it once more with a fresh token if the API answers 401; a second 401 is final. */
  async #call<T>(operation: Operation<T>, call: Call): Promise<T> {
    const callWith = (token: AccessToken) =>
      retryWhileUnavailable(
        (timeoutMs) => this.#attempt(operation, token, call, timeoutMs),
        call.deadline,
        this.#world,
      )
    const token = await this.#tokens.get(call.deadline)
    try {
      return await callWith(token)
    } catch (error) {
      const isRejected = error instanceof ConductorOneFailure && error.failure.upstream?.status === 401
      if (!isRejected) throw error
    }
    return callWith(await this.#tokens.replace(token, call.deadline))
  }

  /** Makes one attempt as soon as a lane is free, and reads its answer. */
  async #attempt<T>(
    operation: Operation<T>,
    { value: token }: AccessToken,
    call: Call,
    timeoutMs: number,
  ): Promise<T> {
    const { method, path, body, effect } = operation
    const url = `${this.#baseUrl.href.replace(/\/$/, '')}${path}`
    await call.lanes?.enter(call.deadline)
    const endsAt = this.#world.now() + timeoutMs
    const sendWith = async (authorization: { readonly Authorization: string; readonly DPoP?: string }) => {
      const remainingMs = call.deadline.remainingMs()
      if (remainingMs < MIN_REMAINING_MS[effect])
        throw new ConductorOneFailure({ kind: 'unavailable', reason: 'too little time was left to ask it' })
      const request = {
        method,
        headers: {
          ...authorization,
          Accept: 'application/json',
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        // a create may take all the time there is: giving up on it early leaves its outcome unknown
        timeoutMs: effect === 'create' ? remainingMs : Math.min(remainingMs, endsAt - this.#world.now()),
        traceparent: call.traceparent,
      }
      return send(url, request, this.#world).catch((error: unknown) => {
        throw new ConductorOneFailure(unanswered(effect, reasonOf(error)))
      })
    }
    try {
      const answer = await (this.#proofs
        ? this.#proofs.prove(method, url, token, (DPoP) =>
            sendWith({ Authorization: `DPoP ${token.reveal()}`, DPoP }),
          )
        : sendWith({ Authorization: `Bearer ${token.reveal()}` }))
      return readAnswer(answer, operation.answer, effect, this.#world.now(), token)
    } finally {
      call.lanes?.leave()
    }
  }
}

/** Encodes a vault's id in its path. An id that is empty or a dot would reach another path than meant. */
function vaultPath(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError('a vault id is never empty')
  return `/api/v1/vaults/${encodeURIComponent(id)}`
}
