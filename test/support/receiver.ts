import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { localhost } from './certificate.ts'
import { inPlay } from './in-play.ts'

/** A result that was posted. */
export interface Callback {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** what the receiver answered */
  readonly status: number
}

/** Who gets results, over https. */
export interface Receiver {
  /** `localhost` and its port */
  readonly host: string
  /** Says what a path answers, in turn; 200 when these are used up. */
  will(path: string, ...statuses: number[]): void
  /** What a path was sent. */
  at(path: string): Callback[]
  stop(): Promise<void>
}

/** Starts a receiver on this machine, whose certificate every workerd of this process trusts. */
export async function startReceiver(): Promise<Receiver> {
  const callbacks: Callback[] = []
  const answers = new Map<string, number[]>()
  const server = createServer(localhost, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const path = request.url ?? ''
    const status = answers.get(path)?.shift() ?? 200
    // none of the headers that matter here comes twice
    inPlay(Object.entries(request.headers as Record<string, string>))
    callbacks.push({ path, headers: request.headers as Record<string, string>, body, status })
    response.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return {
    // A server that listens on TCP has an address with a port.
    host: `localhost:${(server.address() as AddressInfo).port}`,
    will: (path, ...statuses) => answers.set(path, statuses),
    at: (path) => callbacks.filter((callback) => callback.path === path),
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
