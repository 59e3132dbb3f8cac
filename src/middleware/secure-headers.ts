import { factory } from '../app-env.ts'

/**
 * What every answer says to browsers: hono's own set for API answers, fixed, since the pages bring their content policy
 * themselves.
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

/** Adds them, and forbids everything to whatever is taken for a page without saying what it needs. */
export const secureHeaders = factory.createMiddleware(async function secureHeaders(c, next) {
  await next()
  // `c.header` would make a new answer for each of them
  const { headers } = c.res
  for (const [name, value] of HEADERS) headers.set(name, value)
  if (!headers.has('Content-Security-Policy'))
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
})
