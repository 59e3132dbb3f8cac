import * as z from 'zod/mini'
import type { TicketAccess, TicketClient, TicketToken } from '../config/ticket-tokens.ts'
import { ACCESS_TOKEN, type AccessToken } from '../lib/access-token.ts'
import { parseJson } from '../lib/body.ts'
import { CachedToken } from '../lib/cached-token.ts'
import { type Answer, judgeStatus, readRetryAfter, send } from '../lib/outgoing.ts'
import { SealedToken } from '../lib/sealed-token.ts'
import { Secret } from '../lib/secret.ts'
import type { World } from '../lib/world.ts'
import { RECEIVER_TIMEOUT_MS, retryLater, type TellResult } from './post.ts'

/** Why there is no token, as the result of what it was wanted for. */
type NoToken = Exclude<TellResult, { kind: 'delivered' }>

/** What calls to a ticketing system authenticate with. */
export type TicketCredential = {
  readonly token: () => Promise<TicketToken | NoToken>
  /** replaces the token that was given last and answered 401; undefined if there is no other */
  readonly replace: () => Promise<TicketToken | NoToken | undefined>
}

/** The least that comments need. */
const SCOPE = 'read tickets:write'
/** The lifetime of a token if the answer doesn't say. */
const DEFAULT_LIFETIME_SECONDS = 1_800

/** A good answer: RFC 6749, section 5.1. */
const TokenAnswer = z.looseObject({
  access_token: z.string().check(z.regex(ACCESS_TOKEN)),
  token_type: z.optional(z.pipe(z.string().check(z.toLowerCase()), z.literal('bearer'))),
  expires_in: z.nullish(z.number().check(z.positive())),
})

/** An exchange without a token, and what that means for the comment. */
class ExchangeFailure extends Error {
  readonly result: NoToken

  constructor(result: NoToken) {
    super('the OAuth client got no token')
    this.result = result
  }
}

/** The tokens of each client, for the isolate's life; a configuration is read once in it. */
const cached = new WeakMap<TicketClient, CachedToken>()

/**
 * Makes a credential of what is configured: a token as it stands there, or the token of an OAuth client, which is kept in
 * memory and sealed in KV until it ends.
 */
export function credentialOf(access: TicketAccess, kv: KVNamespace, world: World): TicketCredential {
  if (access.kind === 'token') return { token: async () => access, replace: async () => undefined }
  const tokens = cached.get(access) ?? tokensOf(access, kv, world)
  cached.set(access, tokens)
  let current: AccessToken | undefined
  const give = async (get: () => Promise<AccessToken>): Promise<TicketToken | NoToken> => {
    try {
      current = await get()
      return { kind: 'token', token: current.value, host: access.host }
    } catch (error) {
      if (error instanceof ExchangeFailure) return error.result
      throw error
    }
  }
  return {
    token: () => give(async () => tokens.held() ?? tokens.load()),
    replace: async () => {
      const rejected = current
      return rejected && give(() => tokens.replace(rejected))
    },
  }
}

function tokensOf(client: TicketClient, kv: KVNamespace, world: World): CachedToken {
  const owner = { identity: [client.host, client.clientId, SCOPE], secret: client.clientSecret }
  const store = new SealedToken(kv, owner, world)
  return new CachedToken(() => exchange(client, world), store, world, client.host)
}

/**
 * Asks Zendesk for an access token: `client_credentials` (RFC 6749, section 4.4), for which there is no refresh token.
 * The Workflow that writes the comment repeats what fails in passing.
 *
 * @throws {ExchangeFailure} `refused` if Zendesk says no, `again` if no answer came or a later attempt may fare better
 * @see https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
 */
async function exchange({ host, clientId, clientSecret }: TicketClient, world: World): Promise<AccessToken> {
  const requestedAt = world.now()
  const body = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    scope: SCOPE,
  }
  let answer: Answer
  try {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
    const request = {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      timeoutMs: RECEIVER_TIMEOUT_MS,
    } as const
    answer = await send(`https://${host}/oauth/tokens`, request, world)
  } catch {
    throw new ExchangeFailure(retryLater())
  }
  const { status } = answer
  const verdict = judgeStatus(status)
  if (verdict === 'permanent')
    throw new ExchangeFailure({ kind: 'refused', reason: `its OAuth client got no token: HTTP ${status}` })
  if (verdict === 'again') throw new ExchangeFailure(retryLater(readRetryAfter(answer.headers, world.now())))
  const content = TokenAnswer.safeParse(parseJson(answer.body.text ?? ''))
  // an answer that broke off, or that a proxy wrote
  if (!content.success) throw new ExchangeFailure(retryLater())
  const { access_token, expires_in } = content.data
  return {
    value: new Secret(access_token),
    issuedAt: requestedAt,
    expiresAt: requestedAt + (expires_in ?? DEFAULT_LIFETIME_SECONDS) * 1_000,
  }
}
