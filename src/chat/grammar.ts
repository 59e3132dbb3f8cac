import * as z from 'zod/mini'
import type { FieldFault } from '../problem.ts'
import { fieldFaults, ProvisioningRequest } from '../provisioning/request.ts'
import { type Field, FORM } from '../sources/form.ts'
import type { Message } from './message.ts'

/** One word of a command: `owners:jane@example.com`, or `"Payroll break-glass"`. */
type Word = {
  /** as it was written */
  readonly written: string
  /** what stands before the colon */
  readonly key: string
  /** without quotation marks, which no value can have */
  readonly value: string
  readonly closed: boolean
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
      /** field to the word of the command for it, for faults that are pointed out */
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

const NEXT = `\\s(?:${WORDS.map(({ word }) => word).join('|')}):`

/**
 * A key, then a value in quotes of any kind or without any; chats turn straight quotes into curly ones. A value ends
 * before the next word of the command where its quotation mark is not closed, or where there is none at all.
 */
const WORD = new RegExp(
  '(?:(?<key>[a-z][a-z_-]*):(?!//)' +
    `(?:(?!${NEXT})\\s)*)?` +
    `(?:["“”](?<quoted>[^"“”]*)["“”]|["“”](?<unclosed>[^"“”]*?)(?=${NEXT}|$)|(?<bare>[^\\s"“”]+)|(?=\\s|$))`,
  'gi',
)

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
      return mistaken([`“${verb}” is not something that ${name} does.`], wordsOf(text), name)
  }
}

function readCreate(text: string, name: string): Command {
  const words = wordsOf(text)
  if (words.some(({ closed }) => !closed)) return mistaken(['A quotation mark is not closed.'], words, name)
  const unknown = words.filter(({ key }) => !wordOf(key))
  return unknown.length > 0
    ? mistaken(
        unknown.map(({ written, key }) => `“${written}”: “${key}” is not a word of this command.`),
        words,
        name,
      )
    : { kind: 'create', ...wish(words) }
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ([written, key, quoted, unclosed, bare]) => ({
    written: written.trim(),
    // a name of several words needs no quotes
    key: key?.toLowerCase() ?? 'name',
    value: quoted ?? unclosed?.trim() ?? bare ?? '',
    closed: unclosed === undefined,
  })).filter(({ written }) => written !== '')
}

/** Words that are not of the command are left out, and what stands twice is read as one. */
function wish(words: readonly Word[]) {
  const values = new Map<Entry, string>()
  for (const { key, value } of words) {
    const entry = wordOf(key)
    if (entry) values.set(entry, values.has(entry) ? `${values.get(entry)} ${value}` : value)
  }
  const each = <T>(make: (entry: Entry, value: string) => T): Record<string, T> =>
    Object.fromEntries(Array.from(values, ([entry, value]) => [entry.field, make(entry, value)]))
  return { request: each(({ read }, value) => read(value)), words: each(spelled) }
}

/** @returns a word that is read as that value, wherever it stands in a command */
function spelled({ word }: Entry, value: string): string {
  return word === 'name' ? `"${value}"` : `${word}:${quoted(value)}`
}

function wordOf(key: string): Entry | undefined {
  return WORDS.find(({ word }) => word === key)
}

/** An unknown word is replaced by the nearest one that there is, where one is near. */
function corrected(word: Word): Word {
  const { key } = word
  if (wordOf(key)) return word
  const near = WORDS.find(
    ({ word, field }) => word.startsWith(key.slice(0, 3)) || field.toLowerCase() === key,
  )
  return near ? { ...word, key: near.word } : word
}

/** What cannot be read is corrected, and what is wrong with it then. */
function mistaken(text: readonly string[], written: readonly Word[], name: string): Command {
  const { request, words } = wish(written.map(corrected))
  const { error } = ProvisioningRequest.safeParse(request)
  const message = faultMessage(request, words, error ? fieldFaults(error) : [], name)
  return { kind: 'mistaken', message: { ...message, text } }
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
  const parts = WORDS.flatMap((entry) => {
    const { field } = entry
    const given = words[field]
    if (kind !== 'magic_link' && (field === 'maxViews' || field === 'allowUnauthenticated')) return []
    if (!faulty.has(field)) return given === undefined ? [] : [given]
    const example = exampleOf(field, request[field])
    return example === undefined ? [] : [spelled(entry, example)]
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
  return /^[^\s/]\S*$/.test(value) ? value : `"${value}"`
}

/** A ticket is an id, or the address of it. */
function readTicket(answer: string): unknown {
  const url = /^https?:/i.test(answer) ? URL.parse(answer) : null
  const id = url?.pathname.split('/').findLast(Boolean)
  return id === undefined ? { id: answer } : { id, url: answer }
}
