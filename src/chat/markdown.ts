import { cut } from '../lib/cut.ts'
import type { Message } from './message.ts'

/** The limit of Discord; Mattermost takes more. */
const MAX_MESSAGE_CHARS = 2_000
/** A block of commands that leaves less room than this for the rest is left out. */
const MIN_TEXT_CHARS = 500

/**
 * An address, which stays as it is: it leads where it says. Or every character with a meaning in Markdown that both
 * chats take behind a backslash. Or an @ that could call people; one inside an e-mail address calls nobody.
 */
const SPECIAL = /(https?:\/\/[\w.~:/?#=&%+,-]*[A-Za-z0-9/])|[\\`*_{}[\]()#+\-.!|>~]|(?<![\p{L}\p{N}_])@/gu

/** Renders a message in the Markdown that Discord and Mattermost have in common; people's text stays as written. */
export function markdown({ title, text, facts, commands = [] }: Message): string {
  const body = [
    `**${escapeMarkdown(title)}**`,
    ...text.map(escapeMarkdown),
    facts.map(([label, value]) => `**${escapeMarkdown(label)}** ${escapeMarkdown(value)}`).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
  const block = commands.length > 0 ? `\n\n\`\`\`\n${commands.join('\n').replaceAll('`', "'")}\n\`\`\`` : ''
  const room = MAX_MESSAGE_CHARS - block.length
  // half a command is of no use, and half a block would let its text have an effect
  return room < MIN_TEXT_CHARS ? cut(body, MAX_MESSAGE_CHARS) : cut(body, room) + block
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(SPECIAL, (match, address?: string) => {
    if (address !== undefined) return address
    // an invisible character, with which no name begins
    return match === '@' ? '@\u200b' : `\\${match}`
  })
}
