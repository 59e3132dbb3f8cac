import * as z from 'zod/mini'
import { ProvisioningRequest } from '../provisioning/request.ts'
import { type CommandField, WORDS } from './grammar.ts'
import type { Message } from './message.ts'

/** Values that would do, the most harmless first, for fields whose schema has no examples. */
const EXAMPLES: Readonly<Partial<Record<CommandField, readonly string[]>>> = {
  description: ['For the night shift'],
  kind: ['group', 'magic_link'],
  allowUnauthenticated: ['no', 'yes'],
  ticket: ['SEC-42'],
}

/** Explains what the command can do, in the schema's own words. */
export function help(name: string): Message {
  return {
    tone: 'neutral',
    title: 'Ask for a vault in ConductorOne',
    text: ['The name comes first, in quotes. These may follow it:'],
    facts: WORDS.filter(({ word }) => word !== 'name').map(({ word, field }) => [
      `${word}:${examplesOf(field).map(quote).join('|')}`,
      describe(field),
    ]),
    commands: [
      `${name} create "Payroll break-glass" owners:owner@example.com ttl:30d ticket:SEC-42`,
      `${name} status req_…`,
    ],
  }
}

/** Describes a field in the schema's own words, as plain text. */
export function describe(field: CommandField): string {
  return (metaOf(field).description ?? '').replaceAll('`', '')
}

/** Returns values of a field that would do, the most harmless first. */
export function examplesOf(field: CommandField): readonly string[] {
  return metaOf(field).examples?.map(valueText) ?? EXAMPLES[field] ?? []
}

/** Writes a value of a request as a command has it. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const { id, url } = Object(value)
  return String(url ?? id ?? value)
}

/** Puts a value into quotation marks if a command needs them. */
export function quote(value: string): string {
  return /^(?!\/\/)\S+$/.test(value) ? value : `"${value}"`
}

function metaOf(field: CommandField): {
  description?: string | undefined
  examples?: unknown[] | undefined
} {
  return z.globalRegistry.get(ProvisioningRequest.shape[field]) ?? {}
}
