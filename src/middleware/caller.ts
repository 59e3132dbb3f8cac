import { factory } from '../app-env.ts'
import type { Caller, Scope } from '../config/api-keys.ts'
import type { Config } from '../config/config.ts'
import { equalDigests, sha256 } from '../lib/encoding.ts'
import { Problem } from '../problem/problem.ts'
import { addressOf, limitRate } from './rate-limit.ts'

const BEARER = /^Bearer +([\x21-\x7e]+)$/i

type Digested = { readonly caller: Caller; readonly digest: Uint8Array }

// digests live as long as the configuration that they come from
const digests = new WeakMap<Config, readonly Digested[]>()

/**
 * Lets callers through whose API key is configured and has one of the scopes. Keys are compared as digests, each with every
 * configured one, in constant time.
 *
 * @param scopes what the route needs, any one of them
 * @throws {Problem} `unauthenticated` or `forbidden`
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function caller(...scopes: readonly Scope[]) {
  return factory.createMiddleware(async function caller(c, next) {
    const key = BEARER.exec(c.req.header('Authorization') ?? '')?.[1]
    const found = key === undefined ? undefined : await whose(key, c.get('deployment').config)
    await limitRate(c, found ? `caller:${found.name}` : `address:${addressOf(c)}`)
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

async function whose(key: string, config: Config): Promise<Caller | undefined> {
  const presented = await sha256(key)
  let found: Caller | undefined
  for (const { caller, digest } of await digestsOf(config))
    if (equalDigests(presented, digest)) found = caller
  return found
}

async function digestsOf(config: Config): Promise<readonly Digested[]> {
  const known = digests.get(config)
  if (known) return known
  const made = config.callers.flatMap((caller) => caller.keys.map((key) => ({ caller, key })))
  const all = await Promise.all(
    made.map(async ({ caller, key }) => ({ caller, digest: await sha256(key.reveal()) })),
  )
  digests.set(config, all)
  return all
}
