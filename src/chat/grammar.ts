import * as z from 'zod/mini'
import type { FieldFault } from '../problem.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import { type Field, FORM } from '../sources/form.ts'
import type { Message } from './message.ts'

/** One word of a command: `owners:jane@example.com`, or `"Payroll break-glass"`. */
type Word = {
  /** as it was written */
  readonly written: string
  /** what stands before the colon; undefined for a part of the name */
  readonly key: string | undefined
  readonly value: string
}

/** What somebody asked for in a chat. */
export type Command =
  | { readonly kind: 'help' }
  /** nothing but the command's name */
  | { readonly kind: 'empty' }
  | { readonly kind: 'status'; readonly id: string }
  | {
      readonly kind: 'create'
      /** the simplified request, not checked yet */
      readonly request: Readonly<Record<string, unknown>>
      /** field to what was written for it, for faults that are pointed out */
      readonly words: Readonly<Record<string, string>>
    }
  | { readonly kind: 'mistaken'; readonly message: Message }

type Entry = Omit<Field, 'field'> & { readonly field: Field['field'] | 'ticket' }

/** What can stand in a command: what a form asks, and the ticket. */
export const WORDS: readonly Entry[] = [
  ...FORM,
  { field: 'ticket', heading: 'Ticket', word: 'ticket', read: readTicket },
]

/** Values that would do, the most harmless first, where the schema names none. */
const EXAMPLES: Readonly<Partial<Record<Entry['field'], readonly string[]>>> = {
  description: ['For the night shift'],
  kind: ['group', 'magic_link'],
  allowUnauthenticated: ['no', 'yes'],
  ticket: ['SEC-42'],
}

