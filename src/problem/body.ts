import { isTooDeep, MAX_JSON_DEPTH, readBody } from '../lib/body.ts'
import { duplicateMembers } from '../lib/json.ts'
import { invalidRequest, pointer } from './fields.ts'
import { type FieldFault, Problem } from './problem.ts'

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
  return parse(bytes).value
}

/**
 * Reads bytes that an administrator's template wrote as JSON in UTF-8. A title that is inserted unescaped can bring
 * members of its own; a template that writes every member makes them stand twice, and they are refused.
 *
 * @throws {Problem} as {@link parseRequestJson}, and `invalid-request` if members stand twice, with their pointers
 */
export function parseWrittenJson(bytes: Uint8Array): unknown {
  const { text, value } = parse(bytes)
  const faults = duplicateMembers(text).map((path) => ({ pointer: pointer(path), detail: STANDS_TWICE }))
  if (faults.length > 0) throw invalidRequest(faults)
  return value
}

/**
 * Lists the members that stand twice in a body, for senders that are told of faults in a way of their own: each detail
 * names its member.
 *
 * @param bytes valid JSON in UTF-8
 */
export function repeatedMembers(bytes: Uint8Array): FieldFault[] {
  return duplicateMembers(new TextDecoder().decode(bytes)).map((path) => ({
    pointer: pointer(path),
    detail: `“${pointer(path).slice(1)}” ${STANDS_TWICE}`,
  }))
}

const STANDS_TWICE = 'stands twice; a quote inside a value must be escaped'

function parse(bytes: Uint8Array): { readonly text: string; readonly value: unknown } {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw new Problem(
      'malformed-json',
      'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
    )
  }
  if (isTooDeep(value))
    throw new Problem('malformed-json', `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`)
  return { text, value }
}
