import type { Chat } from './chat.ts'
import { markdown } from './markdown.ts'

/**
 * A slash command of Mattermost. It signs nothing and sends a token.
 *
 * @see https://developers.mattermost.com/integrate/slash-commands/custom/
 */
export const mattermost: Chat = {
  title: 'Mattermost',
  proofs: [{ kind: 'token', header: 'Authorization', prefix: 'Token ' }],
  read(body) {
    const form = new URLSearchParams(new TextDecoder().decode(body))
    const id = form.get('user_id')
    const replyTo = form.get('response_url')
    if (id === null) return undefined
    return {
      kind: 'command',
      text: form.get('text') ?? '',
      command: form.get('command') ?? '/vault',
      user: { id, name: form.get('user_name') ?? id },
      ...(replyTo !== null && { replyTo }),
    }
  },
  render: (message) => ({ response_type: 'ephemeral', text: markdown(message) }),
  channel: 'mattermost',
  patience: 2_000,
}
