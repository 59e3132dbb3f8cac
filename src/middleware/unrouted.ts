import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * What is wrong with a request that no route takes: its path, or its method only.
 *
 * @param app whose routes there are
 * @returns `method-not-allowed` with the methods that the path takes (RFC 9110, section 15.5.6), else `not-found`
 */
export function unrouted(app: Hono<AppEnv>, path: string): Problem {
  // middleware is routed too, for all methods
  const takes = (method: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  const methods = METHODS.filter(takes).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  if (methods.length === 0) return new Problem('not-found', 'Nothing is at this path.')
  const Allow = methods.join(', ')
  return new Problem('method-not-allowed', `This path takes ${Allow}.`, { headers: { Allow } })
}
