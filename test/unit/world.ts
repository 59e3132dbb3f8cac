import { type Answer, send } from '../../src/lib/outgoing.ts'
import type { World } from '../../src/lib/world.ts'

/** When every unit test takes place: 1 October 2026, 12:00 UTC. */
export const NOON = Date.UTC(2026, 9, 1, 12)

/** What the scripted network says to one request. */
export type Step = Response | Error | ((input: string, init: RequestInit) => Response | Promise<Response>)

/** One request that the code under test has sent. */
export type Sent = { readonly url: string; readonly init: RequestInit }

/** A world without surprises: its clock moves when it is told to, its network follows a script. */
export class TestWorld implements World {
  /** every pause that was asked for, in milliseconds */
  readonly sleeps: number[] = []
  readonly sent: Sent[] = []
  readonly #script: Step[]
  readonly #pending = new Set<Promise<unknown>>()
  #time = NOON
  #seed = 1

  /** @param script what the network says, one step a request; the last step answers all further ones */
  constructor(...script: readonly Step[]) {
    this.#script = [...script]
  }

  readonly now = () => this.#time

  readonly sleep = async (milliseconds: number) => {
    this.sleeps.push(milliseconds)
    this.pass(milliseconds)
  }

  readonly fetch = async (url: string, init: RequestInit) => {
    this.sent.push({ url, init })
    const step = this.#script.length > 1 ? this.#script.shift() : this.#script[0]
    if (!step) throw new Error(`the script has no answer to ${url}`)
    if (step instanceof Error) throw step
    return step instanceof Response ? copy(step) : step(url, init)
  }

  /** Bytes that look random and are the same in every run: a linear congruential generator. */
  readonly random = (bytes: number) =>
    Uint8Array.from({ length: bytes }, () => {
      this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0
      return this.#seed >>> 24
    })

  readonly background = (work: Promise<unknown>) => {
    this.#pending.add(work)
    work.then(
      () => this.#pending.delete(work),
      () => this.#pending.delete(work),
    )
  }

  /** Moves the clock. */
  pass(milliseconds: number): void {
    this.#time += milliseconds
  }

  /** Resolves when nothing goes on in the background any more; rejects as the work did. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }
}

/** A response of its own: the branches of a clone can only be cancelled together. */
async function copy(response: Response): Promise<Response> {
  const body = await response.clone().arrayBuffer()
  return new Response(body.byteLength > 0 ? body : null, response)
}

/** An answer with a JSON body. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}

/** A response as {@link send} hands it on. */
export function answerOf(step: Step, maxAnswerBytes?: number): Promise<Answer> {
  const request = { timeoutMs: 60_000, ...(maxAnswerBytes !== undefined && { maxAnswerBytes }) }
  return send('https://acme.conductor.one/', request, new TestWorld(step))
}
