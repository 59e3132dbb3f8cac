import { type Field, FORM } from '../sources/form.ts'
import { cut, type Message, note } from './message.ts'
import { piecesOf } from './pieces.ts'

/** What somebody asks for with a command. */
export type Asked = {
  /** the simplified request, not checked yet */
  readonly request: Readonly<Record<string, unknown>>
  /** field to what was written for it, for faults that are pointed out */
  readonly words: Readonly<Record<string, string>>
  /** what could not be read as it was written */
  readonly mistakes: readonly string[]
}

/** What somebody writes in a chat. */
export type Command =
  | { readonly kind: 'help' }
  /** nothing but the command's name */
  | { readonly kind: 'empty' }
  | { readonly kind: 'status'; readonly id: string }
  | ({ readonly kind: 'create' } & Asked)
  | { readonly kind: 'mistaken'; readonly message: Message }

/** A word of a command, and the field of a request that it is for. */
export type Entry = Omit<Field, 'field'> & { readonly field: Field['field'] | 'ticket' }

/** What can stand in a command: what a form asks, and the ticket. */
export const WORDS: readonly Entry[] = [
  ...FORM,
  { field: 'ticket', heading: 'Ticket', word: 'ticket', read: readTicket },
]

/** The most characters of something mistaken that are repeated. */
const LONGEST_QUOTE = 100

/**
 * Reads a command: `create "Payroll break-glass" owners:jane@example.com ttl:30d`, `status <id>`, `help`.
 *
 * @param text what was written behind the command's name
 * @param name the command's name, as it is repeated in what is said about mistakes
 */
export function readCommand(text: string, name: string): Command {
  const [, verb = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const mistake = `“${shown(verb)}” is not something that ${name} does.`
  switch (verb.toLowerCase()) {
    case '':
      return { kind: 'empty' }
    case 'help':
      return { kind: 'help' }
    case 'status':
      return { kind: 'status', id: rest.trim() }
    case 'create':
      return readCreate(rest, [])
    default: {
      if (/^cre/i.test(verb)) return readCreate(rest, [mistake])
      const [first] = piecesOf(text).pieces
      if (first?.quoted || (first?.key && meaning(first.key))) return readCreate(text, [mistake])
      return {
        kind: 'mistaken',
        message: { ...note('Nothing was done', mistake), commands: [`${name} help`] },
      }
    }
  }
}

/**
 * What stands alone belongs to the word before it, and to the name at the beginning. The first text in quotation marks
 * that stands alone is the name, unless there is one already.
 */
function readCreate(text: string, mistakes: readonly string[]): Command {
  const { pieces, open } = piecesOf(text)
  const wrong = [...mistakes, ...(open ? ['A quotation mark is not closed.'] : [])]
  const given = new Map<Entry['field'], { readonly texts: string[]; readonly written: string[] }>()
  // undefined behind a word that there is not, so that what follows it is taken for nothing else
  let at: Entry['field'] | undefined = 'name'
  let bareName = true
  for (const { key, text, quoted, written } of pieces) {
    const meant = key === undefined ? undefined : meaning(key)
    if (key && meant?.word !== key.toLowerCase())
      wrong.push(`“${shown(written)}”: “${shown(key)}” is not a word of this command.`)
    if (meant) at = meant.field
    else if (key) at = at === 'name' && bareName ? at : undefined
    else if (quoted && !given.has('name')) at = 'name'
    if (!at) continue
    bareName &&= at !== 'name' || !quoted
    const { texts, written: all } = given.get(at) ?? { texts: [], written: [] }
    texts.push(key && !meant ? `${key}:${text}` : text)
    all.push(written)
    given.set(at, { texts, written: all })
  }
  const found = WORDS.flatMap(({ field, read }) => {
    const { texts, written } = given.get(field) ?? {}
    return texts && written ? [{ field, value: read(texts.filter(Boolean).join(' ')), written }] : []
  })
  return {
    kind: 'create',
    request: Object.fromEntries(found.map(({ field, value }) => [field, value])),
    words: Object.fromEntries(found.map(({ field, written }) => [field, shown(written.join(' '))])),
    mistakes: wrong,
  }
}

/** @returns the word, or the one that was probably meant */
function meaning(key: string): Entry | undefined {
  const word = key.toLowerCase()
  const field = word.replaceAll(/[-_]/g, '')
  return (
    WORDS.find((entry) => entry.word === word) ??
    WORDS.find((entry) => entry.field.toLowerCase() === field || entry.word.startsWith(word.slice(0, 3)))
  )
}

function shown(written: string): string {
  return cut(written, LONGEST_QUOTE)
}

/** A ticket is an id, or the address of it. */
function readTicket(answer: string): unknown {
  const url = /^https?:/i.test(answer) ? URL.parse(answer) : null
  const id = url?.pathname.split('/').findLast(Boolean)
  return id === undefined ? { id: answer } : { id, url: answer }
}
