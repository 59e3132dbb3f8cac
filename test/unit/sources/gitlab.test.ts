import { expect, test } from 'vitest'
import { gitLabIssue } from '../../support/payloads.ts'
import { read } from './reading.ts'

const LABEL = 'vault-request'
const request = {
  name: 'Payroll',
  owners: ['owner@example.com'],
  ticket: { id: 'acme/it/access#12', url: 'https://gitlab.com/acme/it/access/-/issues/12' },
  requestedBy: 'jane on GitLab',
}
const added = { action: 'update', changes: { previous: ['bug'], current: ['bug', LABEL] } }

test.each([
  ['opened with the label in a private project', {}],
  ['opened with the label in an internal project', { visibility: 10 }],
  ['opened as a work item', { kind: 'work_item' }],
  ['opened with the label in another case', { labels: ['Vault-Request'] }],
  ['given the label', added],
  ['given the label in a public project', { ...added, visibility: 20 }],
])('an issue asks for a vault when it is %s', (_, event) => {
  expect(read('gitlab', gitLabIssue(event))).toEqual(request)
})

const PUBLIC = /^anyone may open issues in a public project; .*"vault-request" afterwards$/
const NO_LABEL = 'an issue asks for a vault when it gets the label "vault-request"'

test.each([
  ['opened in a public project', { visibility: 20 }, PUBLIC],
  ['opened in a project whose visibility is not told', { visibility: null }, PUBLIC],
  ['opened without the label', { labels: ['bug'] }, NO_LABEL],
  ['opened, and nothing says how', { action: '' }, NO_LABEL],
  ['closed', { action: 'close' }, NO_LABEL],
  ['edited while it has the label', { action: 'update' }, NO_LABEL],
  ['edited without any changes told', { action: 'update', changes: null }, NO_LABEL],
  [
    'given another label',
    { action: 'update', changes: { previous: [LABEL], current: [LABEL, 'bug'] } },
    NO_LABEL,
  ],
  ['rid of the label', { action: 'update', changes: { previous: [LABEL], current: [] } }, NO_LABEL],
])('an issue is ignored when it is %s', (_, event, why) => {
  expect(read('gitlab', gitLabIssue(event))).toEqual(expect.stringMatching(why))
})

test.each([
  ['a comment', { ...gitLabIssue(), object_kind: 'note' }],
  ['a push', { object_kind: 'push', project: { path_with_namespace: 'acme/access' } }],
])('%s is ignored', (_, json) => {
  expect(read('gitlab', json)).toBe('this is not an issue event')
})

test('an address that is not https is left out', () => {
  const event = gitLabIssue()
  const issue = { ...event.object_attributes, url: 'http://gitlab.local/acme/it/access/-/issues/12' }
  expect(read('gitlab', { ...event, object_attributes: issue })).toEqual({
    ...request,
    ticket: { id: 'acme/it/access#12' },
  })
})

test('an issue without a text asks for a vault without a name', () => {
  const { name: _name, owners: _owners, ...rest } = request
  expect(read('gitlab', gitLabIssue({ description: null }))).toEqual(rest)
})
