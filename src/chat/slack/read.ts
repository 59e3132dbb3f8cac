import * as z from 'zod/mini'
import { bytesOf, formOf } from '../../lib/encoding.ts'
import { jsonOf } from '../../middleware/limited-body.ts'
import type { FieldFault } from '../../problem/problem.ts'
import { MOST_OWNERS } from '../../provisioning/request.ts'
import type { Proof } from '../../sources/proof.ts'
import { describe } from '../advice.ts'
import { WORDS } from '../grammar.ts'
import type { Message } from '../message.ts'
import { SHARE, slackBlocks } from './blocks.ts'

/** How Slack signs: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const SLACK_PROOFS: readonly Proof[] = [
  {
    kind: 'signature',
    algorithm: 'HMAC-SHA-256',
    header: 'X-Slack-Signature',
    key: 'verbatim',
    prefix: 'v0=',
    encoding: 'hex',
    text: [{ word: 'v0:' }, { header: 'X-Slack-Request-Timestamp' }, { word: ':' }, 'body'],
    time: { header: 'X-Slack-Request-Timestamp', unit: 'seconds', window: 300 },
  },
]

/** What somebody did in Slack. */
export type SlackEvent =
  | {
      readonly kind: 'command'
      readonly command: string
      readonly text: string
      readonly user: { readonly id: string; readonly name: string }
      readonly replyTo: string
      readonly trigger: string
    }
  /** the form was sent */
  | {
      readonly kind: 'form'
      readonly request: Readonly<Record<string, unknown>>
      readonly user: { readonly id: string; readonly name: string }
      readonly replyTo: string
    }
  /** a result is to be shown to the channel */
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

const Press = z.looseObject({
  type: z.enum(['block_actions']),
  user: User,
  response_url: z.string(),
  actions: z.array(z.looseObject({ action_id: z.string(), value: z.optional(z.string()) })),
})

/**
 * @returns what a verified delivery says that somebody did
 * @throws {Problem} `malformed-json`
 */
export function readSlack(body: Uint8Array): SlackEvent {
  const form = formOf(body)
  const payload = form.get('payload')
  if (payload !== null) return readPayload(jsonOf(bytesOf(payload)))
  const id = form.get('user_id')
  if (!form.has('command') || id === null) return { kind: 'other' }
  return {
    kind: 'command',
    command: form.get('command') ?? '',
    text: unlinked(form.get('text') ?? ''),
    user: { id, name: form.get('user_name') ?? id },
    replyTo: form.get('response_url') ?? '',
    trigger: form.get('trigger_id') ?? '',
  }
}

function readPayload(json: unknown): SlackEvent {
  const press = Press.safeParse(json)
  if (press.success) {
    const { actions, user, response_url } = press.data
    const share = actions.find(({ action_id }) => action_id === SHARE)?.value
    return share === undefined
      ? { kind: 'other' }
      : { kind: 'share', request: share, by: nameOf(user), replyTo: response_url }
  }
  const sent = Submission.safeParse(json)
  if (!sent.success) return { kind: 'other' }
  const { user, view } = sent.data
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

/** Slack writes links around addresses, `<mailto:jane@example.com|jane@example.com>`, and leaves mentions to us. */
function unlinked(text: string): string {
  return text
    .replaceAll(/<(?:mailto:)?([^<>|@#!][^<>|]*)(?:\|[^<>]*)?>/g, '$1')
    .replaceAll(/<@(\w+)(?:\|[^<>]*)?>/g, '<@$1>')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** @returns the user that an owner is a mention of, as the grammar leaves it: without its brackets */
export function mentioned(owner: unknown): string | undefined {
  return typeof owner === 'string' ? /^@(\w+)$/.exec(owner)?.[1] : undefined
}

/** Field to the question that the form asks for it. */
export const HEADINGS: Readonly<Record<string, string>> = Object.fromEntries(
  WORDS.map(({ field, heading }) => [field, heading]),
)

const OWNERS_HINT =
  'People whom ConductorOne knows. Only an owner can open the vault, and owners can be set now only.'

/** @returns the form, opened for one person; a question for each word of the command */
export function formView(user: string, replyTo: string): Record<string, unknown> {
  const blocks = WORDS.map(({ field, heading }) => ({
    type: 'input',
    block_id: field,
    optional: field !== 'name',
    label: plain(heading),
    hint: plain(field === 'owners' ? OWNERS_HINT : describe(field)),
    element: { action_id: field, ...elementOf(field, user) },
  }))
  return { ...modal('Cancel', blocks), private_metadata: replyTo, submit: plain('Ask') }
}

function modal(close: string, blocks: readonly unknown[]): Record<string, unknown> {
  return { type: 'modal', title: plain('Ask for a vault'), close: plain(close), blocks }
}

function elementOf(field: string, user: string): Record<string, unknown> {
  switch (field) {
    case 'owners':
      return { type: 'multi_users_select', initial_users: [user], max_selected_items: MOST_OWNERS }
    case 'kind':
      return { type: 'static_select', options: ['group', 'magic_link'].map(option) }
    case 'allowUnauthenticated':
      return { type: 'static_select', options: ['yes', 'no'].map(option) }
    default:
      return { type: 'plain_text_input', multiline: field === 'description' }
  }
}

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({ text: plain(value.replace('_', ' ')), value })

/** @returns what takes the place of the form that was sent: a button in it would have nowhere to answer to */
export function formAnswer({ share: _share, ...message }: Message): Record<string, unknown> {
  return { response_action: 'update', view: modal('Close', slackBlocks(message)) }
}

/** @returns what shows faults at their fields in the open form; one without a field of its own stands at the name */
export function formErrors(faults: readonly FieldFault[]): Record<string, unknown> {
  const errors: Record<string, string> = {}
  for (const { pointer, detail } of faults) {
    const field = pointer.split('/')[1] ?? ''
    const place = Object.hasOwn(HEADINGS, field) ? field : 'name'
    errors[place] = place in errors ? `${errors[place]}; ${detail}` : detail
  }
  return { response_action: 'errors', errors }
}
