import { connect } from 'node:net'
import { expectDescribed } from './described.ts'
import { inPlay } from './in-play.ts'
import { type Answer, jsonOrText } from './worker.ts'

/** Milliseconds of silence after which a connection is given up. */
const PATIENCE = 5_000

/** A request as bytes, for what a decent HTTP client would not send. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  /** as they stand on the wire, repeated ones too; `Host` and `Connection` are added */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** what follows the headers, whatever they say of it */
  readonly body?: string | Uint8Array
}

/**
 * Writes a request to a socket, ends it, and reads what comes.
 *
 * @param url where the Worker listens
 * @returns the answer, or undefined where the connection ended without one
 * @throws {Error} where `public/openapi.json` does not describe the answer
 */
export async function sendRaw(url: URL, request: RawRequest): Promise<Answer | undefined> {
  const { method, path, headers, body = '' } = request
  inPlay(headers)
  const lines = [['Host', url.host], ['Connection', 'close'], ...headers].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const chunks: Buffer[] = []
  const socket = connect(Number(url.port), url.hostname)
  socket.setTimeout(PATIENCE, () => socket.destroy())
  socket.on('data', (chunk) => chunks.push(chunk))
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => {}))
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  socket.end(body)
  await closed
  const answer = parsed(Buffer.concat(chunks))
  // the Worker takes dots out of a path as any reader of URLs does
  const { pathname = path } = URL.parse(url.origin + path) ?? {}
  if (answer && !isNoHttp(answer)) expectDescribed({ method, path: pathname }, answer)
  return answer
}

/** What is no HTTP is refused before the Worker is asked. */
export function isNoHttp({ status, body }: Answer): boolean {
  return status === 400 && typeof body === 'string' && body.startsWith('ERROR: ')
}

function parsed(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const rest = bytes.subarray(end + 4)
  const text = (headers.get('transfer-encoding') === 'chunked' ? dechunked(rest) : rest).toString()
  return { status: Number(start.split(' ')[1]), headers, body: jsonOrText(text) }
}

/** RFC 9112, section 7.1 */
function dechunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, line).toString(), 16)
    if (line < 0 || !(size > 0)) return Buffer.concat(parts)
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
