import { expect, test } from 'vitest'
import { plainText } from '../../../src/sources/rich-text.ts'
import { jiraIssue } from '../../support/payloads.ts'
import { read, reading } from './reading.ts'

const LABEL = 'vault-request'
const request = {
  name: 'Payroll',
  ticket: { id: 'SEC-12', url: 'https://acme.atlassian.net/browse/SEC-12' },
  requestedBy: 'jane@example.com',
}
const UPDATED = 'jira:issue_updated'
const change = (field: string, before: string | null, after: string | null) => ({
  field,
  fieldtype: 'jira',
  from: null,
  fromString: before,
  to: null,
  toString: after,
})

test.each([
  ['created with the label', {}],
  ['created without it, as the webhook lets it through', { labels: ['ui'] }],
  ['given the label', { event: UPDATED, changes: [change('labels', 'ui', `ui ${LABEL}`)] }],
  ['given its first label', { event: UPDATED, changes: [change('labels', '', LABEL)] }],
])('an issue asks for a vault when it is %s', (_, event) => {
  expect(read('jira', jiraIssue(event))).toEqual(request)
})

const NO_LABEL = `an issue asks for a vault when it is created, or gets the label "${LABEL}" later`

test.each([
  ['edited while it has the label', { event: UPDATED, changes: [change('summary', 'a', 'b')] }, NO_LABEL],
  ['edited without any changes told', { event: UPDATED }, NO_LABEL],
  ['given another label', { event: UPDATED, changes: [change('labels', LABEL, `${LABEL} ui`)] }, NO_LABEL],
  ['rid of the label', { event: UPDATED, changes: [change('labels', LABEL, '')] }, NO_LABEL],
  ['called like the label', { event: UPDATED, changes: [change('summary', '', LABEL)] }, NO_LABEL],
  [
    'given a label that begins like it',
    { event: UPDATED, changes: [change('labels', '', `${LABEL}s`)] },
    NO_LABEL,
  ],
  ['deleted', { event: 'jira:issue_deleted' }, 'jira:issue_deleted events ask for nothing here'],
  ['commented on', { event: 'comment_created' }, 'comment_created events ask for nothing here'],
])('an issue is ignored when it is %s', (_, event, why) => {
  expect(read('jira', jiraIssue(event))).toBe(why)
})

test.each([
  ['a comment event without an issue', { webhookEvent: 'comment_created', comment: {} }],
  ['a sprint', { webhookEvent: 'sprint_started', sprint: {} }],
])('%s is ignored', (_, json) => {
  expect(read('jira', json)).toBe('this is not an issue event')
})

// a change of which only the new value is told has the toString that every object has
test.each([
  ['gets the label', change('labels', null, LABEL), {}, true],
  ['gets the label, and nothing says what it had', { field: 'labels', toString: LABEL }, {}, true],
  ['loses its labels, and nothing says what it has', { field: 'labels', fromString: 'ui' }, {}, false],
  ['changes, and nothing says what', {}, {}, false],
  ['enters the status', change('status', 'To Do', 'Approved'), { status: 'approved' }, true],
  ['is in the status, and nothing says since when', { field: 'status' }, { status: 'approved' }, false],
])('toString of a change is its own: an issue that %s', (_, item, jira, asks) => {
  const event = jiraIssue({ event: UPDATED, changes: [item] })
  expect(reading('jira', event, { options: { jira } }).kind).toBe(asks ? 'request' : 'ignored')
})

const options = { jira: { status: 'Approved' } }

test.each([
  ['enters it', { event: UPDATED, labels: [], changes: [change('status', 'To Do', 'APPROVED')] }],
  ['is created in it', { labels: [], status: 'Approved' }],
])('where a status is configured, an issue asks for a vault when it %s', (_, event) => {
  expect(read('jira', jiraIssue(event), { options })).toEqual(request)
})

test.each([
  ['is created elsewhere with the label', {}],
  ['gets the label', { event: UPDATED, changes: [change('labels', '', LABEL)] }],
  ['leaves it', { event: UPDATED, changes: [change('status', 'Approved', 'Done')] }],
  ['stays in it', { event: UPDATED, changes: [change('status', 'Approved', 'approved')] }],
  ['is edited in it', { event: UPDATED, status: 'Approved', changes: [change('summary', 'a', 'b')] }],
])('where a status is configured, an issue is ignored when it %s', (_, event) => {
  const why = 'an issue asks for a vault when it enters the status "Approved"'
  expect(read('jira', jiraIssue(event), { options })).toBe(why)
})

const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content })
const text = (value: string) => ({ type: 'text', text: value })
const document = (...content: unknown[]) => ({ type: 'doc', version: 1, content })

