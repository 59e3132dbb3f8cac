import * as z from 'zod/mini'
import { parseJson } from '../../lib/body.ts'
import { log } from '../../lib/log.ts'
import { send } from '../../lib/outgoing.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'

/** Leaves room for our own answer within Slack's three seconds. */
const CALL_TIMEOUT_MS = 1_200

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

  /** Uses a bot token. */
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
      const request = {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Authorization: `Bearer ${this.#token.reveal()}`,
          'Content-Type': 'application/json; charset=utf-8',
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        timeoutMs: CALL_TIMEOUT_MS,
      } as const
      const { text = '' } = (await send(`https://slack.com/api/${method}`, request, this.#world)).body
      const answer = parseJson(text)
      if (Answer.safeParse(answer).success) return answer
    } catch {
      // no answer in time
    }
    log('warn', 'slack.not_answered', { method: method.split('?')[0] })
    return undefined
  }
}

/** Slack reports errors with status 200 too. */
const Answer = z.looseObject({ ok: z.boolean().check(z.refine(Boolean)) })
