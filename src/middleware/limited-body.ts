import { isTooDeep, MAX_JSON_DEPTH, readBody } from '../lib/body.ts'
import { Problem } from '../problem/problem.ts'

/**
 * Reads a body up to a limit, whatever its sender says of its length.
 *
 * @param request whose body has not been read
 * @param limit bytes
 * @returns the bytes exactly as they came
 * @throws {Problem} `payload-too-large`, or `malformed-json` where the body broke off
 */
export async function limitedBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('Content-Length'))
  const bytes =
    declared > limit
      ? undefined
      : await readBody(request, limit).catch(() => {
          // whoever breaks off may still listen, and it is no mistake of ours
          throw new Problem('malformed-json', 'The body broke off before its end.')
        })
  if (!bytes) throw new Problem('payload-too-large', `The body is larger than ${limit / 1_024} KiB.`)
  return bytes
}

/**
 * @param bytes a body
 * @returns its JSON value
 * @throws {Problem} `malformed-json` where it is not UTF-8, not JSON, or nested too deep
 */
export function jsonOf(bytes: Uint8Array): unknown {
  const json = parsed(bytes)
  if (isTooDeep(json))
    throw new Problem('malformed-json', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`)
  return json
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new Problem(
      'malformed-json',
      'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
    )
  }
}
