import { expect, test } from 'vitest'
import { sources } from '../../../src/sources/sources.ts'
import { linearIssue } from '../../support/payloads.ts'
import { NOON } from '../world.ts'
import { read } from './reading.ts'

const request = {
  name: 'Payroll',
  owners: ['owner@example.com'],
  ticket: { id: 'SEC-12', url: 'https://linear.app/acme/issue/SEC-12/vault' },
  requestedBy: 'jane@example.com',
}
const INTEGRATION = { type: 'integration', name: 'Intake' }
const added = { action: 'update', before: ['label-2'] }

test.each([
  ['created with the label', {}],
  ['created with the label in another case', { labels: [{ id: 'label-1', name: 'Vault-Request' }] }],
  ['given the label', added],
  ['named by its team and number only', { identifier: null }],
])('an issue asks for a vault when it is %s', (_, event) => {
  expect(read('linear', linearIssue(event))).toEqual(request)
})

const NO_LABEL = 'an issue asks for a vault when it gets the label "vault-request"'

test.each([
  ['created without the label', { labels: [{ id: 'label-2', name: 'bug' }] }],
  ['removed', { action: 'remove' }],
  ['edited while it has the label', { action: 'update' }],
  ['edited in its labels while it has this one', { action: 'update', before: ['label-1', 'label-2'] }],
  ['rid of the label', { action: 'update', labels: [], before: ['label-1'] }],
])('an issue is ignored when it is %s', (_, event) => {
  expect(read('linear', linearIssue(event))).toBe(NO_LABEL)
})

test.each([
  ['created with the label by an integration', { actor: INTEGRATION }, 'Intake'],
  ['created with the label by an application', { actor: { type: 'oauthClient', name: 'Forms' } }, 'Forms'],
  ['given the label by an integration', { ...added, actor: INTEGRATION }, 'Intake'],
  ['given the label by a bot without a name', { ...added, actor: { type: 'bot' } }, 'the actor'],
])('an issue is ignored when it is %s, which is not a person', (_, event, actor) => {
  expect(read('linear', linearIssue(event))).toBe(
    `${actor} is not a person; a person must put the label "vault-request" on it`,
  )
})

test.each([
  ['a comment', { type: 'Comment' }],
  ['another action', { action: 'archive' }],
])('%s is ignored', (_, event) => {
  expect(read('linear', linearIssue(event))).toBe('this is not an issue event')
})

test.each([
  ['somebody without an address', { type: 'user', name: 'Jane' }, 'Jane on Linear'],
  ['somebody without a name', { type: 'user' }, 'somebody on Linear'],
])('%s is who asked', (_, actor, requestedBy) => {
  expect(read('linear', linearIssue({ ...added, actor }))).toEqual({ ...request, requestedBy })
})

test('nobody is who asked where nobody is named', () => {
  const { requestedBy: _nobody, ...rest } = request
  expect(read('linear', linearIssue({ ...added, actor: null }))).toEqual(rest)
})

test('the time of sending is the body’s, in whole milliseconds', () => {
  const sentAt = sources.get('linear')?.bodyTime?.sentAt
  expect(sentAt?.(linearIssue({ at: NOON }))).toBe(NOON)
  for (const json of [{}, null, [], { webhookTimestamp: String(NOON) }, { webhookTimestamp: 1.5 }])
    expect(sentAt?.(json)).toBeUndefined()
})
