import { factory } from '../app-env.ts'

/**
 * The headers of every answer: Hono's own set for API answers, except for the content policy, which each page brings
 * itself.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
 */
const HEADERS = Object.entries({
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
})

/** Adds secure headers, and a policy that forbids everything to answers that bring none of their own. */
export const secureHeaders = factory.createMiddleware(async function secureHeaders(c, next) {
  await next()
  // `c.header` would make a new response for each of them
  const { headers } = c.res
  for (const [name, value] of HEADERS) headers.set(name, value)
  if (!headers.has('Content-Security-Policy'))
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
})
