import { OPEN } from '../pieces.ts'

/** What Slack writes in angle brackets: a kind by its first character, what it leads to, and perhaps a label. */
const REFERENCE = /<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>/g

/** A ticket is where its link leads, whatever the label says. */
const TICKET_LINK = new RegExp(String.raw`(\bticket:\s*[${OPEN}]?)<(https?:[^<>|]+)(?:\|[^<>]*)?>`, 'gi')

/**
 * Reads the text of a command without Slack's mark-up. Links and channels give their label, `&`, `<` and `>` are decoded,
 * and mentions of people stay, since only their id says who they are.
 *
 * @see https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
 */
export function plainText(text: string): string {
  return text
    .replaceAll(TICKET_LINK, '$1$2')
    .replaceAll(REFERENCE, (_, kind: string, target: string, label?: string) => {
      switch (kind) {
        case '@':
          return `<@${target}>`
        case '#':
          return `#${label || target}`
        case '!':
          return label || `@${target.replace(/\^.*$/, '')}`
        default:
          return linkText(target, label)
      }
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Reads a link. One to an e-mail address that its label does not say, or says otherwise, shows both. */
function linkText(target: string, label: string | undefined): string {
  const [, address] = /^mailto:(.*)$/.exec(target) ?? []
  if (address === undefined) return label || target
  return !label || label.toLowerCase() === address.toLowerCase() ? label || address : `${label} <${address}>`
}
