import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'

/** Seconds of the window in wrangler.toml; the binding does not tell how much of it is left. */
const WINDOW = 60

/**
 * Counts a request against its sender's limit, where one is bound.
 *
 * @param who whose limit: a caller, a source, or an address that is neither
 * @throws {Problem} `rate-limited`
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export async function limitRate(
  { env }: Context<AppEnv>,
  who: `caller:${string}` | `source:${string}` | `address:${string}`,
) {
  const within = await env.RATE_LIMIT?.limit({ key: who })
  if (within?.success === false)
    throw new Problem('rate-limited', `Too many requests; wait ${WINDOW} seconds.`, { retryAfter: WINDOW })
}

/** @returns where a request comes from, as the platform saw it; of IPv6 the /64 network, all of which one sender has */
export function addressOf(c: Context<AppEnv>): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown'
  const [beginning = ''] = address.split('::')
  return address.includes(':') ? [...beginning.split(':'), 0, 0, 0].slice(0, 4).join(':') : address
}
