import type { RequestRecord } from '../ledger/entry.ts'
import type { Reply } from '../ledger/replies.ts'
import { type ProblemCode, problems } from '../problem/catalog.ts'
import type { ProblemDocument } from '../problem/problem.ts'

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
  const why = problem ? told(problem) : []
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
      return { tone: 'bad', title: 'No vault was created', text: [...why, ...warnings], facts }
    case 'unknown':
      return { tone: 'bad', title: 'Nobody knows whether the vault was created', text: why, facts }
    case 'accepted':
    case 'creating':
      return {
        tone: 'neutral',
        title: 'The vault is being created',
        // what the problem says holds for the last try only
        text: problem ? [WAITING] : [],
        facts,
      }
  }
}

/**
 * @param reply what the ledger says to what somebody asked for
 * @param command the command's name
 * @param follows whether the result will be told without being asked for
 * @returns what is answered at once
 */
export function answerTo({ kind, record }: Reply, command: string, follows: boolean): Message {
  const { id, status, requestedBy, createdAt } = record
  const result = resultOf(record)
  const commands = [`${command} status ${id}`]
  const time = `${createdAt.slice(0, 10)} at ${createdAt.slice(11, 16)} UTC`
  const before = `This was asked for before, by ${requestedBy}, on ${time}.`
  switch (kind) {
    case 'accepted':
      return { ...result, text: [follows ? FOLLOWS : ASK], commands }
    case 'running':
      return { ...result, text: [before, ...result.text], commands }
    case 'ended':
      return status === 'created'
        ? { ...result, title: 'The vault exists already', text: [`${before} ${ANOTHER}`, ...result.text] }
        : { ...result, text: [before, ...result.text] }
    case 'reused':
      return { ...note('Something else was asked for before', `${DIFFERENT} ${ANOTHER}`), commands }
  }
}

const FOLLOWS = 'The result follows in this chat. The command below shows it at any time.'
const ASK = 'The command below shows the result.'
const ANOTHER = 'For another vault, give another name.'
const DIFFERENT =
  'There is a request for the same ticket and name, and it says something else. What was asked for now was not carried out.'
const WAITING = 'ConductorOne could not be asked yet. It is tried again by itself, for hours if need be.'

/** What whoever asked can do about a problem, where its detail does not say so. */
const ADVICE: Readonly<Partial<Record<ProblemCode, string>>> = {
  'invalid-request': 'Correct that, and ask again.',
  'policy-violation':
    'Change that, or have the policy changed by whoever runs this deployment, and ask again.',
  'owner-not-found': problems['owner-not-found'].remedy,
  'rejected-by-conductorone': 'Correct the request, and ask again.',
  'conductorone-credentials-rejected': 'Whoever runs this deployment has to look at it. Then ask again.',
  'outcome-unknown':
    'Do not ask under another name before somebody has looked: there could be two vaults then.',
  'internal-error': 'Ask again. If that does not help, tell whoever runs this deployment.',
}

/** @returns what whoever asked is told of a problem: what happened, and what to do about it */
export function told({ code, detail }: ProblemDocument): string[] {
  return [detail, ADVICE[code] ?? ''].filter(Boolean)
}

/** @returns the text, cut where it is longer than a chat takes, and never in the middle of a character */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text
}

/** @returns a message of a title and some words */
export function note(title: string, ...text: string[]): Message {
  return { tone: 'bad', title, text, facts: [] }
}
