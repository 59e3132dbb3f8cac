import { factory } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'
import { jsonOf, limitedBody } from './limited-body.ts'

/** Bytes of a body that is still read. */
const LARGEST = 64 * 1_024

/**
 * Lets JSON bodies through: the right media type, not too large, and text in UTF-8.
 *
 * @throws {Problem} `unsupported-media-type`, `payload-too-large` or `malformed-json`
 */
export const jsonBody = factory.createMiddleware(async function jsonBody(c, next) {
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(c.req.header('Content-Type') ?? ''))
    throw new Problem(
      'unsupported-media-type',
      'Send the body with Content-Type: application/json, in UTF-8.',
    )
  const json = jsonOf(await limitedBody(c.req.raw, LARGEST))
  // what the validator reads next, and judges; hono's own cache would write it as text and parse it once more
  c.req.json = async () => json as never
  await next()
})
