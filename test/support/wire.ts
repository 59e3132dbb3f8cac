import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Which requests are meant: all that is given must fit. A string is the exact path, without the query. */
export interface WireMatch {
  readonly method?: string
  readonly path?: string | RegExp
  /** A part of the body. */
  readonly body?: string
}

/** A request that came over the wire. */
export interface WireCall {
  readonly method: string
  readonly path: string
  readonly body: string
  cut?: 'before' | 'after'
}

/** An answer that is kept back. */
export interface WireHold {
  /** Settles when the target has answered a request that is held: the work is done, and nobody knows. */
  readonly answered: Promise<void>
  /** Lets held answers go, and holds no more. */
  release(): void
}

/** A wire that can be cut. */
export interface Wire {
  readonly url: URL
  readonly calls: readonly WireCall[]
  /**
   * Destroys the client's TCP socket on the next requests that match: `before` forwards nothing, `after`
   * forwards, waits for the whole answer and delivers not one byte of it.
   */
  cut(when: 'before' | 'after', match: WireMatch, times?: number): void
  hold(match: WireMatch): WireHold
  /** Forgets the cuts that have not struck. */
  mend(): void
  close(): Promise<void>
}

interface Cut {
  readonly when: 'before' | 'after'
  readonly match: WireMatch
  times: number
}

interface Held {
  readonly match: WireMatch
  readonly released: Promise<void>
  answered(): void
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'te',
  'upgrade',
  'host',
]

/**
 * Starts a proxy in front of an HTTP server, which passes everything on until it is told otherwise.
 *
 * @param target the server
 * @returns the wire; its `url` stands for the target's
 */
export async function startWire(target: URL): Promise<Wire> {
  // workerd closes idle connections after five seconds; a reused one must be younger.
  const agent = new Agent({ keepAlive: true, timeout: 2_000 })
  const calls: WireCall[] = []
  const cuts: Cut[] = []
  const holds = new Set<Held>()

  function forward(incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.includes(name)),
    )
    if (body.length > 0) headers['content-length'] = String(body.length)
    return new Promise((resolve, reject) => {
      const { hostname, port } = target
      const options = { agent, hostname, port, method: incoming.method, path: incoming.url, headers }
      request(options, resolve).on('error', reject).end(body)
    })
  }

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray())
    const call: WireCall = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      body: body.toString(),
    }
    calls.push(call)
    const cut = cuts.find(({ match, times }) => times > 0 && fits(match, call))
    if (cut) {
      cut.times -= 1
      call.cut = cut.when
    }
    if (call.cut === 'before') return destroy(incoming)
    const answer = await forward(incoming, body)
    const { statusCode = 502, headers } = answer
    const held = call.cut ? undefined : [...holds].find(({ match }) => fits(match, call))
    if (call.cut === 'after') {
      await answer.toArray()
      return destroy(incoming)
    }
    if (held) {
      const whole = Buffer.concat(await answer.toArray())
      held.answered()
      await held.released
      outgoing.writeHead(statusCode, headers).end(whole)
      return
    }
    outgoing.writeHead(statusCode, headers)
    outgoing.on('close', () => answer.destroy())
    answer.on('error', () => destroy(incoming)).pipe(outgoing)
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    // Whatever goes wrong behind the wire looks to the client like a connection that broke.
    pass(incoming, outgoing).catch(() => destroy(incoming))
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo

  return {
    url: new URL(`http://127.0.0.1:${port}`),
    calls,
    cut(when, match, times = 1) {
      cuts.push({ when, match, times })
    },
    hold(match) {
      const answered = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      const held = { match, released: released.promise, answered: answered.resolve }
      holds.add(held)
      return {
        answered: answered.promise,
        release() {
          holds.delete(held)
          released.resolve()
        },
      }
    },
    mend() {
      cuts.length = 0
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      agent.destroy()
      return closed
    },
  }
}

function destroy(incoming: IncomingMessage): void {
  incoming.socket.destroy()
}

function fits({ method, path, body }: WireMatch, call: WireCall): boolean {
  if (method !== undefined && call.method !== method) return false
  if (typeof path === 'string' && call.path.split('?')[0] !== path) return false
  if (path instanceof RegExp && !path.test(call.path)) return false
  return body === undefined || call.body.includes(body)
}
