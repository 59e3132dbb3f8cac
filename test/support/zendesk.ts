/** How long a token of an OAuth client lives unless its client says otherwise. */
const LIFETIME_SECONDS = 1_800

/**
 * A Zendesk account with one ticket and one confidential OAuth client, as Zendesk documents them: tokens come from
 * `client_credentials`, end after half an hour and have no refresh token; a call with any other token is answered 401.
 */
export class Zendesk {
  readonly host = 'acme.zendesk.com'
  readonly client = { host: this.host, clientId: 'vault_bot', clientSecret: 'zendesk-client-secret-1' }
  readonly comments: { readonly id: number; readonly body: string; readonly author_id: number }[] = []
  /** every call in its order: `POST /oauth/tokens` */
  readonly calls: string[] = []
  readonly tokens: string[] = []
  readonly #ends = new Map<string, number>()
  readonly #now: () => number
  /** what happens to the next comment after it was written */
  losesAnswer = false

  constructor(now: () => number) {
    this.#now = now
  }

  /** Ends every token at once, as an administrator can. */
  revoke(): void {
    this.#ends.clear()
  }

  async answer(method: string, url: string, headers: Headers, body: string): Promise<Response> {
    const { pathname } = new URL(url)
    this.calls.push(`${method} ${pathname}`)
    if (pathname === '/oauth/tokens') return this.#exchange(JSON.parse(body))
    const [, token = ''] = /^Bearer (.+)$/.exec(headers.get('Authorization') ?? '') ?? []
    if (!((this.#ends.get(token) ?? 0) > this.#now()))
      return Response.json({ error: 'invalid_token' }, { status: 401 })
    if (pathname === '/api/v2/users/me.json') return Response.json({ user: { id: 7 } })
    if (method === 'GET') return Response.json({ comments: this.comments })
    const { ticket } = JSON.parse(body) as { ticket: { comment: { body: string } } } // ours, or the test fails on it
    this.comments.push({ id: this.comments.length, body: ticket.comment.body, author_id: 7 })
    if (!this.losesAnswer) return Response.json({ ticket: {} })
    this.losesAnswer = false
    throw new Error('the connection broke')
  }

  #exchange(asked: Readonly<Record<string, unknown>>): Response {
    const { clientId, clientSecret } = this.client
    if (asked.client_id !== clientId || asked.client_secret !== clientSecret)
      return Response.json({ error: 'invalid_client' }, { status: 401 })
    if (asked.grant_type !== 'client_credentials' || asked.scope !== 'read tickets:write')
      return Response.json({ error: 'invalid_scope' }, { status: 400 })
    const access_token = `zendesk-access-token-${this.tokens.length + 1}`
    this.tokens.push(access_token)
    this.#ends.set(access_token, this.#now() + LIFETIME_SECONDS * 1_000)
    return Response.json({
      ...{ access_token, token_type: 'bearer', scope: asked.scope },
      expires_in: LIFETIME_SECONDS,
    })
  }
}
