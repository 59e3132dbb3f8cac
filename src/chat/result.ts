import type { RequestRecord } from '../ledger/entry.ts'
import type { Reply } from '../ledger/replies.ts'
import { explainProblem } from './advice.ts'
import { type Message, note } from './message.ts'

/**
 * Tells the person who asked for a vault what became of it.
 *
 * @param next what to do with a vault that was made
 */
export function resultMessage(record: RequestRecord, next: string): Message {
  const { id, status, name, owners, ticket, vault, problem, warnings } = record
  const facts: [string, string][] = [['Name', name]]
  if (vault) facts.push(['Vault id', vault.id])
  if (owners.length > 0) facts.push(['Owners', owners.map(({ input }) => input).join(', ')])
  if (ticket) facts.push(['Ticket', ticket.url ?? ticket.id])
  facts.push(['Request', id])
  const why = problem ? explainProblem(problem) : []
  switch (status) {
    case 'created':
      return {
        tone: 'good',
        title: 'The vault was created',
        text: ['Only its owners can open it.', next, ...warnings],
        facts,
        share: id,
      }
    case 'failed':
      return { tone: 'bad', title: 'No vault was created', text: [...why, ...warnings], facts }
    case 'unknown':
      return { tone: 'bad', title: 'We don’t know whether the vault was created', text: why, facts }
    case 'accepted':
    case 'creating':
      return {
        tone: 'neutral',
        title: 'The vault is being created',
        // what the problem says holds for the last attempt only
        text: problem ? [WAITING] : [],
        facts,
      }
  }
}

/**
 * Tells the person who asked for a vault, at once, what the ledger says to it.
 *
 * @param reply what the ledger says
 * @param command the command's name
 * @param follows whether the result will be sent without another command
 * @param next what to do with a vault that was made
 */
export function replyMessage(
  { kind, record }: Reply,
  command: string,
  follows: boolean,
  next: string,
): Message {
  const { id, status, requestedBy, createdAt } = record
  const result = resultMessage(record, next)
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
  'There is a request for the same ticket and name with other content. This one was not carried out.'
const WAITING = 'ConductorOne couldn’t be asked yet. We keep trying, for hours if need be; nothing to do.'
