import { log } from '../lib/log.ts'
import { USER_AGENT } from '../lib/user-agent.ts'
import type { World } from '../lib/world.ts'

/** What became of a message. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** the receiver wants no more of these, or we must not send it there */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly retryAfter: number }

/** What is posted, and how its answer is read. */
export type Post = {
  readonly method?: 'POST' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text */
  readonly body: string
  /** whether a status that is not 2xx ends it */
  readonly final: (status: number) => boolean
  /** the event that the log tells it by */
  readonly event: string
  readonly request: string
}

/** Milliseconds that a receiver may take, as Standard Webhooks recommends. */
const PATIENCE = 20_000
/** Seconds before the next try where the receiver names no time. */
const LATER = 5

/**
 * Posts JSON and follows no redirect.
 *
 * @param url where to; whether it may go there is for the caller to decide
 * @returns whether the receiver took it: any 2xx counts
 */
export async function post(url: string, message: Post, world: World): Promise<Delivery> {
  const { method = 'POST', headers, body, final, event, request } = message
  try {
    const response = await world.fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
      headers: { 'Content-Type': 'application/json', 'User-Agent': USER_AGENT, ...headers },
      body,
    })
    await response.body?.cancel()
    const { ok, status } = response
    log(ok ? 'info' : 'warn', `${event}.answered`, { request, status })
    if (ok) return { kind: 'delivered' }
    if (final(status)) return { kind: 'refused', reason: `it answered HTTP ${status}` }
    return { kind: 'again', retryAfter: pause(response.headers.get('retry-after')) }
  } catch {
    log('warn', `${event}.failed`, { request })
    return { kind: 'again', retryAfter: LATER }
  }
}

function pause(retryAfter: string | null): number {
  return retryAfter !== null && /^\d{1,4}$/.test(retryAfter) ? Number(retryAfter) : LATER
}
