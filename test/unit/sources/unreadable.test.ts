import { describe, expect, test } from 'vitest'
import { formText, gitHubIssue, jiraIssue, linearIssue, pagerDutyIncident } from '../../support/payloads.ts'
import { reading } from './reading.ts'

const FIELD = 'customfield_10050'
const jane = { accountId: '5c5f', displayName: 'Jane Doe', accountType: 'atlassian' }
const bob = { accountId: '5d6e', displayName: 'Bob', emailAddress: 'bob@example.com' }

function faultsOf(result: ReturnType<typeof reading>) {
  return result.kind === 'request' ? result.faults : result.reason
}

/** A document of one paragraph. */
function doc(node: object) {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [node] }] }
}

function linked(text: string, href: string) {
  return { type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }
}

function jiraOwners(value: unknown) {
  const options = { jira: { fields: { owners: FIELD } } }
  return reading('jira', jiraIssue({ fields: { [FIELD]: value } }), { options })
}

describe('a person in a Jira picker whose address is hidden is a fault that names the person', () => {
  test.each([
    ['a single picker', jane, 'address of Jane Doe is hidden'],
    ['a list of several', [jane, { ...jane, displayName: 'Sam' }], 'addresses of Jane Doe, Sam are hidden'],
    ['a list with an address too', [bob, jane], 'address of Jane Doe is hidden'],
    ['an address of null', { ...jane, emailAddress: null }, 'address of Jane Doe is hidden'],
    ['a blank address', [{ ...bob, emailAddress: '' }], 'address of Bob is hidden'],
    ['an account without a name', [{ accountId: '5c5f' }], 'address of 5c5f is hidden'],
    ['an account with a blank name', [{ accountId: '5c5f', displayName: ' ' }], 'address of 5c5f is hidden'],
    ['request participants', [{ ...jane, accountType: 'customer' }], 'address of Jane Doe is hidden'],
  ])('%s', (_, value, words) => {
    const result = jiraOwners(value)
    expect(result).toMatchObject({ request: expect.not.objectContaining({ owners: expect.anything() }) })
    expect(faultsOf(result)).toEqual([{ pointer: '/owners', detail: expect.stringContaining(words) }])
    expect(faultsOf(result)).toEqual([
      {
        pointer: '/owners',
        detail: expect.stringMatching(
          /^“owners \(customfield_10050\)” cannot be read: .* from webhooks: write the address(es)? into “owners \(customfield_10050\)”$/,
        ),
      },
    ])
  })

  test.each([
    ['a link to an address', doc(linked('bob@example.com', 'mailto:BOB@example.com'))],
    ['a link to a page', doc(linked('bob@example.com', 'https://example.com'))],
    ['mark-up', '[bob@example.com|mailto:bob@example.com]'],
    ['a name', '[Bob|mailto:bob@example.com]'],
  ])('%s is read', (_, value) => {
    expect(jiraOwners(value)).toMatchObject({ request: { owners: ['bob@example.com'] }, faults: [] })
  })

  test('an address that hides another one stays as it is written', () => {
    const written = '[bob@example.com|mailto:eve@example.com]'
    expect(jiraOwners(written)).toMatchObject({ request: { owners: [written] } })
  })

  test('people with addresses are read', () => {
    expect(jiraOwners([bob, 'sam@example.com'])).toMatchObject({
      request: { owners: ['bob@example.com', 'sam@example.com'] },
      faults: [],
    })
  })
})

