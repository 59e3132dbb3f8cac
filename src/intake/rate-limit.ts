import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'

/**
 * Nearly the window in wrangler.toml, as the binding doesn't tell how much of it is left. Zendesk repeats a delivery only
 * if this is below 60.
 */
const WAIT_SECONDS = 59

/**
 * Counts a request against its sender's limit, if the binding `RATE_LIMIT` is there.
 *
 * @param key whose limit: a caller's, a source's, or that of an address that is neither
 * @throws {Problem} `rate-limited`
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export async function limitRate(
  { env }: Context<AppEnv>,
  key: `caller:${string}` | `source:${string}` | `address:${string}`,
) {
  const outcome = await env.RATE_LIMIT?.limit({ key })
  if (outcome?.success === false)
    throw new Problem('rate-limited', `Too many requests; wait ${WAIT_SECONDS} seconds.`, {
      retryAfter: WAIT_SECONDS,
    })
}

/** Says where a request comes from, as the platform saw it; of IPv6 the /64 network, all of which one sender has. */
export function addressOf(c: Context<AppEnv>): string {
  const address = c.req.header('CF-Connecting-IP') ?? 'unknown'
  const [beginning = ''] = address.split('::')
  return address.includes(':') ? [...beginning.split(':'), 0, 0, 0].slice(0, 4).join(':') : address
}
