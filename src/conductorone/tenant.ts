import type * as z from 'zod/mini'
import { USER_AGENT } from '../lib/user-agent.ts'
import type { World } from '../lib/world.ts'
import { type Effect, noAnswer, readAnswer, reasonOf } from './answer.ts'
import type { Deadline } from './deadline.ts'
import { ConductorOneFailure } from './failure.ts'
import { insist } from './insist.ts'
import type { Lanes } from './lanes.ts'
import type { TokenCache } from './token/cache.ts'
import type { AccessToken } from './token/exchange.ts'
import type { ProofOfPossession } from './token/proof-of-possession.ts'
import { UserSearchAnswer, type Vault, VaultAnswer, type VaultServiceCreateRequest } from './wire.ts'

/** Milliseconds that must be left for a call to be sent; a create without time for its answer ends unknown. */
const LEAST_TIME = { repeatable: 1_000, creating: 5_000 } as const

/** What every call takes along from the request that it serves. */
export type Call = {
  readonly deadline: Deadline
  /** the caller's trace, passed on as it came: W3C Trace Context, section 3.2 */
  readonly traceparent?: string | undefined
  /** the lanes that it shares with others, where there are others */
  readonly lanes?: Lanes | undefined
}

type Operation<T> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly effect: Effect
  readonly answer: z.ZodMiniType<T>
}

/** A user as the search finds one; a blank e-mail address means that we may not see it. */
export type FoundUser = { readonly id: string; readonly email: string }

/**
 * A ConductorOne tenant: the few calls that we make. Every call carries the token to the tenant's own host only,
 * follows no redirect, reads a limited answer and gives up at the deadline. A call that is known to have done nothing
 * is tried again while there is time; a create whose fate is unknown never is.
 *
 * @see https://www.conductorone.com/docs/api
 */
export class Tenant {
  readonly #baseUrl: URL
  readonly #tokens: TokenCache
  readonly #world: World
  readonly #proofs: ProofOfPossession | undefined

  /**
   * @param baseUrl the tenant, `https://acme.conductor.one`
   * @param tokens where access tokens come from
   * @param proofs makes a proof for every call, where tokens are bound to a key
   */
  constructor(baseUrl: URL, tokens: TokenCache, world: World, proofs?: ProofOfPossession) {
    this.#baseUrl = baseUrl
    this.#tokens = tokens
    this.#world = world
    this.#proofs = proofs
  }

  /** Gets a token ready, so that whatever else the caller does first costs no time. */
  async connect({ deadline }: Call): Promise<void> {
    await this.#tokens.get(deadline)
  }

  /**
   * `POST /api/v1/vaults`. There is no idempotency key: after a failure of kind `lost` the vault may exist.
   *
   * @throws {ConductorOneFailure}
   */
  async createVault(request: VaultServiceCreateRequest, call: Call): Promise<Vault> {
    const operation = {
      method: 'POST',
      path: '/api/v1/vaults',
      body: request,
      effect: 'creating',
      answer: VaultAnswer,
    } as const
    return (await this.#do(operation, call)).vault
  }

  /**
   * `POST /api/v1/vaults/{id}`: sets how long credentials in the vault live. May be repeated.
   *
   * @param seconds whole seconds
   * @throws {ConductorOneFailure}
   */
  async setCredentialExpiration(id: string, seconds: number, call: Call): Promise<Vault> {
    const body = {
      vault: { id, credentialExpirationDuration: `${seconds}s` },
      updateMask: 'credentialExpirationDuration',
    }
    const operation = {
      method: 'POST',
      path: vaultPath(id),
      body,
      effect: 'repeatable',
      answer: VaultAnswer,
    } as const
    return (await this.#do(operation, call)).vault
  }

  /**
   * `GET /api/v1/vaults/{id}`
   *
   * @throws {ConductorOneFailure} `refused` with status 404 where there is no such vault
   */
  async getVault(id: string, call: Call): Promise<Vault> {
    const operation = {
      method: 'GET',
      path: vaultPath(id),
      effect: 'repeatable',
      answer: VaultAnswer,
    } as const
    return (await this.#do(operation, call)).vault
  }

  /**
   * `POST /api/v1/search/users`: the enabled users with exactly this e-mail address; two are asked for, as more than
   * one is one too many.
   *
   * @throws {ConductorOneFailure}
   */
  async searchUsers(email: string, call: Call): Promise<FoundUser[]> {
    const body = { email, userStatuses: ['ENABLED'], pageSize: 2 }
    const operation = {
      method: 'POST',
      path: '/api/v1/search/users',
      body,
      effect: 'repeatable',
      answer: UserSearchAnswer,
    } as const
    const { list } = await this.#do(operation, call)
    return (list ?? []).map(({ user }) => ({ id: user?.id ?? '', email: user?.email ?? '' }))
  }

  /** A token that the API does not accept is replaced once; a 401 to a fresh one is final. */
  async #do<T>(operation: Operation<T>, call: Call): Promise<T> {
    const token = await this.#tokens.get(call.deadline)
    try {
      return await this.#insist(operation, token, call)
    } catch (error) {
      if (!(error instanceof ConductorOneFailure) || error.failure.upstream?.status !== 401) throw error
    }
    return this.#insist(operation, await this.#tokens.replace(token, call.deadline), call)
  }

  #insist<T>(operation: Operation<T>, token: AccessToken, call: Call): Promise<T> {
    const { answer, effect } = operation
    const attempt = async (patience: number) => {
      await call.lanes?.enter(call.deadline)
      return call.deadline.within(
        async (signal) => {
          const sent = this.#send(operation, token, call, signal).finally(() => call.lanes?.leave())
          return readAnswer(await sent, answer, effect, this.#world.now(), token.value)
        },
        // a create may take all the time there is: giving up on it earlier leaves its fate unknown
        effect === 'creating' ? undefined : patience,
      )
    }
    return insist(attempt, call.deadline, this.#world)
  }

  #send(
    operation: Operation<unknown>,
    { value: token }: AccessToken,
    call: Call,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = `${this.#baseUrl.href.replace(/\/$/, '')}${operation.path}`
    if (!this.#proofs)
      return this.#request(operation, url, { Authorization: `Bearer ${token.reveal()}` }, call, signal)
    return this.#proofs.prove(operation.method, url, token, (DPoP) =>
      this.#request(operation, url, { Authorization: `DPoP ${token.reveal()}`, DPoP }, call, signal),
    )
  }

  async #request(
    { method, body, effect }: Operation<unknown>,
    url: string,
    authorization: { readonly Authorization: string; readonly DPoP?: string },
    { deadline, traceparent }: Call,
    signal: AbortSignal,
  ): Promise<Response> {
    if (deadline.left() < LEAST_TIME[effect])
      throw new ConductorOneFailure({ kind: 'unavailable', reason: 'too little time was left to ask it' })
    try {
      return await this.#world.fetch(url, {
        method,
        redirect: 'manual',
        signal,
        headers: {
          ...authorization,
          Accept: 'application/json',
          'User-Agent': USER_AGENT,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(traceparent && { traceparent }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw new ConductorOneFailure(noAnswer(effect, reasonOf(error)))
    }
  }
}

/** An id that is empty or a dot would reach another path than meant. */
function vaultPath(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError('a vault id is never empty')
  return `/api/v1/vaults/${encodeURIComponent(id)}`
}
