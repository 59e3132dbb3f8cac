import type { ResponseDocument } from './webhook-document.ts'

/** Attempts after which ConductorOne gives up. */
const ATTEMPTS_LIMIT = 50

/** What has become of a delivery, in C1's words (`WebhookInstance.state`). */
export type DeliveryState =
  | 'WEBHOOK_STATE_PENDING'
  | 'WEBHOOK_STATE_ERROR'
  | 'WEBHOOK_STATE_WAITING_CALLBACK'
  | 'WEBHOOK_STATE_SUCCESS'
  | 'WEBHOOK_STATE_FATAL_ERROR'

/** One webhook that is delivered, however many attempts that takes. */
export interface Delivery {
  readonly id: string
  /** Of the envelope; the delivery's own unless a test says otherwise. */
  readonly webhookId: string
  /** The full name. */
  readonly event: string
  /** Where to. */
  readonly url: string
  /** The tenant's host name, as a receiver knows it. */
  readonly issuer: string
  readonly callbackUrl: string
  /** The raw body, the same for every attempt. */
  readonly body: string
  readonly state: DeliveryState
  /** How many were made. */
  readonly attempts: number
  /** The answer, or the callback, that was taken. */
  readonly document: ResponseDocument | null
  /** How it came. */
  readonly answeredBy: 'answer' | 'callback' | null
  /** Why it failed, or failed last. */
  readonly problem: string | null
  readonly expiresAt: string
}

/** What one attempt came to. */
export type Verdict =
  | { readonly kind: 'answered'; readonly document: ResponseDocument }
  | { readonly kind: 'later' }
  | { readonly kind: 'gone' | 'refused' | 'failed'; readonly problem: string }

/** The tenant's deliveries, in its storage. What answers one first stays its answer. */
export class Deliveries {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS deliveries (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, token TEXT UNIQUE NOT NULL, delivery TEXT NOT NULL)',
    )
  }

  /** @returns every delivery, oldest first */
  all(): Delivery[] {
    return this.#read('SELECT delivery FROM deliveries ORDER BY position')
  }

  /** @returns the delivery of that id, if there is one */
  find(id: string): Delivery | undefined {
    return this.#read('SELECT delivery FROM deliveries WHERE id = ?', id).at(0)
  }

  /** @returns the delivery whose callback URL ends so, unless it is settled or its time is over */
  awaitedAt(token: string): Delivery | undefined {
    const delivery = this.#read('SELECT delivery FROM deliveries WHERE token = ?', token).at(0)
    return delivery && isOpen(delivery) ? delivery : undefined
  }

  /**
   * @param delivery a new one
   * @param token what its callback URL ends with
   */
  add(delivery: Delivery, token: string): void {
    const values = [delivery.id, token, JSON.stringify(delivery)]
    this.#sql.exec('INSERT INTO deliveries (id, token, delivery) VALUES (?, ?, ?)', ...values)
  }

  /**
   * Notes what an attempt came to. One that was settled before stays as it was.
   *
   * @param id the delivery
   * @param verdict on the receiver's answer
   * @returns the delivery as it is now
   */
  attempted(id: string, verdict: Verdict): Delivery {
    const before = this.#existing(id)
    const delivery = { ...before, attempts: before.attempts + 1 }
    return this.#write(isOpen(before) ? afterAttempt(delivery, verdict) : delivery)
  }

  /** Takes the document of a callback. */
  calledBack(id: string, document: ResponseDocument): void {
    const state = 'WEBHOOK_STATE_SUCCESS'
    this.#write({ ...this.#existing(id), state, document, answeredBy: 'callback', problem: null })
  }

  /** Ends the time in which a delivery can be answered. */
  expire(id: string): Delivery {
    const before = this.#existing(id)
    const delivery = { ...before, expiresAt: new Date().toISOString() }
    if (!isOpen(before)) return this.#write(delivery)
    return this.#write({ ...delivery, state: 'WEBHOOK_STATE_FATAL_ERROR', problem: 'no callback in time' })
  }

  /** Forgets every delivery. */
  clear(): void {
    this.#sql.exec('DELETE FROM deliveries')
  }

  #existing(id: string): Delivery {
    const delivery = this.find(id)
    if (!delivery) throw new Error(`no delivery ${id}`)
    return delivery
  }

  #read(query: string, ...values: string[]): Delivery[] {
    const rows = this.#sql.exec<{ delivery: string }>(query, ...values).toArray()
    // Only this class writes here, and it takes nothing else.
    return rows.map((row) => JSON.parse(row.delivery) as Delivery)
  }

  #write(delivery: Delivery): Delivery {
    this.#sql.exec('UPDATE deliveries SET delivery = ? WHERE id = ?', JSON.stringify(delivery), delivery.id)
    return delivery
  }
}

function isOpen({ state, expiresAt }: Delivery): boolean {
  const isSettled = state === 'WEBHOOK_STATE_SUCCESS' || state === 'WEBHOOK_STATE_FATAL_ERROR'
  return !isSettled && Date.parse(expiresAt) > Date.now()
}

function afterAttempt(delivery: Delivery, verdict: Verdict): Delivery {
  switch (verdict.kind) {
    case 'answered':
      return {
        ...delivery,
        state: 'WEBHOOK_STATE_SUCCESS',
        document: verdict.document,
        answeredBy: 'answer',
        problem: null,
      }
    case 'later':
      return { ...delivery, state: 'WEBHOOK_STATE_WAITING_CALLBACK', problem: null }
    case 'gone':
    case 'refused':
      return { ...delivery, state: 'WEBHOOK_STATE_FATAL_ERROR', problem: verdict.problem }
    case 'failed': {
      const isLast = delivery.attempts >= ATTEMPTS_LIMIT
      const state = isLast ? 'WEBHOOK_STATE_FATAL_ERROR' : 'WEBHOOK_STATE_ERROR'
      // A receiver that said it would call back may still do so, whatever it says to a repeated delivery.
      const isAwaited = delivery.state === 'WEBHOOK_STATE_WAITING_CALLBACK'
      return { ...delivery, state: isAwaited ? delivery.state : state, problem: verdict.problem }
    }
  }
}
