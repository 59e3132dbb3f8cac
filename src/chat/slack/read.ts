import * as z from 'zod/mini'
import { bytesOf, formOf } from '../../lib/encoding.ts'
import { parseRequestJson } from '../../problem/body.ts'
import type { Proof } from '../../sources/proof.ts'
import { BODY_HMAC } from '../../sources/signature.ts'
import { WORDS } from '../grammar.ts'
import { SHARE } from './blocks.ts'
import { plainText } from './plain-text.ts'

/**
 * How Slack signs.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const SLACK_PROOFS: readonly Proof[] = [
  {
    ...BODY_HMAC,
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    text: [{ word: 'v0:' }, { header: 'X-Slack-Request-Timestamp' }, { word: ':' }, 'body'],
    time: { header: 'X-Slack-Request-Timestamp', unit: 'seconds', toleranceSeconds: 300 },
  },
]

/** What a person did in Slack. */
export type SlackEvent =
  | {
      readonly kind: 'command'
      readonly command: string
      readonly text: string
      readonly user: { readonly id: string; readonly name: string }
      readonly replyTo: string
      readonly trigger: string
    }
  /** The form was submitted. */
  | {
      readonly kind: 'form'
      readonly request: Readonly<Record<string, unknown>>
      readonly user: { readonly id: string; readonly name: string }
      readonly replyTo: string
    }
  /** A result is to be shown to the channel. */
  | { readonly kind: 'share'; readonly request: string; readonly by: string; readonly replyTo: string }
  | { readonly kind: 'other' }

const User = z.looseObject({
  id: z.string(),
  username: z.optional(z.string()),
  name: z.optional(z.string()),
})

const Input = z.looseObject({
  value: z.nullish(z.string()),
  selected_option: z.nullish(z.looseObject({ value: z.string() })),
  selected_users: z.optional(z.array(z.string())),
})

const Submission = z.looseObject({
  type: z.enum(['view_submission']),
  user: User,
  view: z.looseObject({
    private_metadata: z._default(z.string(), ''),
    state: z.looseObject({ values: z.record(z.string(), z.record(z.string(), Input)) }),
  }),
})

const ButtonPress = z.looseObject({
  type: z.enum(['block_actions']),
  user: User,
  response_url: z.string(),
  actions: z.array(z.looseObject({ action_id: z.string(), value: z.optional(z.string()) })),
})

/**
 * Reads a verified delivery.
 *
 * @throws {Problem} `malformed-json`
 */
export function readSlack(body: Uint8Array): SlackEvent {
  const form = formOf(body)
  const payload = form.get('payload')
  if (payload !== null) return readPayload(parseRequestJson(bytesOf(payload)))
  const id = form.get('user_id')
  if (!form.has('command') || id === null) return { kind: 'other' }
  return {
    kind: 'command',
    command: form.get('command') ?? '',
    text: plainText(form.get('text') ?? ''),
    user: { id, name: form.get('user_name') ?? id },
    replyTo: form.get('response_url') ?? '',
    trigger: form.get('trigger_id') ?? '',
  }
}

function readPayload(json: unknown): SlackEvent {
  const press = ButtonPress.safeParse(json)
  if (press.success) {
    const { actions, user, response_url } = press.data
    const share = actions.find(({ action_id }) => action_id === SHARE)?.value
    return share === undefined
      ? { kind: 'other' }
      : { kind: 'share', request: share, by: nameOf(user), replyTo: response_url }
  }
  const submission = Submission.safeParse(json)
  if (!submission.success) return { kind: 'other' }
  const { user, view } = submission.data
  const request: Record<string, unknown> = {}
  for (const { field, read } of WORDS) {
    const { value, selected_option, selected_users } = view.state.values[field]?.[field] ?? {}
    const answer = selected_users?.map((id) => `<@${id}>`).join(',') ?? selected_option?.value ?? value
    if (answer) request[field] = read(answer)
  }
  return {
    kind: 'form',
    request,
    user: { id: user.id, name: nameOf(user) },
    replyTo: view.private_metadata,
  }
}

function nameOf({ id, username, name }: z.output<typeof User>): string {
  return username ?? name ?? id
}

/** Returns the id of the user that an owner mentions, as the grammar leaves a mention: without its brackets. */
export function mentionedUserId(owner: unknown): string | undefined {
  return typeof owner === 'string' ? /^@(\w+)$/.exec(owner)?.[1] : undefined
}
