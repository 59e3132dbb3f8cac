import { createMiddleware } from 'hono/factory'
import type * as z from 'zod/mini'
import type { AppEnv } from '../app-env.ts'
import { parseWrittenJson, readRequestBody } from '../problem/body.ts'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'
import { Problem } from '../problem/problem.ts'

const MAX_BODY_BYTES = 64 * 1_024
const MEDIA_TYPE = /^application\/json\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i
const UTF_8 = /^utf-?8$/i

/**
 * Reads the body as JSON and validates it: `c.req.valid('json')` has the result, with the schema's type. Hono's own
 * validator would read any number of bytes in any encoding.
 *
 * @throws {Problem} `unsupported-media-type`, `payload-too-large`, `malformed-json`, or `invalid-request` with every
 *   fault at once
 */
export function jsonBody<T extends z.ZodMiniType<object>>(schema: T) {
  type Validated = { in: { json: z.input<T> }; out: { json: z.output<T> } }
  return createMiddleware<AppEnv, string, Validated>(async function jsonBody(c, next) {
    checkMediaType(c.req.header('Content-Type') ?? '')
    checkEncoding(c.req.header('Content-Encoding') ?? 'identity')
    const parsed = schema.safeParse(parseWrittenJson(await readRequestBody(c.req.raw, MAX_BODY_BYTES)))
    if (!parsed.success) throw invalidRequest(fieldFaults(parsed.error))
    c.req.addValidatedData('json', parsed.data)
    await next()
  })
}

function checkMediaType(contentType: string): void {
  const charset = CHARSET.exec(contentType)?.[1] ?? 'utf-8'
  if (!MEDIA_TYPE.test(contentType) || !UTF_8.test(charset))
    throw new Problem(
      'unsupported-media-type',
      'Send the body with Content-Type: application/json, in UTF-8.',
    )
}

/** Refuses compressed bodies: RFC 9110, section 15.5.16. */
function checkEncoding(encoding: string): void {
  if (encoding.trim().toLowerCase() !== 'identity')
    throw new Problem(
      'unsupported-media-type',
      'Send the body as it is, without Content-Encoding: compressed bodies are not read.',
      { headers: { 'Accept-Encoding': 'identity' } },
    )
}
