import { DurableObject } from 'cloudflare:workers'

type Env = { BASE_URL: string; TOKEN: string; LEDGER: DurableObjectNamespace<Ledger> }

/**
 * The promise alone: the floor, and nothing beside it but what "at most once" needs of the platform. A key leads to a
 * Durable Object, which has the key on disk before the body leaves and the answer on disk before the caller has it.
 * It shows how much of a create's cost is that promise, whoever writes it.
 */
export class Ledger extends DurableObject<Env> {
  constructor(context: DurableObjectState, env: Env) {
    super(context, env)
    context.storage.sql.exec('CREATE TABLE IF NOT EXISTS requests (key TEXT PRIMARY KEY, answer TEXT)')
  }

  async submit(key: string, body: string): Promise<string> {
    const { sql } = this.ctx.storage
    const [known] = sql.exec<{ answer: string }>('SELECT answer FROM requests WHERE key = ?', key)
    if (known) return known.answer
    sql.exec('INSERT INTO requests (key, answer) VALUES (?, ?)', key, '')
    // the output gate holds this back until the row is on disk
    const response = await fetch(`${this.env.BASE_URL}/api/v1/vaults`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.env.TOKEN}`, 'Content-Type': 'application/json' },
      body,
    })
    const answer = await response.text()
    sql.exec('UPDATE requests SET answer = ? WHERE key = ?', answer, key)
    return answer
  }
}

export default {
  async fetch(request: Request, { LEDGER }: Env): Promise<Response> {
    const key = request.headers.get('Idempotency-Key') ?? crypto.randomUUID()
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))
    const shard = (digest[0] ?? 0) % 16
    const answer = await LEDGER.getByName(`shard-${shard}`).submit(key, await request.text())
    return new Response(answer, { status: 201, headers: { 'Content-Type': 'application/json' } })
  },
}
