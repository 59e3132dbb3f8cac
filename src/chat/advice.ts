import * as z from 'zod/mini'
import type { FieldFault } from '../problem/problem.ts'
import { MOST_OWNERS, ProvisioningRequest } from '../provisioning/request.ts'
import { type Asked, type Entry, readCommand, WORDS } from './grammar.ts'
import type { Message } from './message.ts'

/** Values that would do, the most harmless first, where the schema names none. */
const EXAMPLES: Readonly<Partial<Record<Entry['field'], readonly string[]>>> = {
  description: ['For the night shift'],
  kind: ['group', 'magic_link'],
  allowUnauthenticated: ['no', 'yes'],
  ticket: ['SEC-42'],
}

/** The most faults that are told at once. */
const MOST_FAULTS = 10

/**
 * @param asked what a command asks for
 * @param errors what is wrong with it beside the mistakes
 * @param name the command's name
 * @param isFine whether a request would be taken on
 * @returns what is wrong, and the whole command as it would be right: with examples in the place of what is at fault
 */
export function faultMessage(
  { request, words, mistakes }: Asked,
  errors: readonly FieldFault[],
  name: string,
  isFine: (request: Readonly<Record<string, unknown>>) => boolean,
): Message {
  const faults = [...mistakes, ...errors.map(({ detail }) => detail)]
  const more = faults.length - MOST_FAULTS
  const text = [...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`And ${more} more.`] : [])]
  const command = `create ${corrected(request, words, errors)}`
  const read = readCommand(command, name)
  const commands = read.kind === 'create' && isFine(read.request) ? [`${name} ${command}`] : []
  return { tone: 'bad', title: 'No vault was created', text, facts: [], commands }
}

function corrected(request: Asked['request'], words: Asked['words'], errors: readonly FieldFault[]): string {
  const pointers = new Set(errors.map(({ pointer }) => pointer))
  const faulty = new Set(errors.map(({ pointer }) => pointer.split('/')[1] ?? ''))
  const kind = faulty.has('kind') ? exampleOf('kind', request.kind) : request.kind
  return WORDS.flatMap(({ field, word }) => {
    const given = request[field]
    if (kind !== 'magic_link' && (field === 'maxViews' || field === 'allowUnauthenticated')) return []
    if (!faulty.has(field) && (given === undefined || !(field in words))) return []
    const example = exampleOf(field, given) ?? ''
    const isList = Array.isArray(given) && given.length <= MOST_OWNERS && !pointers.has(`/${field}`)
    const value = isList
      ? [...new Set(given.map((one, index) => (pointers.has(`/${field}/${index}`) ? example : one)))]
      : faulty.has(field)
        ? example
        : given
    const text = textOf(value)
    if (field === 'name') return [`"${text}"`]
    return text === '' ? [] : [`${word}:${quoted(text)}`]
  }).join(' ')
}

/** @returns a value that would do; for a choice, the one that was probably meant */
function exampleOf(field: Entry['field'], given: unknown): string | undefined {
  const texts = examplesOf(field)
  return texts.find((text) => typeof given === 'string' && given !== '' && text.startsWith(given)) ?? texts[0]
}

function examplesOf(field: Entry['field']): readonly string[] {
  return metaOf(field).examples?.map(textOf) ?? EXAMPLES[field] ?? []
}

/** @returns a value of a request as it is written in a command */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const { id, url } = Object(value)
  return String(url ?? id ?? value)
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

/** @returns the schema's words on a field, as plain text */
export function describe(field: Entry['field']): string {
  return (metaOf(field).description ?? '').replaceAll('`', '')
}

function quoted(value: string): string {
  return /^(?!\/\/)\S+$/.test(value) ? value : `"${value}"`
}
