import { log } from '../lib/log.ts'
import { type Answer, judgeStatus, readRetryAfter, send } from '../lib/outgoing.ts'
import type { World } from '../lib/world.ts'

/** The result of telling an outcome to one receiver. */
export type TellResult =
  | { readonly kind: 'delivered' }
  /** the receiver wants no more of these, or we must not send it there */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly retryAfter: number }

/** A message to post, and how its answer is read. */
export type Post = {
  readonly method?: 'POST' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  /** JSON text */
  readonly body: string
  /** tells whether a status other than 2xx ends it; by default a permanent one does */
  readonly isFinal?: (status: number) => boolean
  /** names the event in the log */
  readonly event: string
  readonly request: string
}

/** How long a receiver may take, as Standard Webhooks recommends. */
export const RECEIVER_TIMEOUT_MS = 20_000
/** The wait before the next attempt if the receiver names none. */
const DEFAULT_RETRY_SECONDS = 5
/** The longest wait that a receiver may ask for. */
const MAX_RETRY_SECONDS = 3_600

/** Tells whether a receiver's status will stay the same however often it is asked. */
export function isPermanent(status: number): boolean {
  return judgeStatus(status) === 'permanent'
}

/**
 * Posts a message as JSON.
 *
 * @param url the receiver; the caller decides whether messages may go there
 * @returns `delivered` for any 2xx
 */
export async function post(url: string, message: Post, world: World): Promise<TellResult> {
  const { method = 'POST', headers, body, isFinal = isPermanent, event, request } = message
  let answer: Answer
  try {
    const outgoing = {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      timeoutMs: RECEIVER_TIMEOUT_MS,
      maxAnswerBytes: 0,
    }
    answer = await send(url, outgoing, world)
  } catch {
    log('warn', `${event}.failed`, { request })
    return retryLater()
  }
  const { status } = answer
  const isDone = judgeStatus(status) === 'done'
  log(isDone ? 'info' : 'warn', `${event}.answered`, { request, status })
  if (isDone) return { kind: 'delivered' }
  if (isFinal(status)) return { kind: 'refused', reason: `it answered HTTP ${status}` }
  return retryLater(readRetryAfter(answer.headers, world.now()))
}

/** Asks for another attempt, after the wait that the receiver asked for if that is reasonable. */
export function retryLater(retryAfter = DEFAULT_RETRY_SECONDS): Extract<TellResult, { kind: 'again' }> {
  return { kind: 'again', retryAfter: Math.min(retryAfter, MAX_RETRY_SECONDS) }
}
