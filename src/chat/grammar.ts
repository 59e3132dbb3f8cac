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

// a key, then a value in quotes of any kind or without any; chats turn straight quotes into curly ones
const WORD = /(?:([a-z]+):(?!\/\/))?(?:["“”]([^"“”]*)["“”]|([^\s"“”]+))/giu

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
    return mistaken(['A quotation mark is not closed.'], [`${name} create ${text.trim()}"`])
  const unknown = words.filter(({ key }) => key !== undefined && !wordOf(key))
  if (unknown.length > 0)
    return mistaken(
      unknown.map(({ written, key }) => `“${written}”: “${key}” is not a word of this command.`),
      [`${name} create ${words.map(corrected).join(' ')}`],
    )
  const request: Record<string, unknown> = {}
  const written: Record<string, string> = {}
  for (const word of words) {
    const { field, read } = wordOf(word.key ?? 'name') ?? {}
    if (field === undefined || read === undefined) continue
    // a name of several words needs no quotes
    const again = word.key === undefined && typeof request[field] === 'string'
    request[field] = again ? `${request[field]} ${word.value}` : read(word.value)
    written[field] = again ? `${written[field]} ${word.written}` : word.written
  }
  return { kind: 'create', request, words: written }
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ([written, key, quoted, bare]) => ({
    written,
    key: key?.toLowerCase(),
    value: quoted ?? bare ?? '',
  }))
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
  const parts = WORDS.flatMap(({ field, word }) => {
    const given = words[field]
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
  // what is for magic links only is better left out
  const { examples = [] } = metaOf(field)
  const texts = examples.map((example) => textOf(example))
  return texts.find((text) => typeof given === 'string' && given !== '' && text.startsWith(given)) ?? texts[0]
}

function textOf(example: unknown): string {
  if (typeof example === 'object' && example !== null && 'id' in example) return String(example.id)
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
      `${word}:${quoted(exampleOf(field, undefined) ?? '…')}`,
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
  return /\s|^$/.test(value) ? `"${value}"` : value
}

/** A ticket is an id, or the address of it. */
function readTicket(answer: string): unknown {
  const url = URL.parse(answer)
  const id = url?.pathname.split('/').filter(Boolean).at(-1)
  return url && id !== undefined ? { id: decodeURIComponent(id), url: answer } : { id: answer }
}

function mistaken(text: readonly string[], commands: readonly string[]): Command {
  return {
    kind: 'mistaken',
    message: { tone: 'bad', title: 'No vault was created', text, facts: [], commands },
  }
}
