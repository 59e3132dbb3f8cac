import { cut, type Message } from './message.ts'

/** The most characters that Discord takes; Mattermost takes more. */
const LONGEST = 2_000
/** A block of commands that leaves less room than this for the rest is left out. */
const LEAST_TEXT = 500

/**
 * An address, which stays as it is: it leads where it says. Or everything that means something in Markdown and that
 * both chats take behind a backslash. Or an @ that could call people; one inside an e-mail address calls nobody.
 */
const SPECIAL = /(https?:\/\/[\w.~:/?#=&%+,-]*[A-Za-z0-9/])|[\\`*_{}[\]()#+\-.!|>~]|(?<![\p{L}\p{N}_])@/gu

/** @returns a message in the Markdown that Discord and Mattermost have in common; what people wrote stays as written */
export function markdown({ title, text, facts, commands = [] }: Message): string {
  const told = [
    `**${escaped(title)}**`,
    ...text.map(escaped),
    facts.map(([label, value]) => `**${escaped(label)}** ${escaped(value)}`).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
  const block = commands.length > 0 ? `\n\n\`\`\`\n${commands.join('\n').replaceAll('`', "'")}\n\`\`\`` : ''
  const room = LONGEST - block.length
  // half a command is of no use, and half a block would let its text have an effect
  return room < LEAST_TEXT ? cut(told, LONGEST) : cut(told, room) + block
}

function escaped(text: string): string {
  return text.replaceAll(SPECIAL, (match, address?: string) => {
    if (address !== undefined) return address
    // nothing that can be seen, and no name begins with it
    return match === '@' ? '@\u200b' : `\\${match}`
  })
}
