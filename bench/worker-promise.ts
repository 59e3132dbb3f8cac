import { DurableObject } from 'cloudflare:workers'

type Env = { BASE_URL: string; TOKEN: string; API_KEY: string; LEDGER: DurableObjectNamespace<Ledger> }
type Body = { readonly name: string; readonly owners: readonly string[] }

/**
 * The promise alone: the same bytes in and out as ours, a key that is checked, one row on disk before the create leaves
 * and one after the answer. What it leaves out is in docs/performance.md. It shows how much of a create's cost is the
 * promise itself, whoever writes it.
 */
export class Ledger extends DurableObject<Env> {
  constructor(context: DurableObjectState, env: Env) {
    super(context, env)
    context.storage.sql.exec('CREATE TABLE IF NOT EXISTS requests (key TEXT PRIMARY KEY, answer TEXT)')
  }

  async submit(key: string, id: string, body: string): Promise<string> {
    const { sql } = this.ctx.storage
    const [known] = sql.exec<{ answer: string }>('SELECT answer FROM requests WHERE key = ?', key)
    if (known) return known.answer
    const { name, owners } = JSON.parse(body) as Body // nothing is validated here
    const createdAt = new Date().toISOString()
    // the output gate holds the create back until the row is on disk
    sql.exec('INSERT INTO requests (key, answer) VALUES (?, ?)', key, '')
    const response = await fetch(`${this.env.BASE_URL}/api/v1/vaults`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.env.TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        displayName: name,
        description: `Requested via runbook, request ${id}`,
        groupAuthzVault: {},
        ownerIds: owners,
      }),
    })
    const { vault } = await response.json<{ vault: object }>()
    const request = {
      id,
      status: 'created',
      caller: 'runbook',
      source: 'api',
      name,
      ticket: null,
      requestedBy: null,
      approvedBy: null,
      preset: null,
      owners: owners.map((owner) => ({ input: owner, id: owner })),
      vault,
      problem: null,
      warnings: [],
      attempt: 1,
      nextAttemptAt: null,
      settledBy: null,
      createdAt,
      updatedAt: new Date().toISOString(),
    }
    const answer = JSON.stringify({ vault, request })
    sql.exec('UPDATE requests SET answer = ? WHERE key = ?', answer, key)
    return answer
  }
}

/** What ours sends beside, so that the caller gets the same bytes. */
const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

const utf8 = new TextEncoder()
const digest = (text: string) => crypto.subtle.digest('SHA-256', utf8.encode(text))
let expected: Promise<ArrayBuffer> | undefined

export default {
  async fetch(request: Request, { API_KEY, LEDGER }: Env): Promise<Response> {
    expected ??= digest(`Bearer ${API_KEY}`)
    const presented = await digest(request.headers.get('Authorization') ?? '')
    if (!crypto.subtle.timingSafeEqual(presented, await expected)) return new Response(null, { status: 401 })
    const key = request.headers.get('Idempotency-Key') ?? crypto.randomUUID()
    const shard = (new Uint8Array(await digest(key))[0] ?? 0) % 16
    const id = `req_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`
    const answer = await LEDGER.getByName(`shard-${shard}`).submit(key, id, await request.text())
    const headers = { ...HEADERS, Location: `/v1/requests/${id}`, 'X-Request-Id': id }
    return new Response(answer, { status: 201, headers })
  },
}
