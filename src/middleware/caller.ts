import { factory } from '../app-env.ts'
import type { Caller, Scope } from '../config/api-keys.ts'
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
    requireScope(found, ...scopes)
    await next()
  })
}

/**
 * Checks the scopes of a caller's key.
 *
 * @param scopes what is needed, any one of them
 * @throws {Problem} `forbidden`
 */
export function requireScope(caller: Caller, ...scopes: readonly Scope[]): void {
  if (scopes.some((scope) => caller.scopes.includes(scope))) return
  throw new Problem(
    'forbidden',
    `This key lacks the scope "${scopes[0]}"; it has ${caller.scopes.join(' and ')}.`,
    {
      headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scopes[0]}"` },
    },
  )
}
