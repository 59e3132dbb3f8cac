import * as z from 'zod/mini'
import { boundedBody } from '../../lib/body.ts'
import { log } from '../../lib/log.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'

/** Leaves room for our own answer within Slack's three seconds. */
const CALL_TIMEOUT_MS = 1_200
/** No answer that we need is near this size; a larger one is not read to its end. */
const MAX_ANSWER_BYTES = 256 * 1_024

const UserAnswer = z.looseObject({
  user: z.looseObject({
    is_bot: z._default(z.boolean(), false),
    profile: z.looseObject({ email: z.string().check(z.minLength(3)) }),
  }),
})

/** Calls Slack's Web API with a bot token for `users:read.email`. */
export class SlackApi {
  readonly #token: Secret
  readonly #world: World

  /** @param token a bot token */
  constructor(token: Secret, world: World) {
    this.#token = token
    this.#world = world
  }

  /**
   * Looks a user's e-mail address up.
   *
   * @param user the user's id
   * @returns undefined if Slack does not say it, or not in time
   * @see https://docs.slack.dev/reference/methods/users.info/
   */
  async emailOf(user: string): Promise<string | undefined> {
    const answer = UserAnswer.safeParse(await this.#call(`users.info?user=${encodeURIComponent(user)}`))
    return answer.success && !answer.data.user.is_bot ? answer.data.user.profile.email : undefined
  }

  /**
   * Opens a form for the person who just sent a command.
   *
   * @param trigger_id names what the person did; it is good for three seconds
   * @returns whether the form is open now
   * @see https://docs.slack.dev/reference/methods/views.open/
   */
  async open(trigger_id: string, view: unknown): Promise<boolean> {
    return (await this.#call('views.open', { trigger_id, view })) !== undefined
  }

  async #call(method: string, body?: unknown): Promise<unknown> {
    try {
      const response = await this.#world.fetch(`https://slack.com/api/${method}`, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
        headers: {
          Authorization: `Bearer ${this.#token.reveal()}`,
          'Content-Type': 'application/json; charset=utf-8',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const bytes = await boundedBody(response, MAX_ANSWER_BYTES)
      const answer: unknown = JSON.parse(new TextDecoder().decode(bytes))
      if (Answer.safeParse(answer).success) return answer
    } catch {
      // not in time, too large, or not JSON
    }
    log('warn', 'slack.not_answered', { method: method.split('?')[0] })
    return undefined
  }
}

/** Slack reports errors with status 200 too. */
const Answer = z.looseObject({ ok: z.boolean().check(z.refine(Boolean)) })
