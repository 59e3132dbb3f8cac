import { Problem } from '../problem/problem.ts'

const BARE_KEY = /^[\x21\x23-\x7e][\x20-\x7e]*$/
const QUOTED_KEY = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/
const MAX_KEY_CHARS = 255

/**
 * Reads the header `Idempotency-Key`.
 *
 * @param header its value: bare, or a quoted string (RFC 8941, section 3.3.3)
 * @returns the key
 * @throws {Problem} `invalid-request` if it is not a key
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function parseIdempotencyKey(header: string): string {
  const quoted = QUOTED_KEY.exec(header)?.[1]?.replaceAll(/\\(["\\])/g, '$1')
  const key = quoted ?? (BARE_KEY.test(header) ? header : '')
  if (key === '' || key.length > MAX_KEY_CHARS)
    throw new Problem(
      'invalid-request',
      `Idempotency-Key must be 1 to ${MAX_KEY_CHARS} printable ASCII characters.`,
    )
  return key
}
