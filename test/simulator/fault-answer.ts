import { withFutureFields, withNullUser, withoutIds } from './disfigured.ts'
import type { Ending } from './faults.ts'
import { webApp } from './web-app.ts'

const CHUNK = new TextEncoder().encode('a'.repeat(16_384))
const CHUNK_INTERVAL_MS = 10

/**
 * Answers a request with a fault.
 *
 * @param ending the fault, or none
 * @param work what answers the request properly; it is called unless the fault comes before the work
 * @returns what the client gets
 */
export async function faultyAnswer(
  ending: Ending | undefined,
  work: () => Promise<Response>,
): Promise<Response> {
  if (ending && 'when' in ending && ending.when === 'before') return replacement(ending)
  const response = await work()
  if (!ending) return response
  switch (ending.kind) {
    case 'truncate': {
      const body = await response.text()
      return json(body.slice(0, Math.floor(body.length / 2)))
    }
    case 'extra':
      return json(JSON.stringify(withFutureFields(await response.json())), response.status)
    case 'no-id':
      return json(JSON.stringify(withoutIds(await response.json())), response.status)
    case 'huge':
      return json(await padded(response, ending.characters), response.status)
    case 'null-user':
      return json(JSON.stringify(withNullUser(await response.json())), response.status)
    default:
      return replacement(ending)
  }
}

async function replacement(ending: Extract<Ending, { when: unknown }>): Promise<Response> {
  switch (ending.kind) {
    case 'answer':
      return new Response(ending.body || null, { status: ending.status, headers: ending.headers ?? {} })
    case 'html':
      return webApp()
    case 'redirect':
      return new Response(null, { status: ending.status, headers: { location: ending.location } })
    case 'cut':
      return new Response(brokenText(), { headers: { 'content-type': 'application/json' } })
    case 'silent':
      await new Promise((resolve) => setTimeout(resolve, ending.ms))
      return new Response(brokenText())
    case 'endless':
      return new Response(endlessText(), { headers: { 'content-type': 'application/json' } })
  }
}

function json(body: string, status = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json' } })
}

async function padded(response: Response, characters: number): Promise<string> {
  return JSON.stringify({ ...Object(await response.json()), padding: 'a'.repeat(characters) })
}

function brokenText(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.error(new Error('the connection is cut on request'))
    },
  })
}

function endlessText(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"vault":{"description":"'))
    },
    async pull(controller) {
      // The pause leaves the object's other requests their turn.
      await new Promise((resolve) => setTimeout(resolve, CHUNK_INTERVAL_MS))
      controller.enqueue(CHUNK)
    },
  })
}
