import { factory } from '../app-env.ts'
import type { Scope } from '../config/api-keys.ts'
import { authenticate } from '../intake/authenticate.ts'
import { Problem } from '../problem/problem.ts'

/**
 * Lets callers through whose API key is configured and has one of the scopes.
 *
 * @param scopes what the route needs, any one of them
 * @throws {Problem} `rate-limited`, `unauthenticated` or `forbidden`
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export function caller(...scopes: readonly Scope[]) {
  return factory.createMiddleware(async function caller(c, next) {
    const found = await authenticate(c, c.get('deployment'))
    if (!found)
      throw new Problem('unauthenticated', 'Send a valid API key: Authorization: Bearer <key>.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    c.set('caller', found)
    if (!scopes.some((scope) => found.scopes.includes(scope)))
      throw new Problem(
        'forbidden',
        `This key lacks the scope "${scopes[0]}"; it has ${found.scopes.join(' and ')}.`,
        {
          headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scopes[0]}"` },
        },
      )
    await next()
  })
}
