import { factory } from '../app-env.ts'
import { Problem } from '../problem.ts'

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
  const bytes = await readLimited(c.req.raw)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    // what the validator reads next
    c.req.bodyCache.json = Promise.resolve(JSON.parse(text))
  } catch {
    throw new Problem(
      'malformed-json',
      'The body is not JSON in UTF-8. A quote or a line break inside a value must be escaped.',
    )
  }
  await next()
})

async function readLimited(request: Request): Promise<Uint8Array> {
  const tooLarge = new Problem('payload-too-large', `The body is larger than ${LARGEST / 1_024} KiB.`)
  if (Number(request.headers.get('Content-Length')) > LARGEST) throw tooLarge
  const bytes = new Uint8Array(LARGEST)
  let size = 0
  for await (const chunk of request.body ?? []) {
    if (size + chunk.byteLength > LARGEST) throw tooLarge
    bytes.set(chunk, size)
    size += chunk.byteLength
  }
  return bytes.subarray(0, size)
}
