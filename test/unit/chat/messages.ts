import { correctionMessage } from '../../../src/chat/correction.ts'
import { readCommand } from '../../../src/chat/grammar.ts'
import { help } from '../../../src/chat/help.ts'
import { type Message, note } from '../../../src/chat/message.ts'
import { replyMessage, resultMessage } from '../../../src/chat/result.ts'
import { problemOf } from '../../../src/conductorone/problem.ts'
import type { RequestRecord } from '../../../src/ledger/entry.ts'
import { unknownOutcome } from '../../../src/ledger/outcome-problems.ts'
import { fieldFaults } from '../../../src/problem/fields.ts'
import { Problem } from '../../../src/problem/problem.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { entryOf, NEXT, USER_ID } from '../samples.ts'

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
    approvedBy: null,
    preset: null,
    owners: [{ input: 'owner@example.com', id: USER_ID }],
    vault: { id: '2vault00000000000000000000', displayName: 'Payroll break-glass' },
    problem: null,
    warnings: [],
    attempt: 1,
    nextAttemptAt: null,
    settledBy: null,
    createdAt: '2026-10-01T12:00:00.000Z',
    updatedAt: '2026-10-01T12:00:00.000Z',
    ...changes,
  }
}

/** What is told of a request that made no vault, or perhaps one. */
function ended(problem: Problem): Message {
  const status = problem.code === 'outcome-unknown' ? 'unknown' : 'failed'
  const { id } = record()
  return resultMessage(record({ status, vault: null, owners: [], problem: problem.document(id) }), NEXT)
}

const PENDING = { vault: null, owners: [] } as const
const AWAY = problemOf({ kind: 'unavailable', reason: 'HTTP 503' })

/** What is said about a command that has a mistake. */
function mistake(text: string): Message {
  const command = readCommand(text, '/vault')
  if (command.kind === 'unknown') return command.message
  if (command.kind !== 'create') throw new Error(`it is ${command.kind}`)
  const { error } = ProvisioningRequest.safeParse(command.request)
  const errors = (error ? fieldFaults(error) : []).map(({ pointer, detail }) => {
    const word = command.written[pointer.split('/')[1] ?? ''] ?? pointer
    return { pointer, detail: `“${word}” ${detail}` }
  })
  return correctionMessage(command, errors, '/vault', () => true)
}

/** Everything that is said in chats, by what has happened. */
export const messages: Readonly<Record<string, Message>> = {
  help: help('/vault'),
  'the vault is being created, and the result follows': replyMessage(
    { kind: 'accepted', record: record({ ...PENDING, status: 'accepted' }) },
    '/vault',
    true,
    NEXT,
  ),
  'the vault is being created, and the result has to be asked for': replyMessage(
    { kind: 'accepted', record: record({ ...PENDING, status: 'accepted' }) },
    '@Vault',
    false,
    NEXT,
  ),
  'it takes longer': resultMessage(
    record({ ...PENDING, status: 'accepted', problem: AWAY.document(record().id) }),
    NEXT,
  ),
  'the vault was created': resultMessage(record(), NEXT),
  'the vault was created for a ticket, with a warning': resultMessage(
    record({
      ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
      owners: [
        { input: 'owner@example.com', id: USER_ID },
        { input: 'second.owner@example.com', id: `${USER_ID}2` },
      ],
      warnings: ['The vault exists, but the expiry of its credentials is not set yet.'],
    }),
    NEXT,
  ),
  'it was asked for before, and is being created': replyMessage(
    { kind: 'running', record: record({ ...PENDING, status: 'creating' }), retryAfter: 2 },
    '/vault',
    true,
    NEXT,
  ),
  'it was asked for before, and is there': replyMessage(
    { kind: 'ended', record: record(), replayed: true },
    '/vault',
    true,
    NEXT,
  ),
  'something else was asked for before': replyMessage(
    { kind: 'reused', record: record() },
    '/vault',
    true,
    NEXT,
  ),
  'an owner is not known': ended(
    new Problem(
      'owner-not-found',
      'No vault was created: nobody@example.com is not the e-mail address of an enabled ConductorOne user.',
    ),
  ),
  'ConductorOne refused it': ended(
    problemOf({ kind: 'refused', upstream: { status: 400, message: 'display name is taken' } }),
  ),
  'ConductorOne does not accept the credential': ended(
    problemOf({ kind: 'credentials-rejected', upstream: { status: 401 } }),
  ),
  'ConductorOne was away too long': ended(AWAY),
  'nobody knows': resultMessage(
    record({
      ...PENDING,
      status: 'unknown',
      problem: unknownOutcome(
        await entryOf(
          { name: 'Payroll break-glass', requestedBy: 'jane@example.com' },
          { id: record().id, caller: 'slack' },
        ),
        problemOf({ kind: 'lost', reason: 'the connection broke' }),
        false,
      ),
    }),
    NEXT,
  ),
  'a word is not known': mistake('create "Payroll break-glass" owner:owner@example.com ttl:30d'),
  'a quotation mark is open': mistake('create "Payroll break-glass owners:owner@example.com'),
  'values have faults': mistake('create "Payroll break-glass" owners:jane kind:magic views:many ttl:soon'),
  'there is no such request': note(
    'There is no such request',
    'An id begins with req_ and stands in the answer to the request.',
  ),
  'a name has mark-up': resultMessage(record({ name: HOSTILE }), NEXT),
  'a mistake has mark-up': mistake(`create owners:${HOSTILE.split(' ')[0]} "${HOSTILE}" ttl:soon`),
}
