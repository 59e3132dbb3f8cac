import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A webhook that arrived. */
export interface ReceivedWebhook {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a receiver says to a webhook. */
export interface ReceiverAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown
}

/** Somebody who gets webhooks, over http, and checks nothing. */
export interface WebhookReceiver {
  readonly url: URL
  readonly received: readonly ReceivedWebhook[]
  /** Says what is answered, in turn; the last one stays. Forgets what was received. */
  will(...answers: ReceiverAnswer[]): void
  stop(): Promise<void>
}

/** Starts a receiver on this machine. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  let answers: ReceiverAnswer[] = [{ status: 202 }]
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 202 }
    // None of the headers that matter here comes twice.
    received.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, body })
    const isText = typeof answer.body === 'string'
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(isText || answer.body === undefined ? answer.body : JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/webhooks/conductorone`),
    received,
    will(...next) {
      received.length = 0
      answers = next
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
