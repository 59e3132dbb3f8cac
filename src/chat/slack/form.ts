import { MAX_OWNERS } from '../../config/fields.ts'
import type { FieldFault } from '../../problem/problem.ts'
import { type CommandField, WORDS } from '../grammar.ts'
import { describe } from '../help.ts'
import type { Message } from '../message.ts'
import { slackBlocks } from './blocks.ts'

/** Field to the question that the form asks for it. */
export const FORM_LABELS: Readonly<Record<string, string>> = Object.fromEntries(
  WORDS.map(({ field, heading }) => [field, heading]),
)

const OWNERS_HINT = 'ConductorOne users. Only an owner can open the vault, and owners can only be set now.'

/**
 * Builds the form for one person: a question for each word of the command.
 *
 * @param user the person's id, who is the owner unless the form says otherwise
 * @param replyTo the address that takes the result
 */
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

function elementOf(field: CommandField, user: string): Record<string, unknown> {
  switch (field) {
    case 'owners':
      return { type: 'multi_users_select', initial_users: [user], max_selected_items: MAX_OWNERS }
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

/** Replaces a form that was submitted by its answer. A button in it would have no address to answer to. */
export function formAnswer({ share: _share, ...message }: Message): Record<string, unknown> {
  return { response_action: 'update', view: modal('Close', slackBlocks(message)) }
}

/** Shows faults at their fields in the open form; a fault without a field of its own stands at the name. */
export function formErrors(faults: readonly FieldFault[]): Record<string, unknown> {
  const errors: Record<string, string> = {}
  for (const { pointer, detail } of faults) {
    const field = pointer.split('/')[1] ?? ''
    const place = Object.hasOwn(FORM_LABELS, field) ? field : 'name'
    errors[place] = place in errors ? `${errors[place]}; ${detail}` : detail
  }
  return { response_action: 'errors', errors }
}
