import { Problem } from '../problem.ts'

/**
 * Reads a body up to a limit, whatever its sender says of its length.
 *
 * @param request whose body has not been read
 * @param limit bytes
 * @returns the bytes exactly as they came
 * @throws {Problem} `payload-too-large`
 */
export async function limitedBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = new Problem('payload-too-large', `The body is larger than ${limit / 1_024} KiB.`)
  if (Number(request.headers.get('Content-Length')) > limit) throw tooLarge
  const bytes = new Uint8Array(limit)
  let size = 0
  for await (const chunk of request.body ?? []) {
    if (size + chunk.byteLength > limit) throw tooLarge
    bytes.set(chunk, size)
    size += chunk.byteLength
  }
  return bytes.subarray(0, size)
}

/**
 * @param bytes a body
 * @returns its JSON value
 * @throws {Problem} `malformed-json` where it is not UTF-8 or not JSON
 */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new Problem(
      'malformed-json',
      'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
    )
  }
}