test.each<[string, string, unknown, unknown]>([
  ['text', 'name', ' Payroll two ', 'Payroll two'],
  [
    'a document',
    'description',
    document(paragraph(text('Break '), text('glass.')), paragraph(text('Now.'))),
    'Break glass.\nNow.',
  ],
  ['an option', 'kind', { self: 'https://x', value: 'Magic link', id: '10' }, 'magic_link'],
  ['a number', 'maxViews', 3, 3],
  ['a yes', 'allowUnauthenticated', { value: 'Yes' }, true],
  ['a truth', 'allowUnauthenticated', false, false],
  ['a list of text', 'owners', ['a@x.com', 'b@x.com'], ['a@x.com', 'b@x.com']],
  ['a list of options', 'owners', [{ value: 'a@x.com' }, { value: 'b@x.com' }], ['a@x.com', 'b@x.com']],
  [
    'a user',
    'owners',
    { accountId: '5c5f', displayName: 'Jane', emailAddress: 'jane@x.com' },
    ['jane@x.com'],
  ],
  [
    'a list of users',
    'owners',
    [{ emailAddress: 'a@x.com' }, { emailAddress: 'b@x.com', name: 'b' }],
    ['a@x.com', 'b@x.com'],
  ],
  ['a group', 'owners', { name: 'vault-owners' }, ['vault-owners']],
  ['an option that holds a document', 'owners', { value: document(paragraph(text('a@x.com'))) }, ['a@x.com']],
  [
    'a document with a list',
    'owners',
    document({
      type: 'bulletList',
      content: ['a@x.com', 'b@x.com'].map((owner) => ({
        type: 'listItem',
        content: [paragraph(text(owner))],
      })),
    }),
    ['a@x.com', 'b@x.com'],
  ],
  ['nothing', 'owners', null, undefined],
  ['an empty list', 'owners', [], undefined],
])('a custom field that is %s is read', (_, field, value, expected) => {
  const map = { fields: { [field]: 'customfield_10050' } }
  const event = jiraIssue({ fields: { customfield_10050: value } })
  expect(read('jira', event, { options: { jira: map } })).toEqual({
    ...request,
    ...(expected !== undefined && { [field]: expected }),
  })
})

test('a custom field is found by its id, or by its name where the webhook tells names', () => {
  const names = { customfield_10050: 'Vault owners' }
  const event = jiraIssue({ names, fields: { customfield_10050: 'a@x.com' } })
  for (const owners of ['customfield_10050', 'Vault owners', 'vault OWNERS'])
    expect(reading('jira', event, { options: { jira: { fields: { owners } } } })).toMatchObject({
      kind: 'request',
      request: { ...request, owners: ['a@x.com'] },
      fieldNames: { name: 'Summary', owners: `owners (${owners})` },
    })
  for (const owners of ['customfield_10051', 'Owners', 'constructor', '__proto__'])
    expect(read('jira', event, { options: { jira: { fields: { owners } } } })).toEqual(request)
})

test.each([
  ['a display name', { displayName: 'Jane' }, { requestedBy: 'Jane' }],
  ['an address of null', { displayName: 'Jane', emailAddress: null }, { requestedBy: 'Jane' }],
  ['an id only', { accountId: '5c5f' }, { requestedBy: undefined }],
  ['nothing', null, { requestedBy: undefined }],
])('a reporter with %s is told as far as that goes', (_, reporter, expected) => {
  expect(read('jira', jiraIssue({ reporter }))).toEqual({ ...request, ...expected })
})

test.each(['http://jira.local/rest/api/2/issue/1', 'no address', 'javascript:alert(1)'])(
  'an issue at %s has no address',
  (self) => {
    expect(read('jira', jiraIssue({ self }))).toEqual({ ...request, ticket: { id: 'SEC-12' } })
  },
)

test('an issue without a summary asks for a vault without a name', () => {
  expect(read('jira', jiraIssue({ summary: null }))).toEqual({ ...request, name: undefined })
})

test.each<[string, unknown, string]>([
  ['plain text', 'as it is\n', 'as it is\n'],
  [
    'a heading and a paragraph',
    document({ type: 'heading', content: [text('Why')] }, paragraph(text('So.'))),
    'Why\nSo.',
  ],
  ['a line break', document(paragraph(text('a'), { type: 'hardBreak' }, text('b'))), 'a\nb'],
  [
    'a mention and a link',
    document(
      paragraph({ type: 'mention', attrs: { text: '@Jane' } }, text(' '), {
        type: 'inlineCard',
        attrs: { url: 'https://x' },
      }),
    ),
    '@Jane https://x',
  ],
  [
    'a table',
    document({
      type: 'table',
      content: [
        {
          type: 'tableRow',
          content: [
            { type: 'tableCell', content: [paragraph(text('a'))] },
            { type: 'tableCell', content: [paragraph(text('b'))] },
          ],
        },
      ],
    }),
    'a\nb',
  ],
  ['an empty document', document(), ''],
  ['a node of another shape', { type: 7 }, ''],
  ['nothing', null, ''],
  ['a number', 7, ''],
])('the text of %s', (_, value, expected) => {
  expect(plainText(value)).toBe(expected)
})

test('names of people are put on one line, and never refuse a request', () => {
  const event = jiraIssue({
    event: UPDATED,
    changes: [change('labels', '', LABEL)],
    reporter: { accountId: 'jane', displayName: `\u200fJane\n${'e'.repeat(400)}` },
  })
  const user = { accountId: 'boss', displayName: 'Bo\u202ess\n\nrequest req_1' }
  expect(reading('jira', { ...event, user })).toMatchObject({
    request: { requestedBy: `Jane ${'e'.repeat(315)}` },
    approvedBy: 'Boss request req_1',
    faults: [],
  })
})