describe('a custom field that is filled in, and not with text, is never left open', () => {
  test.each([
    ['an object', { id: 7 }],
    ['a list with an object', ['bob@example.com', { id: 7 }]],
    ['a picture', { type: 'doc', content: [{ type: 'mediaSingle', content: [{ type: 'media' }] }] }],
    ['options of options', { value: { child: 1 } }],
    ['the second part of a cascading option', { value: 'bob@example.com', child: { value: 'sam' } }],
    ['text that is struck out', doc({ type: 'text', text: 'bob@example.com', marks: [{ type: 'strike' }] })],
    ['a link that leads to another address', doc(linked('bob@example.com', 'mailto:eve@example.com'))],
  ])('Jira: %s is a fault', (_, value) => {
    expect(faultsOf(jiraOwners(value))).toEqual([
      { pointer: '/owners', detail: expect.stringContaining('holds a value that cannot be read') },
    ])
  })

  test.each([
    ['null', null],
    ['an empty list', []],
    ['an empty text', ' '],
    ['an empty document', { type: 'doc', content: [{ type: 'paragraph', content: [] }] }],
  ])('Jira: %s is left open', (_, value) => {
    expect(jiraOwners(value)).toMatchObject({ faults: [] })
  })

  test.each([
    ['an object', { id: 1 }],
    ['a list of lists', [['bob@example.com']]],
    ['a list with an object', ['bob@example.com', {}]],
  ])('PagerDuty: %s is a fault', (_, value) => {
    expect(faultsOf(reading('pagerduty', pagerDutyIncident({ values: { vault_owners: value } })))).toEqual([
      { pointer: '/owners', detail: '“vault_owners” holds a value that cannot be read; use a text field' },
    ])
  })
})

describe('a title that stands in for a name is put on one line and cut, with a warning', () => {
  test.each([
    ['a'.repeat(430), `${'a'.repeat(254)}…`, 'was cut to 255 characters to name the vault.'],
    ['Payroll\nbreak-glass', 'Payroll break-glass', 'was put on one line to name the vault.'],
    ['Payroll\r\n\u2028\u0007break', 'Payroll break', 'was put on one line to name the vault.'],
    ['🔐'.repeat(200), `${'🔐'.repeat(127)}…`, 'was cut to 255 characters to name the vault.'],
  ])('%j', (title, name, warning) => {
    const jira = reading('jira', jiraIssue({ summary: title }))
    expect(jira).toMatchObject({ request: { name }, warnings: [`“Summary” ${warning}`] })
    const issue = gitHubIssue({ title, body: formText({ Owners: 'a@example.com' }) })
    for (const result of [reading('pagerduty', pagerDutyIncident({ title })), reading('github', issue)])
      expect(result).toMatchObject({ request: { name }, warnings: [`“Title” ${warning}`] })
  })

  test.each(['Vault: ', '[Vault] ', '[Vault]', ' ', null])(
    'GitHub: %j is no title, but where an issue form begins',
    (title) => {
      const body = formText({ Owners: 'a@example.com' })
      const result = reading('github', gitHubIssue({ title, body }))
      expect(result).toMatchObject({ fieldNames: { name: 'Vault name' } })
      expect(result).toMatchObject({ request: expect.not.objectContaining({ name: expect.anything() }) })
    },
  )

  test('a name of its own needs no title', () => {
    expect(reading('github', gitHubIssue({ title: 'a'.repeat(430) }))).toMatchObject({
      request: { name: 'Payroll' },
      warnings: [],
    })
    const values = { vault_owners: 'a@example.com', vault_name: 'Payroll' }
    expect(reading('pagerduty', pagerDutyIncident({ title: 'a'.repeat(430), values }))).toMatchObject({
      request: { name: 'Payroll' },
      warnings: [],
    })
  })
})

describe('the name of a person never refuses a request, and has one line', () => {
  const name = '\u200fJa\u202ene\r\nDoe'
  test.each([
    ['linear', linearIssue({ actor: { type: 'user', name } }), 'Jane Doe on Linear'],
    [
      'linear',
      linearIssue({ actor: { type: 'user', name: 'J', email: '\u200bj@ex\u200bample.com' } }),
      'j@example.com',
    ],
    ['pagerduty', pagerDutyIncident({ agent: { summary: name } }), 'Jane Doe on PagerDuty'],
    ['jira', jiraIssue({ reporter: { displayName: name } }), 'Jane Doe'],
    [
      'pagerduty',
      pagerDutyIncident({ agent: { summary: 'J'.repeat(999) } }),
      `${'J'.repeat(307)} on PagerDuty`,
    ],
    ['jira', jiraIssue({ reporter: { displayName: '\u200f' } }), undefined],
  ])('%s', (source, event, requestedBy) => {
    expect(reading(source, event)).toMatchObject({ request: { requestedBy }, faults: [] })
  })
})
