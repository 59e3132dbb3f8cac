import { decodePercent } from '../lib/encoding.ts'

/** The mark of a list's item that an author types: a bullet, a number, a box. */
const ITEM_MARK = /^(?:[-*•]+|\+(?=\s)|\d{1,3}[.)](?=\s))?\s*(?:\[[ xX]?\](?=\s))?\s*/
/** A link to an address in Markdown, or in Jira's own mark-up. */
const MAILTO_LINK = /\[([^[\]|]+)(?:\|mailto:([^[\]]*)\]|\]\(mailto:([^()[]*)\))/g
/** A person in quotation marks before an address in brackets: `"Doe, Alice" <alice@example.com>`. */
const QUOTED_PERSON = /"[^"<>]*"[ \t]*(?=<)/g
const MAILTO = /^mailto:/i
const PERSON_AND_ADDRESS = /^([^<>]*)<([^<>\s]+)>$/

/**
 * Reads several people out of one answer: addresses or ids, separated by commas, semicolons, lines or blanks, with a
 * list's marks and with names, `Alice Doe <alice@example.com>`. Text that is neither stays one item, so that the fault
 * shows what was written. No expression goes back over the same characters, since the author of a ticket chooses them.
 *
 * @param answer plain text
 */
export function readPeople(answer: string): string[] {
  return answer
    .replaceAll(
      MAILTO_LINK,
      (link, label: string, inJira?: string, inMarkdown?: string) =>
        readMailtoLink(label, inJira ?? inMarkdown ?? '') ?? link,
    )
    .replaceAll(QUOTED_PERSON, '')
    .split(/[,;\n]/)
    .flatMap((entry) => readEntry(entry.trim().replace(ITEM_MARK, '')))
}

/**
 * Reads a link to a person.
 *
 * @param label what people see
 * @param target what it leads to, after `mailto:`
 * @returns the address in brackets; undefined if the label shows another one, which would mislead a reader
 */
export function readMailtoLink(label: string, target: string): string | undefined {
  const address = decodePercent(target.replace(/\?.*$/s, ''))
  const shown = label.trim().replace(MAILTO, '')
  if (!shown.includes('@')) return `<${address}>`
  return shown.toLowerCase() === address.toLowerCase() ? `<${shown}>` : undefined
}

function readEntry(entry: string): string[] {
  const text = entry.replace(/^`+/, '').replace(/(?<!`)`+$/, '')
  const [, person, address] = PERSON_AND_ADDRESS.exec(text) ?? []
  // a person who is called like another address would be a guess
  if (person !== undefined && address !== undefined)
    return person.includes('@') && person.trim() !== address ? [text] : [address.replace(MAILTO, '')]
  const words = text.split(/\s+/).filter(Boolean).map(withoutMarks)
  return words.length > 1 && words.some((word) => !isAddressOrId(word)) ? [text] : words
}

/** Removes the brackets, code marks and `mailto:` of one word. */
function withoutMarks(word: string): string {
  return word
    .replace(/^[-*•<`]+/, '')
    .replace(MAILTO, '')
    .replace(/(?<![>`])[>`]+$/, '')
}

/** ConductorOne's ids have no blanks and 20 characters or more; a mention in a chat begins with @. */
function isAddressOrId(word: string): boolean {
  return word.includes('@') || /^[A-Za-z0-9]{20,64}$/.test(word)
}
