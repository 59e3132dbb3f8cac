import * as z from 'zod/mini'
import { newTraceparent } from '../lib/traceparent.ts'
import type { World } from '../lib/world.ts'
import { Api } from './api.ts'
import type { Call } from './call.ts'
import type { TokenCache } from './token/cache.ts'
import type { ProofOfPossession } from './token/proof-of-possession.ts'
import {
  SystemLogAnswer,
  UserSearchAnswer,
  type Vault,
  VaultAnswer,
  type VaultServiceCreateRequest,
} from './wire.ts'

/** The most that ConductorOne's own clients ask for. */
const EVENTS_PER_PAGE = 100
/** A page of events with 40 KB each still fits. */
const MAX_EVENTS_BYTES = 4 * 1_024 * 1_024

/** Records how far a create is, so that what only waits is not taken to be sent. */
export type CreateRecord = {
  /**
   * Records that the create is about to be sent. It runs when nothing is left to wait for: the token is here and a lane
   * is free. Nothing was sent if it never ran.
   */
  readonly beforeSend: () => void
  /** Records that an answer says nothing was created: the create waits and is sent again. */
  readonly beforeWait: () => void
}

/** A user as the search finds one. A blank e-mail address means that we may not see it. */
export type FoundUser = { readonly id: string; readonly email: string }

/**
 * A ConductorOne tenant, reduced to the few calls that we make.
 *
 * @see https://www.conductorone.com/docs/api
 */
export class Tenant {
  readonly #api: Api
  readonly #tokens: TokenCache
  readonly #world: World

  /**
   * Connects to nothing yet.
   *
   * @param baseUrl the tenant, `https://acme.conductor.one`
   * @param tokens the source of access tokens
   * @param proofs makes a proof for every call if tokens are bound to a key
   */
  constructor(baseUrl: URL, tokens: TokenCache, world: World, proofs?: ProofOfPossession) {
    this.#api = new Api(baseUrl, tokens, world, proofs)
    this.#tokens = tokens
    this.#world = world
  }

  /** Gets a token ready while other work goes on, so that the next call need not wait for one. */
  async connect({ deadline }: Call): Promise<void> {
    await this.#tokens.get(deadline)
  }

  /** Says whether a token is ready. */
  isConnected(): boolean {
    return this.#tokens.isReady()
  }

  /**
   * Reads something that is not about vaults, such as the credential's own rights: a GET that changes nothing.
   *
   * @throws {ConductorOneFailure}
   */
  read<T>(path: string, answer: z.ZodMiniType<T>, call: Call): Promise<T> {
    return this.#api.call({ method: 'GET', path, effect: 'idempotent', answer }, call)
  }

  /**
   * Creates a vault: `POST /api/v1/vaults`. There is no idempotency key: after a failure of kind `lost` the vault may
   * exist.
   *
   * @param record what records how far the create is
   * @throws {ConductorOneFailure}
   */
  async createVault(
    request: VaultServiceCreateRequest,
    call: Call,
    { beforeSend, beforeWait }: CreateRecord,
  ): Promise<Vault> {
    const operation = {
      method: 'POST',
      path: '/api/v1/vaults',
      body: request,
      effect: 'create',
      answer: VaultAnswer,
      beforeSend,
      beforeWait,
    } as const
    return (
      await this.#api.call(operation, {
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
    return (await this.#api.call(operation, call)).vault
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
    return (await this.#api.call(operation, call)).vault
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
    const { list } = await this.#api.call(operation, call)
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
    const { list, nextPageToken } = await this.#api.call(operation, call)
    return { events: list ?? [], nextPageToken: nextPageToken ?? '' }
  }
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
