import { isTooDeep, MAX_JSON_DEPTH, readBody } from '../lib/body.ts'
import { Problem } from './problem.ts'

/**
 * Reads a request's body up to a limit, whatever its sender says of its length.
 *
 * @param request whose body has not been read
 * @param maxBytes the limit
 * @returns the bytes exactly as they came
 * @throws {Problem} `payload-too-large`, or `malformed-json` if the body broke off
 */
export async function readRequestBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('Content-Length'))
  const bytes =
    declared > maxBytes
      ? undefined
      : await readBody(request, maxBytes).catch(() => {
          // the sender may still listen, and this is not a mistake of ours
          throw new Problem('malformed-json', 'The body broke off before its end.')
        })
  if (!bytes) throw new Problem('payload-too-large', `The body is larger than ${maxBytes / 1_024} KiB.`)
  return bytes
}

/**
 * Reads bytes as JSON in UTF-8.
 *
 * @throws {Problem} `malformed-json` if they are not UTF-8, not JSON, or nested too deep
 */
export function parseRequestJson(bytes: Uint8Array): unknown {
  const json = parse(bytes)
  if (isTooDeep(json))
    throw new Problem('malformed-json', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`)
  return json
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new Problem(
      'malformed-json',
      'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
    )
  }
}
