import type { RequestRecord } from '../ledger/entry.ts'
import { problems } from '../problem.ts'

/** What is said in a chat, before it is put the way one of them has it. All of it is plain text. */
export type Message = {
  readonly tone: 'good' | 'bad' | 'neutral'
  readonly title: string
  readonly text: readonly string[]
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** commands to copy, one a line */
  readonly commands?: readonly string[]
  /** the request whose result may be shown to everyone in the channel */
  readonly share?: string
}

/** @returns what somebody who asked for a vault is told of it */
export function resultOf(record: RequestRecord): Message {
  const { id, status, name, owners, ticket, vault, problem, warnings } = record
  const facts: [string, string][] = [
    ['Name', name],
    ...(vault ? [['Vault id', vault.id] as [string, string]] : []),
    ...(owners.length > 0
      ? [['Owners', owners.map(({ input }) => input).join(', ')] as [string, string]]
      : []),
    ...(ticket ? [['Ticket', ticket.url ?? ticket.id] as [string, string]] : []),
    ['Request', id],
  ]
  const told = problem ? [problem.detail, problems[problem.code].remedy] : []
  switch (status) {
    case 'created':
      return {
        tone: 'good',
        title: 'The vault was created',
        text: ['Only its owners can open it.', ...warnings],
        facts,
        share: id,
      }
    case 'failed':
      return { tone: 'bad', title: 'No vault was created', text: [...told, ...warnings], facts }
    case 'unknown':
      return { tone: 'bad', title: 'Nobody knows whether the vault was created', text: told, facts }
    case 'accepted':
    case 'creating':
      return {
        tone: 'neutral',
        title: 'The vault is being created',
        text: problem ? [problem.detail] : [],
        facts,
      }
  }
}

/** @returns the text, cut where it is longer than a chat takes, and never in the middle of a character */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text
}

/** @returns a message of a title and some words */
export function note(title: string, ...text: string[]): Message {
  return { tone: 'bad', title, text, facts: [] }
}
