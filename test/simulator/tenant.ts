import { DurableObject } from 'cloudflare:workers'
import type { Hono } from 'hono'
import { tenantApi } from './api.ts'
import type { Signed } from './bearer.ts'
import { type Bindings, readCredentials, readInitialUsers } from './bindings.ts'
import { type ControlledState, controlApi } from './control.ts'
import { faultyAnswer } from './fault-answer.ts'
import { FaultQueue } from './fault-queue.ts'
import { Journal } from './journal.ts'
import { Proofs } from './proofs.ts'
import { journalBody, journalHeaders, journalPath, journalProof } from './redaction.ts'
import { SigningKeys } from './signing-keys.ts'
import { stepOf } from './step.ts'
import { SystemLog } from './system-log.ts'
import { Tokens } from './tokens.ts'
import { Users } from './users.ts'
import { Vaults } from './vaults.ts'
import { Deliveries } from './webhook-deliveries.ts'

/** The tenant. Everything it knows is in its SQLite storage, since an idle object is evicted from memory. */
export class Tenant extends DurableObject<Bindings> {
  readonly #state: ControlledState
  readonly #api: Hono<Signed>
  readonly #control: Hono

  constructor(context: DurableObjectState, bindings: Bindings) {
    super(context, bindings)
    const { sql } = context.storage
    this.#state = {
      credentials: readCredentials(bindings),
      tokens: new Tokens(sql),
      proofs: new Proofs(sql),
      users: new Users(sql),
      vaults: new Vaults(sql),
      keys: new SigningKeys(sql),
      systemLog: new SystemLog(sql),
      deliveries: new Deliveries(sql),
      journal: new Journal(sql),
      faults: new FaultQueue(sql),
      reset: () => this.#reset(),
    }
    this.#api = tenantApi(this.#state)
    this.#control = controlApi(this.#state)
    sql.exec('CREATE TABLE IF NOT EXISTS begun (at TEXT NOT NULL)')
    if (sql.exec('SELECT at FROM begun').toArray().length === 0) {
      sql.exec('INSERT INTO begun VALUES (?)', new Date().toISOString())
      this.#state.users.replace(readInitialUsers(bindings))
    }
  }

  /**
   * Answers the control API at once, and everything else as the tenant would: journalled, and with the faults
   * that were asked for.
   *
   * @param request any request
   * @returns its answer
   */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (/^\/_simulator(\/|$)/.test(url.pathname)) return this.#control.fetch(request)
    const step = stepOf(request.method, url.pathname)
    const path = url.pathname + url.search
    const bytes = await request.arrayBuffer()
    const body = new TextDecoder().decode(bytes)
    const suffering = this.#state.faults.take(step, path, body)
    const position = this.#state.journal.add({
      at: new Date().toISOString(),
      step,
      method: request.method,
      path: journalPath(path),
      headers: journalHeaders(request.headers),
      ...journalProof(request.headers),
      body: journalBody(step, body),
      ...(suffering.names.length > 0 && { fault: suffering.names.join('+') }),
    })
    if (suffering.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, suffering.delayMs))
    const { method, headers } = request
    const work = async () =>
      this.#api.fetch(
        new Request(request.url, { method, headers, body: bytes.byteLength > 0 ? bytes : null }),
      )
    const response = await faultyAnswer(suffering.ending, work)
    this.#state.journal.settle(position, response.status)
    return response
  }

  #reset(): void {
    const { users, tokens, proofs, vaults, keys, systemLog, deliveries, journal, faults } = this.#state
    const parts = [tokens, proofs, vaults, keys, systemLog, deliveries, journal, faults]
    for (const part of parts) part.clear()
    users.replace(readInitialUsers(this.env))
  }
}
