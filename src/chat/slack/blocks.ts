import type { RequestRecord } from '../../ledger/entry.ts'
import { cut, type Message, resultOf } from '../message.ts'

/** The most characters of a section, and of a field in it. */
const LONGEST_SECTION = 3_000
const LONGEST_FIELD = 2_000
/** The most fields of a section. */
const MOST_FIELDS = 10

/** The name of the button that shows a result to everyone in the channel. */
export const SHARE = 'share'

const plain = (text: string, longest = LONGEST_SECTION) => ({
  type: 'plain_text',
  text: cut(text, longest),
  emoji: false,
})

/**
 * @returns a message as Block Kit; what people wrote stands in plain text only, where nothing has an effect
 * @see https://docs.slack.dev/reference/block-kit/blocks/
 */
export function slackBlocks({ title, text, facts, commands = [], share }: Message): unknown[] {
  const fields = facts
    .slice(0, MOST_FIELDS)
    .map(([label, value]) => plain(`${label}\n${value}`, LONGEST_FIELD))
  return [
    { type: 'header', text: plain(title, 150) },
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
              { type: 'button', action_id: SHARE, value: share, text: plain('Show to the channel', 75) },
            ],
          },
        ]),
  ]
}

/** @returns a message that only the person who asked can see */
export function slackReply(message: Message): Record<string, unknown> {
  return { response_type: 'ephemeral', text: message.title, blocks: slackBlocks(message) }
}

/** @returns a result for everyone in the channel */
export function slackShared(record: RequestRecord, by: string): Record<string, unknown> {
  const { share: _share, ...message } = resultOf(record)
  const facts = [...message.facts, ['Shared by', by]] as const
  return {
    response_type: 'in_channel',
    replace_original: false,
    text: message.title,
    blocks: slackBlocks({ ...message, facts }),
  }
}
