import { faultMessage, help, readCommand } from '../../../src/chat/grammar.ts'
import { type Message, note, resultOf } from '../../../src/chat/message.ts'
import type { RequestRecord } from '../../../src/ledger/entry.ts'
import type { ProblemCode } from '../../../src/problem.ts'
import { fieldFaults, ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { problemDocument, USER_ID } from '../samples.ts'

/** A name that would call people and lead them elsewhere if anything in it had an effect. */
export const HOSTILE =
  '<!channel> <@U1> [x](https://evil.example) <https://evil.example|here> @everyone *b* _i_ `c` :tada: &lt; <at>all</at>'

export function record(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'req_3k0000000000000000000000',
    status: 'created',
    caller: 'slack',
    source: 'slack',
    name: 'Payroll break-glass',
    ticket: null,
    requestedBy: 'jane@example.com',
    owners: [{ input: 'owner@example.com', id: USER_ID }],
    vault: { id: '2vault00000000000000000000', displayName: 'Payroll break-glass' },
    problem: null,
    warnings: [],
    createdAt: '2026-10-01T12:00:00.000Z',
    updatedAt: '2026-10-01T12:00:00.000Z',
    ...changes,
  }
}

function ended(status: 'failed' | 'unknown', code: ProblemCode, detail: string): Message {
  return resultOf(record({ status, vault: null, owners: [], problem: problemDocument(code, detail) }))
}

/** What is said about a command that has a mistake. */
function mistake(text: string): Message {
  const command = readCommand(text, '/vault')
  if (command.kind === 'mistaken') return command.message
  if (command.kind !== 'create') throw new Error(`it is ${command.kind}`)
  const parsed = ProvisioningRequest.safeParse(command.request)
  if (parsed.success) throw new Error('there is nothing wrong with it')
  const { request, words } = command
  const errors = fieldFaults(parsed.error).map(({ pointer, detail }) => {
    const word = words[pointer.split('/')[1] ?? ''] ?? pointer
    return { pointer, detail: `“${word}” ${detail}` }
  })
  return faultMessage(request, words, errors, '/vault')
}

/** Everything that is said in chats, by what has happened. */
export const messages: Readonly<Record<string, Message>> = {
  help: help('/vault'),
  'the vault is being created': resultOf(record({ status: 'creating', vault: null, owners: [] })),
  'it takes longer': resultOf(
    record({
      status: 'accepted',
      vault: null,
      owners: [],
      problem: problemDocument(
        'conductorone-unavailable',
        'ConductorOne cannot be reached. It is tried again.',
      ),
    }),
  ),
  'the vault was created': resultOf(record()),
  'the vault was created for a ticket, with a warning': resultOf(
    record({
      ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
      owners: [
        { input: 'owner@example.com', id: USER_ID },
        { input: 'second.owner@example.com', id: `${USER_ID}2` },
      ],
      warnings: ['The vault exists, but the expiry of its credentials is not set yet.'],
    }),
  ),
  'an owner is not known': ended(
    'failed',
    'owner-not-found',
    'No vault was created: nobody@example.com is not the e-mail address of an enabled ConductorOne user.',
  ),
  'ConductorOne was away too long': ended(
    'failed',
    'conductorone-unavailable',
    'ConductorOne could not be reached. No vault was created.',
  ),
  'nobody knows': ended('unknown', 'outcome-unknown', 'The create was sent and no answer came.'),
  'a word is not known': mistake('create "Payroll break-glass" owner:owner@example.com ttl:30d'),
  'a quotation mark is open': mistake('create "Payroll break-glass owners:owner@example.com'),
  'values have faults': mistake('create "Payroll break-glass" owners:jane kind:magic views:many ttl:soon'),
  'there is no such request': note(
    'There is no such request',
    'An id begins with req_ and stands in the answer to the request.',
  ),
  'a name has mark-up': resultOf(record({ name: HOSTILE })),
  'a mistake has mark-up': mistake(`create owners:${HOSTILE.split(' ')[0]} "${HOSTILE}" ttl:soon`),
}
