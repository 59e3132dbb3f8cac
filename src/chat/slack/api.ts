import * as z from 'zod/mini'
import { log } from '../../lib/log.ts'
import type { Secret } from '../../lib/secret.ts'
import type { World } from '../../lib/world.ts'
import { callSlack } from './call.ts'

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
    const answer = await callSlack({ method, body, timeoutMs: CALL_TIMEOUT_MS }, this.#token, this.#world)
    if (answer.kind === 'done') return answer.content
    log('warn', 'slack.not_answered', { method: method.split('?')[0] })
    return undefined
  }
}
