import type { RequestRecord } from '../../ledger/entry.ts'
import { cut } from '../../lib/cut.ts'
import type { Message } from '../message.ts'
import { resultMessage } from '../result.ts'

// Slack's limits
const MAX_HEADER_CHARS = 150
const MAX_SECTION_CHARS = 3_000
const MAX_FIELD_CHARS = 2_000
const MAX_FIELD_COUNT = 10
const MAX_BUTTON_CHARS = 75

/** The name of the button that shows a result to everyone in the channel. */
export const SHARE = 'share'

const plain = (text: string, maxChars = MAX_SECTION_CHARS) => ({
  type: 'plain_text',
  text: cut(text, maxChars),
  emoji: false,
})

/**
 * Renders a message as Block Kit. People's text stands in plain text only, in which mark-up has no effect.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks/
 */
export function slackBlocks({ title, text, facts, commands = [], share }: Message): unknown[] {
  const fields = facts
    .slice(0, MAX_FIELD_COUNT)
    .map(([label, value]) => plain(`${label}\n${value}`, MAX_FIELD_CHARS))
  return [
    { type: 'header', text: plain(title, MAX_HEADER_CHARS) },
    ...text.filter(Boolean).map((paragraph) => ({ type: 'section', text: plain(paragraph) })),
    ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
    ...(commands.length > 0
      ? [
          {
            type: 'rich_text',
            elements: [
              { type: 'rich_text_preformatted', elements: [{ type: 'text', text: commands.join('\n') }] },
            ],
          },
        ]
      : []),
    ...(share === undefined
      ? []
      : [
          {
            type: 'actions',
            elements: [
              {
                type: 'button',
                action_id: SHARE,
                value: share,
                text: plain('Show to the channel', MAX_BUTTON_CHARS),
              },
            ],
          },
        ]),
  ]
}

/** Renders a message that only the person who asked can see. */
export function slackReply(message: Message): Record<string, unknown> {
  return { response_type: 'ephemeral', text: message.title, blocks: slackBlocks(message) }
}

/**
 * Renders a result for everyone in the channel.
 *
 * @param by who shows it
 * @param next what to do with a vault that was made
 */
export function slackShared(record: RequestRecord, by: string, next: string): Record<string, unknown> {
  const { share: _share, ...message } = resultMessage(record, next)
  const facts = [...message.facts, ['Shared by', by]] as const
  return {
    response_type: 'in_channel',
    replace_original: false,
    text: message.title,
    blocks: slackBlocks({ ...message, facts }),
  }
}
