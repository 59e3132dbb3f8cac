import * as z from 'zod/mini'
import type { AccessToken } from '../lib/access-token.ts'
import { type Answer, send, USER_AGENT } from '../lib/outgoing.ts'
import { newTraceparent } from '../lib/traceparent.ts'
import type { World } from '../lib/world.ts'
import { type Effect, readAnswer, reasonOf, unanswered } from './answer.ts'
import type { Deadline } from './deadline.ts'
import { ConductorOneFailure } from './failure.ts'
import type { Lanes } from './lanes.ts'
import { retryWhileUnavailable } from './retry.ts'
import type { TokenCache } from './token/cache.ts'
import type { ProofOfPossession } from './token/proof-of-possession.ts'
import {
  SystemLogAnswer,
  UserSearchAnswer,
  type Vault,
  VaultAnswer,
  type VaultServiceCreateRequest,
} from './wire.ts'

/** Below this a call is not sent. A create without time for its answer would end as unknown. */
const MIN_REMAINING_MS = { idempotent: 1_000, create: 5_000 } as const

/** The most that ConductorOne's own clients ask for. */
const EVENTS_PER_PAGE = 100
/** A page of events with 40 KB each still fits. */
const MAX_EVENTS_BYTES = 4 * 1_024 * 1_024

/** What every call takes along from the request that it serves. */
export type Call = {
  readonly deadline: Deadline
  /** the id of the request that it serves; a create carries it, so that people find it in the system log */
  readonly request?: string | undefined
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
  /** runs once everything is ready; the request is sent as soon as it resolves, and not if it rejects */
  readonly beforeSend?: () => Promise<void>
  /** the size of an answer that is still read, if it is not the usual one */
  readonly maxAnswerBytes?: number
}

/** A user as the search finds one. A blank e-mail address means that we may not see it. */
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

  /** Gets a token ready while other work goes on, so that the next call need not wait for one. */
  async connect({ deadline }: Call): Promise<void> {
    await this.#tokens.get(deadline)
  }

  /**
   * Reads something that is not about vaults, such as the credential's own rights: a GET that changes nothing.
   *
   * @throws {ConductorOneFailure}
   */
  read<T>(path: string, answer: z.ZodMiniType<T>, call: Call): Promise<T> {
    return this.#call({ method: 'GET', path, effect: 'idempotent', answer }, call)
  }

  /**
   * Creates a vault: `POST /api/v1/vaults`. There is no idempotency key: after a failure of kind `lost` the vault may
   * exist.
   *
   * @param beforeSend records that the create is about to be sent. It runs when nothing is left to wait for: the token
   *   is here and a lane is free. Nothing was sent if it never ran.
   * @throws {ConductorOneFailure}
   */
  async createVault(
    request: VaultServiceCreateRequest,
    call: Call,
    beforeSend: () => Promise<void>,
  ): Promise<Vault> {
    let recorded: Promise<void> | undefined
    const operation = {
      method: 'POST',
      path: '/api/v1/vaults',
      body: request,
      effect: 'create',
      answer: VaultAnswer,
      // a second attempt after a 429 is recorded already
      beforeSend: () => (recorded ??= beforeSend()),
    } as const
    return (
      await this.#call(operation, {
        ...call,
        traceparent: call.traceparent ?? newTraceparent(this.#world),
      })
    ).vault
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
      answer: vaultAnswer(id),
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
      answer: vaultAnswer(id),
    } as const
    return (await this.#call(operation, call)).vault
  }

  /**
   * Finds the enabled users with an e-mail address: `POST /api/v1/search/users`. Asks for two, as more than one is one
   * too many.
   *
   * @throws {ConductorOneFailure}
   */
  searchUsersByEmail(email: string, call: Call): Promise<FoundUser[]> {
    return this.#searchUsers({ email, pageSize: 2 }, call)
  }

  /**
   * Finds the enabled users among those with these ids, in one call: `POST /api/v1/search/users`.
   *
   * @param ids at most a page of them, which is 100
   * @throws {ConductorOneFailure}
   */
  searchUsersById(ids: readonly string[], call: Call): Promise<FoundUser[]> {
    const refs = ids.map((id) => ({ id }))
    return this.#searchUsers({ refs, pageSize: ids.length }, call)
  }

  async #searchUsers(search: object, call: Call): Promise<FoundUser[]> {
    const operation = {
      method: 'POST',
      path: '/api/v1/search/users',
      body: { ...search, userStatuses: ['ENABLED'] },
      effect: 'idempotent',
      answer: UserSearchAnswer,
    } as const
    const { list } = await this.#call(operation, call)
    // a hit may be without a user, or the user without an id: that is nobody
    return (list ?? []).flatMap(({ user }) => (user?.id ? [{ id: user.id, email: user.email ?? '' }] : []))
  }

  /**
   * Reads a page of the system log, oldest events first: `POST /api/v1/systemlog/events`.
   *
   * @param page from when on, as RFC 3339 has it, and the token of the page before's answer, if there is one
   * @throws {ConductorOneFailure} with status 403 if the credential may not read it
   */
  async listEvents(
    { since, pageToken }: { readonly since: string; readonly pageToken: string },
    call: Call,
  ): Promise<{ events: readonly unknown[]; nextPageToken: string }> {
    const operation = {
      method: 'POST',
      path: '/api/v1/systemlog/events',
      body: {
        since,
        sortDirection: 'SORT_DIRECTION_ASC',
        pageSize: EVENTS_PER_PAGE,
        ...(pageToken && { pageToken }),
      },
      effect: 'idempotent',
      answer: SystemLogAnswer,
      maxAnswerBytes: MAX_EVENTS_BYTES,
    } as const
    const { list, nextPageToken } = await this.#call(operation, call)
    return { events: list ?? [], nextPageToken: nextPageToken ?? '' }
  }

  /** Repeats attempts while each is known to have done nothing. */
  #call<T>(operation: Operation<T>, call: Call): Promise<T> {
    const attempt = (timeoutMs: number) => this.#attempt(operation, call, timeoutMs)
    return retryWhileUnavailable(attempt, call.deadline, this.#world)
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
      await operation.beforeSend?.()
      const endsAt = this.#world.now() + timeoutMs
      const answer = await this.#send(operation, token, call, endsAt)
      if (answer.status !== 401) return readAnswer(answer, schema, effect, this.#world.now(), token.value)
      const fresh = await this.#tokens.replace(token, call.deadline)
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

/** @throws {ConductorOneFailure} `unavailable` if an answer would come too late */
function checkTime({ deadline }: Call, effect: Effect): void {
  if (deadline.remainingMs() < MIN_REMAINING_MS[effect])
    throw new ConductorOneFailure({ kind: 'unavailable', reason: 'too little time was left to ask it' })
}

/** Accepts an answer about this vault only: one with another id says nothing about it. */
function vaultAnswer(id: string) {
  return VaultAnswer.check(z.refine(({ vault }) => vault.id === id))
}

/** Encodes a vault's id in its path. An id that is empty or a dot would reach another path than meant. */
function vaultPath(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError('a vault id is never empty')
  return `/api/v1/vaults/${encodeURIComponent(id)}`
}
