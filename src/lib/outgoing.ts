import { readText } from './body.ts'
import type { World } from './world.ts'

/** How this product names itself in every request: RFC 9110, section 10.1.5. */
export const USER_AGENT = 'conductorone-vaults/1'

/** Far more than any answer that we need; a longer one is not read to its end. */
const DEFAULT_MAX_ANSWER_BYTES = 256 * 1_024
/** The longest wait that we accept from a server. */
const MAX_RETRY_AFTER_SECONDS = 86_400

/** A request to another server. */
export type OutgoingRequest = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** how long the whole answer may take, its body included */
  readonly timeoutMs: number
  /** 0 if nothing but the status matters */
  readonly maxAnswerBytes?: number
  /** the trace that this request belongs to: W3C Trace Context, section 3.2 */
  readonly traceparent?: string | undefined
}

/** An answer, with its body read as far as we want it. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  /** the body as text, or why there is none */
  readonly body: { readonly text: string } | { readonly text?: undefined; readonly fault: BodyFault }
}

/** Why an answer's body cannot be used. */
export type BodyFault = 'it is too large' | NoAnswer['reason']

/** No answer came: the request may or may not have arrived. */
export class NoAnswer extends Error {
  readonly reason: 'no answer in time' | 'broken connection'

  /** Wraps what `fetch` threw. */
  constructor(cause: unknown) {
    const reason = reasonOf(cause)
    super(reason, { cause })
    this.reason = reason
  }
}

/**
 * Sends one request and reads its answer. Every request that leaves this Worker goes through here: it names the
 * product, follows no redirect, ends at its timeout and reads a limited body.
 *
 * @param url the whole address; the caller decides whether requests may go there
 * @returns the answer, whatever its status
 * @throws {NoAnswer} if the connection breaks or the timeout passes before the status arrives
 */
export async function send(
  url: string,
  { method = 'GET', headers, body, timeoutMs, maxAnswerBytes, traceparent }: OutgoingRequest,
  { fetch }: Pick<World, 'fetch'>,
): Promise<Answer> {
  const controller = new AbortController()
  // cleared when the answer is here: AbortSignal.timeout would keep a Durable Object in memory until it fires
  const timer = setTimeout(
    () => controller.abort(new DOMException('no answer in time', 'TimeoutError')),
    timeoutMs,
  )
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: controller.signal,
      headers: { 'User-Agent': USER_AGENT, ...(traceparent && { traceparent }), ...headers },
      ...(body !== undefined && { body }),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: await readAnswerBody(response, maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES),
    }
  } catch (error) {
    throw new NoAnswer(error)
  } finally {
    clearTimeout(timer)
  }
}

async function readAnswerBody(response: Response, maxBytes: number): Promise<Answer['body']> {
  if (maxBytes === 0) {
    await response.body?.cancel() // frees its connection
    return { text: '' }
  }
  try {
    const text = await readText(response, maxBytes)
    return text === undefined ? { fault: 'it is too large' } : { text }
  } catch (error) {
    return { fault: reasonOf(error) }
  }
}

function reasonOf(error: unknown): NoAnswer['reason'] {
  const late = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  return late ? 'no answer in time' : 'broken connection'
}

/**
 * Tells what a status means for the request that got it.
 *
 * @returns `done` for any 2xx, `permanent` if the same request would get the same answer again, `again` if a later
 *   attempt may fare better. Whether a request may be repeated at all is for its sender to know.
 */
export function judgeStatus(status: number): 'done' | 'permanent' | 'again' {
  if (status >= 200 && status < 300) return 'done'
  // 499 is nginx's "client closed request", and says as little about the request as a timeout does
  const passing = status === 408 || status === 429 || status === 499
  return status >= 400 && status < 500 && !passing ? 'permanent' : 'again'
}

/**
 * Reads `Retry-After` in either form: RFC 9110, section 10.2.3.
 *
 * @param now epoch milliseconds, for the form that is a date
 * @returns whole seconds, a day at most, or undefined if the header is missing or malformed
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('Retry-After')
  if (value === null) return undefined
  // an HTTP date begins with its weekday; Date.parse would take other things, such as -5, for dates too
  const date = /^[a-z]/i.test(value) ? Date.parse(value) : Number.NaN
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : Math.ceil((date - now) / 1_000)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), MAX_RETRY_AFTER_SECONDS)
}
