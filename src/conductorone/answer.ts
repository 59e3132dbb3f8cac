import type * as z from 'zod/mini'
import { parseJson } from '../lib/body.ts'
import { log } from '../lib/log.ts'
import { type Answer, judgeStatus, NoAnswer, readRetryAfter } from '../lib/outgoing.ts'
import type { Secret } from '../lib/secret.ts'
import type { Upstream } from '../problem/problem.ts'
import { ConductorOneFailure, type Failure } from './failure.ts'
import { readFieldViolations } from './field-violations.ts'
import { mayRepeat, redact, redactSigned } from './redact.ts'
import { ErrorAnswer } from './wire.ts'

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i

/**
 * What a call does, which decides what an unreadable answer means: an `idempotent` call may be sent again, while a
 * `create` may already have made something.
 */
export type Effect = 'idempotent' | 'create'

/**
 * Reads what the API answered.
 *
 * @param answer from {@link send}
 * @param schema the shape of a good answer
 * @param effect what the call does
 * @param now epoch milliseconds, for a `Retry-After` that is a date
 * @param token the access token that was sent, which is removed from whatever the answer repeats
 * @throws {ConductorOneFailure} unless the answer is a 2xx with JSON of that shape
 */
export function readAnswer<T>(
  answer: Answer,
  schema: z.ZodMiniType<T>,
  effect: Effect,
  now: number,
  token?: Secret,
): T {
  const { status, body } = answer
  if (judgeStatus(status) !== 'done') throw new ConductorOneFailure(failureOf(answer, effect, now, token))
  if (body.text === undefined)
    throw new ConductorOneFailure(
      unanswered(effect, `HTTP ${status} with a body that broke off: ${body.fault}`),
    )
  const content = schema.safeParse(readJson(answer, token))
  if (content.success) return content.data
  throw new ConductorOneFailure(
    unanswered(effect, `HTTP ${status} with a body that is not the expected JSON`),
  )
}

/** Reads the JSON value of an answer; undefined if it isn't called JSON, isn't JSON or did not arrive whole. */
export function readJson({ headers, body }: Answer, token?: Secret): unknown {
  if (body.text === undefined || !JSON_TYPE.test(headers.get('Content-Type') ?? '')) return undefined
  const json = parseJson(body.text)
  return token && mayRepeat(body.text, token) ? redact(json, token) : json
}

/**
 * Names the failure of a call that got no usable answer.
 *
 * @param effect what the call does: a create is `lost`, anything else was merely not done
 * @param reason why there is no answer
 * @param upstream the status, if one came
 */
export function unanswered(effect: Effect, reason: string, upstream?: Upstream): Failure {
  return { kind: effect === 'create' ? 'lost' : 'unavailable', reason, ...(upstream && { upstream }) }
}

/**
 * Names the failure that a status other than 2xx means.
 *
 * @param effect what the call does
 * @param now epoch milliseconds
 * @param token the access token that was sent
 * @see https://github.com/grpc-ecosystem/grpc-gateway for how the API's codes become statuses
 */
export function failureOf(answer: Answer, effect: Effect, now: number, token?: Secret): Failure {
  const { status } = answer
  const { code, message, details } = ErrorAnswer.safeParse(readJson(answer, token)).data ?? {}
  const upstream = {
    status,
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message: redactSigned(message) }),
  }
  if (status === 401 || status === 403) return { kind: 'credentials-rejected', upstream }
  if (judgeStatus(status) === 'permanent') {
    const errors = readFieldViolations(details ?? [])
    return { kind: 'refused', upstream, ...(errors.length > 0 && { errors }) }
  }
  const retryAfter = readRetryAfter(answer.headers, now)
  // the API refuses what is too much before it does anything
  if (status === 429)
    return { kind: 'unavailable', reason: 'it says there are too many requests', upstream, retryAfter }
  const failure = unanswered(effect, `HTTP ${status}`, upstream)
  return failure.kind === 'unavailable' ? { ...failure, retryAfter } : failure
}

/**
 * Says why a request got no answer, for callers; the log gets the details.
 *
 * @throws the error itself, unless it is a {@link NoAnswer}
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof NoAnswer)) throw error
  const { cause } = error
  // a TypeError may repeat what it was given, such as a header
  const isTelling = cause instanceof Error && !(cause instanceof TypeError)
  log('warn', 'conductorone.no_answer', { message: isTelling ? cause.message : undefined })
  return error.reason
}
