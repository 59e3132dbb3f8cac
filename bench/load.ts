import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One request of a load. */
export type Shot = {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** the statuses that a good answer may have */
  readonly expect: readonly number[]
}

/** Connections that stay open between loads. */
export class Line {
  readonly #agent: Agent
  readonly #url: URL
  readonly #connections: number

  /**
   * @param url where the server listens
   * @param connections how many requests are on their way at once
   */
  constructor(url: URL, connections: number) {
    this.#url = url
    this.#connections = connections
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /**
   * Sends so many requests, on each connection one after the other.
   *
   * @param next makes one request
   * @returns how long each took, and all of them together, in milliseconds
   * @throws {Error} where one is not answered as expected: nothing else would be worth measuring
   */
  async send(count: number, next: () => Shot): Promise<{ latencies: number[]; duration: number }> {
    const latencies: number[] = []
    let left = count
    const connection = async () => {
      while (left-- > 0) latencies.push(await this.#shoot(next()))
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: this.#connections }, connection))
    return { latencies, duration: performance.now() - start }
  }

  /**
   * Sends so many requests a second, whether or not earlier ones have been answered.
   *
   * @param next makes one request
   * @returns how long each took, in milliseconds
   * @throws {Error} as {@link Line.send}
   */
  pace(count: number, perSecond: number, next: () => Shot): Promise<number[]> {
    const shots = Array.from({ length: count }, async (_, index) => {
      await pause((index / perSecond) * 1_000)
      return this.#shoot(next())
    })
    return Promise.all(shots)
  }

  close(): void {
    this.#agent.destroy()
  }

  #shoot(shot: Shot): Promise<number> {
    const { method = 'POST', path, headers, body = '', expect } = shot
    return new Promise((resolve, reject) => {
      const start = performance.now()
      const options = {
        agent: this.#agent,
        method,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      }
      const sent = request(new URL(path, this.#url).href, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('end', () => {
          if (expect.includes(response.statusCode ?? 0)) resolve(performance.now() - start)
          else reject(new Error(`${path} was answered ${response.statusCode}: ${Buffer.concat(chunks)}`))
        })
      })
      sent.once('error', (error: NodeJS.ErrnoException) => {
        // the server closed a connection that nothing had come over for seconds, in the moment that it was used again
        if (sent.reusedSocket && error.code === 'ECONNRESET') this.#shoot(shot).then(resolve, reject)
        else reject(error)
      })
      sent.end(body)
    })
  }
}
