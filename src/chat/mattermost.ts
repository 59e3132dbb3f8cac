import { formOf } from '../lib/encoding.ts'
import { decodeHtmlText } from '../lib/html-text.ts'
import type { Chat } from './chat.ts'
import { markdown } from './markdown.ts'

/**
 * Reads and answers a Mattermost slash command, or an outgoing webhook, whose answer everyone in the channel sees. Neither
 * is signed; both send a token, an outgoing webhook in the form only.
 *
 * @see https://developers.mattermost.com/integrate/slash-commands/custom/
 * @see https://developers.mattermost.com/integrate/webhooks/outgoing/
 */
export const mattermost: Chat = {
  title: 'Mattermost',
  proofs: [
    { kind: 'token', place: 'header', name: 'Authorization', prefix: 'Token ' },
    { kind: 'token', place: 'field', name: 'token' },
  ],
  read(body) {
    const form = formOf(body)
    const id = form.get('user_id')
    const text = decodeHtmlText(form.get('text') ?? '')
    const trigger = form.get('trigger_word')
    const replyTo = form.get('response_url')
    if (id === null) return undefined
    return {
      kind: 'command',
      // an outgoing webhook repeats the word that calls it
      text: trigger !== null && text.startsWith(trigger) ? text.slice(trigger.length) : text,
      command: trigger ?? form.get('command') ?? '/vault',
      user: { id, name: form.get('user_name') ?? id },
      ...(replyTo !== null && { replyTo }),
    }
  },
  render: (message) => ({ response_type: 'ephemeral', text: markdown(message) }),
  channel: 'mattermost',
  maxWaitMs: 2_000,
}
