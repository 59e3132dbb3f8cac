import type * as z from 'zod/mini'
import { boundedBody } from '../lib/body.ts'
import { log } from '../lib/log.ts'
import { isDeeper } from '../lib/nesting.ts'
import type { Secret } from '../lib/secret.ts'
import type { Upstream } from '../problem/problem.ts'
import { ConductorOneFailure, type Failure } from './failure.ts'
import { ErrorAnswer } from './wire.ts'

/** No answer that we need is near this size; a larger one is not read to its end. */
const LARGEST_ANSWER = 256 * 1_024

/** What we sign, an assertion or a proof, where an error repeats it: RFC 7515, section 7.1. */
const SIGNED = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** Seconds that we are asked to wait and take seriously: a day. */
const LONGEST_WAIT = 86_400

/**
 * What a call does, which decides what an answer that cannot be read means: a `repeatable` one may be sent again, a
 * `creating` one may already have made something.
 */
export type Effect = 'repeatable' | 'creating'

/**
 * Judges an answer of the API.
 *
 * @param response as it came
 * @param schema what a good answer looks like
 * @param effect what the call does
 * @param now epoch milliseconds, for a `Retry-After` that is a date
 * @param hidden the token that was sent, which is taken out where the answer repeats it
 * @returns the answer's content
 * @throws {ConductorOneFailure} whatever is not a 2xx with JSON of that shape
 */
export async function readAnswer<T>(
  response: Response,
  schema: z.ZodMiniType<T>,
  effect: Effect,
  now: number,
  hidden?: Secret,
): Promise<T> {
  if (!response.ok) throw new ConductorOneFailure(await failureOf(response, effect, now, hidden))
  const answer = schema.safeParse(parsed(await readText(response, effect, hidden)))
  if (!answer.success || !isJson(response))
    throw new ConductorOneFailure(
      noAnswer(effect, `HTTP ${response.status} with a body that is not the expected JSON`),
    )
  return answer.data
}

/**
 * @param effect what the call does
 * @param reason why there is no answer: a timeout, a broken connection, an unreadable body
 * @returns the failure that this means: a call that may have created something is `lost`
 */
export function noAnswer(effect: Effect, reason: string, upstream?: Upstream): Failure {
  return { kind: effect === 'creating' ? 'lost' : 'unavailable', reason, ...(upstream && { upstream }) }
}

/**
 * @param response with a status that is not 2xx
 * @param effect what the call does
 * @param now epoch milliseconds
 * @returns what the status means
 * @see https://github.com/grpc-ecosystem/grpc-gateway for how the API's codes become statuses
 */
export async function failureOf(
  response: Response,
  effect: Effect,
  now: number,
  hidden?: Secret,
): Promise<Failure> {
  const { status } = response
  const text = isJson(response) ? await readText(response, effect, hidden).catch(() => '') : ''
  const { code, message } = ErrorAnswer.safeParse(parsed(text)).data ?? {}
  const upstream = {
    status,
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message: message.replaceAll(SIGNED, '[secret]') }),
  }

  if (status === 401 || status === 403) return { kind: 'credentials-rejected', upstream }
  if (status === 429)
    return {
      kind: 'unavailable',
      reason: 'it says there are too many requests',
      upstream,
      retryAfter: retryAfter(response, now),
    }
  if (status >= 400 && status < 500 && status !== 408 && status !== 499) return { kind: 'refused', upstream }
  const failure = noAnswer(effect, `HTTP ${status}`, upstream)
  return failure.kind === 'unavailable' ? { ...failure, retryAfter: retryAfter(response, now) } : failure
}

/** @returns whether an answer says that it is JSON */
export function isJson(response: Response): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(response.headers.get('content-type') ?? '')
}

/** @returns the JSON value of an answer's text, or undefined where it is none that can be walked through */
export function parsed(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text)
    return isDeeper(json) ? undefined : json
  } catch {
    return undefined
  }
}

/** @returns whole seconds, from either form of `Retry-After` (RFC 9110, section 10.2.3) */
function retryAfter(response: Response, now: number): number | undefined {
  const value = response.headers.get('retry-after')
  if (value === null) return undefined
  // a date begins with its day; the parser takes other things, such as -5, for dates too
  const date = /^[a-z]/i.test(value) ? Date.parse(value) : Number.NaN
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : Math.ceil((date - now) / 1_000)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), LONGEST_WAIT)
}

/**
 * @param response whose body has not been read
 * @param effect what the call does
 * @returns the body as text
 * @throws {ConductorOneFailure} where it is too large, breaks off or does not come in time
 */
export async function readText(response: Response, effect: Effect, hidden?: Secret): Promise<string> {
  const bytes = await boundedBody(response, LARGEST_ANSWER).catch(reasonOf)
  if (typeof bytes === 'object') {
    const text = new TextDecoder().decode(bytes)
    return hidden ? text.replaceAll(hidden.reveal(), String(hidden)) : text
  }
  throw new ConductorOneFailure(
    noAnswer(effect, `HTTP ${response.status} with a body that broke off: ${bytes ?? 'it is too large'}`),
  )
}

/** @returns a word on why a call or a body broke off */
export function reasonOf(error: unknown): string {
  // a TypeError may repeat what it was given, such as a header
  const telling = error instanceof Error && !(error instanceof TypeError)
  log('warn', 'conductorone.no_answer', { message: telling ? error.message : undefined })
  if (!(error instanceof Error)) return 'broken connection'
  return error.name === 'TimeoutError' || error.name === 'AbortError'
    ? 'no answer in time'
    : 'broken connection'
}
