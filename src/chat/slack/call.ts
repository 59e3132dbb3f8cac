import * as z from 'zod/mini'
import { parseJson } from '../../lib/body.ts'
import { type Answer, judgeStatus, readRetryAfter, send } from '../../lib/outgoing.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'

/** A call to Slack's Web API: a method with its query for a GET, or with a body for a POST. */
export type SlackCall = {
  readonly method: string
  readonly body?: unknown
  readonly timeoutMs: number
}

/** What Slack said to a call. */
export type SlackAnswer =
  | { readonly kind: 'done'; readonly content: unknown }
  /** nothing was done: Slack names an error that stays */
  | { readonly kind: 'refused'; readonly error: string }
  /** nothing was done: there were too many calls; seconds to wait, if Slack says so */
  | { readonly kind: 'limited'; readonly retryAfter: number | undefined }
  /** it may have been done: no answer came, or Slack itself doesn't know */
  | { readonly kind: 'unclear' }

/** Slack reports errors with status 200 too. */
const Content = z.union([
  z.looseObject({ ok: z.literal(true) }),
  z.looseObject({ ok: z.literal(false), error: z.string().check(z.regex(/^[a-z_]{1,60}$/)) }),
])

/** Errors of Slack's own, after which part of the call may have been carried out. */
const UNCLEAR_ERRORS = ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']

/**
 * Calls Slack's Web API.
 *
 * @see https://docs.slack.dev/apis/web-api/
 */
export async function callSlack(
  { method, body, timeoutMs }: SlackCall,
  token: Secret,
  world: World,
): Promise<SlackAnswer> {
  try {
    const request = {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${token.reveal()}`,
        'Content-Type': 'application/json; charset=utf-8',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
    } as const
    return judge(await send(`https://slack.com/api/${method}`, request, world), world.now())
  } catch {
    return { kind: 'unclear' }
  }
}

function judge({ status, headers, body }: Answer, now: number): SlackAnswer {
  const limited = { kind: 'limited', retryAfter: readRetryAfter(headers, now) } as const
  if (status === 429) return limited
  if (judgeStatus(status) === 'permanent') return { kind: 'refused', error: `HTTP ${status}` }
  const { data } = Content.safeParse(parseJson(body.text ?? ''))
  if (judgeStatus(status) !== 'done' || !data) return { kind: 'unclear' }
  if (data.ok) return { kind: 'done', content: data }
  if (data.error === 'ratelimited' || data.error === 'rate_limited') return limited
  return UNCLEAR_ERRORS.includes(data.error) ? { kind: 'unclear' } : { kind: 'refused', error: data.error }
}
