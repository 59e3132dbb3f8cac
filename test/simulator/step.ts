import * as z from 'zod'

/** The calls a client can make, as the journal and the faults name them; `other` is any path C1 has no API on. */
export const step = z.enum([
  'token',
  'search',
  'create',
  'get',
  'update',
  'delete',
  'introspect',
  'system-log',
  'user',
  'jwks',
  'callback',
  'other',
])

/** One of them. */
export type Step = z.output<typeof step>

const STEPS: readonly [method: string, path: RegExp, step: Step][] = [
  ['POST', /^\/auth\/v1\/token$/, 'token'],
  ['POST', /^\/api\/v1\/search\/users$/, 'search'],
  ['POST', /^\/api\/v1\/vaults$/, 'create'],
  ['GET', /^\/api\/v1\/vaults\//, 'get'],
  ['POST', /^\/api\/v1\/vaults\//, 'update'],
  ['DELETE', /^\/api\/v1\/vaults\//, 'delete'],
  ['GET', /^\/api\/v1\/auth\/introspect$/, 'introspect'],
  ['POST', /^\/api\/v1\/systemlog\/events$/, 'system-log'],
  ['GET', /^\/api\/v1\/users\//, 'user'],
  ['GET', /^\/auth\/v1\/jwks$/, 'jwks'],
  ['POST', /^\/api\/v1\/webhooks\/callback\//, 'callback'],
]

/**
 * Names the call a request makes.
 *
 * @param method the HTTP method
 * @param pathname the path without the query
 * @returns its step
 */
export function stepOf(method: string, pathname: string): Step {
  return STEPS.find((row) => row[0] === method && row[1].test(pathname))?.[2] ?? 'other'
}
