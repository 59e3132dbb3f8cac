import { MAX_OWNERS } from '../config/fields.ts'
import type { FieldFault } from '../problem/problem.ts'
import { type CommandField, type CreateCommand, readCommand, WORDS } from './grammar.ts'
import { examplesOf, quote, valueText } from './help.ts'
import type { Message } from './message.ts'

const MAX_FAULT_COUNT = 10

/**
 * Tells what is wrong with a command, and the whole command as it would be right: with examples in the place of what is
 * at fault.
 *
 * @param create the command
 * @param errors what is wrong with it beside the mistakes
 * @param name the command's name
 * @param isFine whether a request would be taken on
 */
export function correctionMessage(
  { request, written, mistakes }: CreateCommand,
  errors: readonly FieldFault[],
  name: string,
  isFine: (request: Readonly<Record<string, unknown>>) => boolean,
): Message {
  const faults = [...mistakes, ...errors.map(({ detail }) => detail)]
  const more = faults.length - MAX_FAULT_COUNT
  const text = [...faults.slice(0, MAX_FAULT_COUNT), ...(more > 0 ? [`And ${more} more.`] : [])]
  const command = `create ${correct(request, written, errors)}`
  const read = readCommand(command, name)
  const commands = read.kind === 'create' && isFine(read.request) ? [`${name} ${command}`] : []
  return { tone: 'bad', title: 'No vault was created', text, facts: [], commands }
}

function correct(
  request: CreateCommand['request'],
  written: CreateCommand['written'],
  errors: readonly FieldFault[],
): string {
  const pointers = new Set(errors.map(({ pointer }) => pointer))
  const faulty = new Set(errors.map(({ pointer }) => pointer.split('/')[1] ?? ''))
  const kind = faulty.has('kind') ? exampleOf('kind', request.kind) : request.kind
  return WORDS.flatMap(({ field, word }) => {
    const given = request[field]
    if (kind !== 'magic_link' && (field === 'maxViews' || field === 'allowUnauthenticated')) return []
    if (!faulty.has(field) && (given === undefined || !(field in written))) return []
    const example = exampleOf(field, given) ?? ''
    const isList = Array.isArray(given) && given.length <= MAX_OWNERS && !pointers.has(`/${field}`)
    const value = isList
      ? [...new Set(given.map((one, index) => (pointers.has(`/${field}/${index}`) ? example : one)))]
      : faulty.has(field)
        ? example
        : given
    const text = valueText(value)
    if (field === 'name') return [`"${text}"`]
    return text === '' ? [] : [`${word}:${quote(text)}`]
  }).join(' ')
}

/** Returns a value that would do; of several choices, the one that was probably meant. */
function exampleOf(field: CommandField, given: unknown): string | undefined {
  const texts = examplesOf(field)
  return texts.find((text) => typeof given === 'string' && given !== '' && text.startsWith(given)) ?? texts[0]
}
