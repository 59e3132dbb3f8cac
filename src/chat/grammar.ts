import { cut } from '../lib/cut.ts'
import { QUESTIONS, type Question } from '../sources/questions.ts'
import { type Message, note } from './message.ts'
import { piecesOf } from './pieces.ts'
import { readTicket } from './ticket-address.ts'

/** A command that asks for a vault. */
export type CreateCommand = {
  /** The simplified request, not checked yet. */
  readonly request: Readonly<Record<string, unknown>>
  /** Field to what was written for it, for faults that point there. */
  readonly written: Readonly<Record<string, string>>
  /** What could not be read as it was written. */
  readonly mistakes: readonly string[]
}

/** What a person writes in a chat. */
export type Command =
  | { readonly kind: 'help' }
  /** Only the command's name. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'status'; readonly id: string }
  | ({ readonly kind: 'create' } & CreateCommand)
  | { readonly kind: 'unknown'; readonly message: Message }

/** A field of a request that a command can have. */
export type CommandField = Question['field'] | 'ticket'

/** A word of a command, and the field of a request that it is for. */
type CommandWord = Pick<Question, 'heading' | 'word' | 'read'> & { readonly field: CommandField }

/** Every word of a command: one for each question of a form, and the ticket. */
export const WORDS: readonly CommandWord[] = [
  ...QUESTIONS,
  { field: 'ticket', heading: 'Ticket', word: 'ticket', read: readTicket },
]

const MAX_QUOTE_CHARS = 100

/**
 * Reads a command: `create "Payroll break-glass" owners:jane@example.com ttl:30d`, `status <id>`, `help`.
 *
 * @param text what was written after the command's name
 * @param name the command's name, for messages about mistakes
 */
export function readCommand(text: string, name: string): Command {
  const [, verb = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const mistake = `“${shorten(verb)}” is not something that ${name} does.`
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
      if (first?.quoted || (first?.key && wordFor(first.key))) return readCreate(text, [mistake])
      return {
        kind: 'unknown',
        message: { ...note('Nothing was done', mistake), commands: [`${name} help`] },
      }
    }
  }
}

/**
 * Reads the words of a create. Text that stands alone belongs to the word before it, and to the name at the beginning.
 * The first text in quotation marks that stands alone is the name, unless there is one already.
 */
function readCreate(text: string, mistakes: readonly string[]): Command {
  const { pieces, open } = piecesOf(text)
  const wrong = [...mistakes, ...(open ? ['A quotation mark is not closed.'] : [])]
  const given = new Map<CommandField, { readonly texts: string[]; readonly written: string[] }>()
  const stated = new Set<CommandField>()
  // undefined after a word that the command does not have, so that the text after it does not go elsewhere
  let at: CommandField | undefined = 'name'
  let bareName = true
  for (const { key, text, quoted, written } of pieces) {
    const word = key === undefined ? undefined : wordFor(key)
    if (key && word?.word !== key.toLowerCase())
      wrong.push(`“${shorten(written)}”: “${shorten(key)}” is not a word of this command.`)
    if (word) at = word.field
    else if (key) at = at === 'name' && bareName ? at : undefined
    else if (quoted && !given.has('name')) at = 'name'
    if (!at) continue
    // owners may stand in several places; anything else is said once
    const isStated = word !== undefined || (quoted && key === undefined && at === 'name')
    if (isStated && at !== 'owners' && stated.has(at) && !given.get(at)?.texts.includes(text))
      wrong.push(`“${shorten(written)}”: “${wordOf(at)}” stands in this command already; write it once.`)
    if (isStated) stated.add(at)
    bareName &&= at !== 'name' || !quoted
    const { texts, written: all } = given.get(at) ?? { texts: [], written: [] }
    texts.push(key && !word ? `${key}:${text}` : text)
    all.push(written)
    given.set(at, { texts, written: all })
  }
  const answers = WORDS.flatMap(({ field, read }) => {
    const { texts, written } = given.get(field) ?? {}
    return texts && written ? [{ field, value: read(texts.filter(Boolean).join(' ')), written }] : []
  })
  return {
    kind: 'create',
    request: Object.fromEntries(answers.map(({ field, value }) => [field, value])),
    written: Object.fromEntries(answers.map(({ field, written }) => [field, shorten(written.join(' '))])),
    mistakes: wrong,
  }
}

function wordOf(field: CommandField): string {
  return WORDS.find((entry) => entry.field === field)?.word ?? field
}

/** Finds the word of a key, or the one that was probably meant. */
function wordFor(key: string): CommandWord | undefined {
  const word = key.toLowerCase()
  const field = word.replaceAll(/[-_]/g, '')
  return (
    WORDS.find((entry) => entry.word === word) ??
    WORDS.find((entry) => entry.field.toLowerCase() === field || entry.word.startsWith(word.slice(0, 3)))
  )
}

function shorten(written: string): string {
  return cut(written, MAX_QUOTE_CHARS)
}
