import { cut, type Message } from './message.ts'

/** The most characters that Discord takes; Mattermost takes more. */
const LONGEST = 2_000

/** Everything that means something in Markdown, and what would call people: a mention has no effect behind it. */
const SPECIAL = /[\\`*_{}[\]()#+\-.!|>~<@:&]/g

/** @returns a message in the Markdown that Discord and Mattermost have in common; what people wrote stays as written */
export function markdown({ title, text, facts, commands = [] }: Message): string {
  const markdown = [
    `**${escaped(title)}**`,
    ...text.map(escaped),
    facts.map(([label, value]) => `**${escaped(label)}** ${escaped(value)}`).join('\n'),
    ...(commands.length > 0 ? [`\`\`\`\n${commands.join('\n').replaceAll('`', "'")}\n\`\`\``] : []),
  ]
    .filter(Boolean)
    .join('\n\n')
  return cut(markdown, LONGEST)
}

function escaped(text: string): string {
  return text.replaceAll(SPECIAL, '\\$&')
}