// a key, then a value in quotes of any kind or without any; chats turn straight quotes into curly ones. A value may stand
// behind a space, unless that is where the next word begins.
const NEXT = `(?:${WORDS.map(({ word }) => word).join('|')}):`
const WORD = new RegExp(
  `(?:([a-z][a-z_-]*):(?!//)(?:\\s+(?!${NEXT}))?)?(?:["“”]([^"“”]*)["“”]|([^\\s"“”]+)|(?=\\s|$))`,
  'giu',
)
/** The last quotation mark, up to the next word of the command or the end. */
const UNCLOSED = /(["“”][^"“”]*?)(?=\s+[a-z]+:|\s*$)(?=[^"“”]*$)/i

/**
 * Reads a command: `create "Payroll break-glass" owners:jane@example.com ttl:30d`, `status <id>`, `help`.
 *
 * @param text what was written behind the command's name
 * @param name the command's name, as it is repeated in what is said about mistakes
 */
export function readCommand(text: string, name: string): Command {
  const [, verb = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  switch (verb.toLowerCase()) {
    case '':
      return { kind: 'empty' }
    case 'help':
      return { kind: 'help' }
    case 'status':
      return { kind: 'status', id: rest.trim() }
    case 'create':
      return readCreate(rest, name)
    default:
      return mistaken([`“${verb}” is not something that ${name} does.`], [`${name} create ${text.trim()}`])
  }
}

function readCreate(text: string, name: string): Command {
  const words = wordsOf(text)
  if ((text.match(/["“”]/g)?.length ?? 0) % 2 === 1)
    return mistaken(
      ['A quotation mark is not closed.'],
      [`${name} create ${text.trim().replace(UNCLOSED, '$1"')}`],
    )
  const unknown = words.filter(({ key }) => key !== undefined && !wordOf(key))
  if (unknown.length > 0)
    return mistaken(
      unknown.map(({ written, key }) => `“${written}”: “${key}” is not a word of this command.`),
      [`${name} create ${words.map(corrected).join(' ')}`],
    )
  const values: Record<string, string> = {}
  const written: Record<string, string> = {}
  // a name of several words needs no quotes, and what stands twice is read as one
  for (const word of words) {
    const { field = 'name' } = wordOf(word.key ?? 'name') ?? {}
    values[field] = field in values ? `${values[field]} ${word.value}` : word.value
    written[field] = field in written ? `${written[field]} ${word.written}` : word.written
  }
  const request = WORDS.flatMap(({ field, read }) => {
    const value = values[field]
    return value === undefined ? [] : [[field, read(value)] as const]
  })
  return { kind: 'create', request: Object.fromEntries(request), words: written }
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ([written, key, inQuotes, bare]) => ({
    // a word without a value says so, lest it take for one whatever is put behind it
    written: key === undefined || inQuotes || bare ? written : `${key}:""`,
    key: key?.toLowerCase(),
    value: inQuotes ?? bare ?? '',
  })).filter(({ written }) => written !== '')
}

function wordOf(key: string): Entry | undefined {
  return WORDS.find(({ word }) => word === key)
}

/** An unknown word is replaced by the nearest one that there is, where one is near. */
function corrected({ written, key, value }: Word): string {
  if (key === undefined || wordOf(key)) return written
  const near = WORDS.find(
    ({ word, field }) => word.startsWith(key.slice(0, 3)) || field.toLowerCase() === key,
  )
  return near ? `${near.word}:${quoted(value)}` : ''
}

/**
 * @param request a request that a command asked for
 * @param words what was written for each field
 * @param errors what is wrong with it
 * @param name the command's name
 * @returns the faulty words pointed out, and the command with examples in their places
 */
export function faultMessage(
  request: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, string>>,
  errors: readonly FieldFault[],
  name: string,
): Message {
  const faulty = new Set(errors.map(({ pointer }) => pointer.split('/')[1] ?? ''))
  const kind = faulty.has('kind') ? exampleOf('kind', request.kind) : request.kind
  const parts = WORDS.flatMap(({ field, word }) => {
    const given = words[field]
    if (kind !== 'magic_link' && (field === 'maxViews' || field === 'allowUnauthenticated')) return []
    if (!faulty.has(field)) return given === undefined ? [] : [given]
    const example = exampleOf(field, request[field])
    if (example === undefined) return []
    return [field === 'name' ? `"${example}"` : `${word}:${quoted(example)}`]
  })
  return {
    tone: 'bad',
    title: 'No vault was created',
    text: errors.map(({ detail }) => detail),
    facts: [],
    commands: [`${name} create ${parts.join(' ')}`],
  }
}

/** @returns a value that would do; for a choice, the one that was probably meant */
function exampleOf(field: Entry['field'], given: unknown): string | undefined {
  const texts = examplesOf(field)
  return texts.find((text) => typeof given === 'string' && given !== '' && text.startsWith(given)) ?? texts[0]
}

function examplesOf(field: Entry['field']): readonly string[] {
  return metaOf(field).examples?.map((example) => textOf(example)) ?? EXAMPLES[field] ?? []
}

function textOf(example: unknown): string {
  return Array.isArray(example) ? example.join(',') : String(example)
}

function metaOf(field: Entry['field']): {
  description?: string | undefined
  examples?: unknown[] | undefined
} {
  return z.globalRegistry.get(ProvisioningRequest.shape[field]) ?? {}
}

/** @returns what the command can do, from the schema's own words */
export function help(name: string): Message {
  return {
    tone: 'neutral',
    title: 'Ask for a vault in ConductorOne',
    text: ['The name comes first, in quotes. Words that may follow it:'],
    facts: WORDS.filter(({ word }) => word !== 'name').map(({ word, field }) => [
      `${word}:${examplesOf(field).map(quoted).join('|')}`,
      describe(field),
    ]),
    commands: [
      `${name} create "Payroll break-glass" owners:owner@example.com ttl:30d ticket:SEC-42`,
      `${name} status req_…`,
    ],
  }
}

/** @returns the schema's words on a field */
export function describe(field: Entry['field']): string {
  return metaOf(field).description ?? ''
}

function quoted(value: string): string {
  return /\s|^$|^\/\//.test(value) ? `"${value}"` : value
}

/** A ticket is an id, or the address of it. */
function readTicket(answer: string): unknown {
  const url = /^https?:/i.test(answer) ? URL.parse(answer) : null
  const id = url?.pathname.split('/').findLast(Boolean)
  return id === undefined ? { id: answer } : { id, url: answer }
}

function mistaken(text: readonly string[], commands: readonly string[]): Command {
  return {
    kind: 'mistaken',
    message: { tone: 'bad', title: 'No vault was created', text, facts: [], commands },
  }
}
