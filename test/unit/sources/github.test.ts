import { expect, test } from 'vitest'
import { gitHubIssue } from '../../support/payloads.ts'
import { read, reading } from './reading.ts'

const request = {
  name: 'Payroll',
  owners: ['owner@example.com'],
  ticket: { id: 'acme/access#12', url: 'https://github.com/acme/access/issues/12' },
  requestedBy: 'jane on GitHub',
}

test.each([
  ['opened with the label by an owner', { action: 'opened', association: 'OWNER' }],
  ['opened with the label by a member', { action: 'opened', association: 'MEMBER' }],
  ['opened with the label by a collaborator', { action: 'opened', association: 'COLLABORATOR' }],
  [
    'opened with the label in another case',
    { action: 'opened', association: 'OWNER', labels: ['Vault-Request'] },
  ],
  ['labelled by somebody else', {}],
  ['labelled in another case', { label: 'VAULT-REQUEST' }],
  ['labelled by a bot, after a member', { sender: 'labeler[bot]', senderType: 'Bot', association: 'MEMBER' }],
  ['labelled by its author, who is a member', { sender: 'jane', association: 'MEMBER' }],
])('an issue asks for a vault when it is %s', (_, event) => {
  expect(read('github', gitHubIssue(event))).toEqual(request)
})

const STRANGER = /^the author is not an owner, member or collaborator; .*"vault-request"/
const NO_LABEL = 'an issue asks for a vault when it gets the label "vault-request"'

test.each([
  ['opened by a stranger', { action: 'opened' }, STRANGER],
  ['opened by a contributor', { action: 'opened', association: 'CONTRIBUTOR' }, STRANGER],
  ['opened by a stranger who calls it by another case', { action: 'opened', association: 'owner' }, STRANGER],
  // a form puts the label on in the name of whoever fills it in
  ['labelled by a form', { sender: 'jane' }, STRANGER],
  ['labelled by a bot', { sender: 'labeler[bot]', senderType: 'Bot' }, STRANGER],
  ['opened without the label', { action: 'opened', association: 'OWNER', labels: ['bug'] }, NO_LABEL],
  ['given another label', { label: 'bug' }, NO_LABEL],
  ['given a label that begins like it', { label: 'vault-request-later' }, NO_LABEL],
  ['edited', { action: 'edited', association: 'OWNER' }, NO_LABEL],
  ['closed', { action: 'closed', association: 'OWNER' }, NO_LABEL],
  ['reopened', { action: 'reopened', association: 'OWNER' }, NO_LABEL],
  ['rid of the label', { action: 'unlabeled', association: 'OWNER' }, NO_LABEL],
])('an issue is ignored when it is %s', (_, event, why) => {
  expect(read('github', gitHubIssue(event))).toEqual(expect.stringMatching(why))
})

test.each([
  ['a ping', { zen: 'Keep it logically awesome.', hook_id: 1 }, 'ping', 'ping events ask for nothing here'],
  [
    'a comment',
    { ...gitHubIssue(), comment: {} },
    'issue_comment',
    'issue_comment events ask for nothing here',
  ],
  [
    'a ping under the name of another event',
    { zen: 'Half measures.' },
    'issues',
    'this is not an issue event',
  ],
])('%s is ignored', (_, json, event, why) => {
  expect(read('github', json, { headers: { 'X-GitHub-Event': event } })).toBe(why)
})

test('the label is configurable', () => {
  const options = { label: ' Vault ' }
  expect(read('github', gitHubIssue({ label: 'vault' }), { options })).toEqual(request)
  expect(read('github', gitHubIssue(), { options })).toBe(NO_LABEL.replace('vault-request', 'Vault'))
})

test('an issue without a text asks for a vault without a name, in the words of the form', () => {
  const { name: _name, owners: _owners, ...rest } = request
  expect(reading('github', gitHubIssue({ body: null }))).toMatchObject({
    kind: 'request',
    request: rest,
    fieldNames: expect.objectContaining({ name: 'Vault name', owners: 'Owners' }),
  })
})

test('the issue’s own title, number and author stand, whatever its form says', () => {
  const body = '### Vault name\n\nPayroll\n\n### ticket\n\nSEC-1\n\n### requestedBy\n\nthe boss'
  expect(read('github', gitHubIssue({ body }))).toEqual({
    name: 'Payroll',
    ticket: request.ticket,
    requestedBy: request.requestedBy,
  })
})
