import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readForm } from '../../../src/sources/form.ts'
import { HEADINGS, QUESTIONS } from '../../../src/sources/questions.ts'
import { formText } from '../../support/payloads.ts'

const CLEAN = { faults: [], warnings: [] }

test('reads every answer into its field', () => {
  const text = formText({
    'Vault name': 'Payroll break-glass',
    Owners: 'owner@example.com',
    'What it is for': 'Break glass only.\n\nTell the SOC.',
    Kind: 'Magic link',
    'Maximum views': '3',
    'Views without signing in': 'Yes',
    'Credential lifetime': '30d',
  })
  const request = {
    name: 'Payroll break-glass',
    owners: ['owner@example.com'],
    description: 'Break glass only.\n\nTell the SOC.',
    kind: 'magic_link',
    maxViews: 3,
    allowUnauthenticated: true,
    credentialTtl: '30d',
  }
  expect(readForm(text).answers).toEqual(request)
  // as GitHub sends it
  expect(readForm(text.replaceAll('\n', '\r\n')).answers).toEqual({
    ...request,
    description: 'Break glass only.\n\nTell the SOC.',
  })
})

test.each([
  ['no form', 'Please make me a vault.\n\nThanks', {}],
  ['nothing', '', {}],
  ['a question left open', '### Vault name\n\n_No response_\n\n### Kind\n\n', {}],
  ['a heading of ours among others', '### Urgency\n\nHigh\n\n### Vault name\n\nPayroll', { name: 'Payroll' }],
  ['a heading in another case', '### VAULT NAME \n\nPayroll', { name: 'Payroll' }],
  ['a heading with a tab', '###\tVault name\nPayroll', { name: 'Payroll' }],
  ['a heading twice with one answer', '### Kind\n\nGroup\n\n### Kind\n\nGroup', { kind: 'group' }],
  [
    'headings of other levels',
    '## Vault name\n\nPayroll\n\n#### Kind\n\nGroup',
    { name: 'Payroll', kind: 'group' },
  ],
  ['a heading without a space', '###Vault name\n\nPayroll', {}],
  ['a heading inside a line', 'see ### Vault name\n\nPayroll', {}],
  ['text above the form', 'Hello\n\n### Vault name\n\nPayroll', { name: 'Payroll' }],
  ['a heading that every object has', '### constructor\n\nx\n\n### __proto__\n\ny', {}],
])('reads %s', (_, text, request) => {
  expect(readForm(text).answers).toEqual(request)
})

test.each([
  ['commas', 'a@x.com, b@x.com,c@x.com'],
  ['semicolons', 'a@x.com;b@x.com ; c@x.com'],
  ['spaces', 'a@x.com b@x.com  c@x.com'],
  ['lines', 'a@x.com\nb@x.com\r\nc@x.com'],
  ['dashes', '- a@x.com\n- b@x.com\n- c@x.com'],
  ['stars', '* a@x.com\n* b@x.com\n* c@x.com'],
  ['bullets', '• a@x.com\n• b@x.com\n•c@x.com'],
  ['links', '[a@x.com](mailto:a@x.com), [b@x.com](mailto:b@x.com)\n- [c@x.com](mailto:c@x.com)'],
  ['Jira’s links', '[a@x.com|mailto:a@x.com], [b@x.com|mailto:b@x.com] [c@x.com|mailto:c@x.com]'],
  ['angle brackets', '<a@x.com>, <b@x.com> <c@x.com>'],
  ['code', '`a@x.com`, `b@x.com`, `c@x.com`'],
  ['commas at both ends', ', a@x.com,, b@x.com, c@x.com,'],
])('reads owners with %s', (_, text) => {
  expect(readForm(`### Owners\n\n${text}`)).toEqual({
    ...CLEAN,
    answers: { owners: ['a@x.com', 'b@x.com', 'c@x.com'] },
  })
})

test.each([
  ['Maximum views', '10', { maxViews: 10 }],
  ['Maximum views', '4294967296', { maxViews: 4_294_967_296 }],
  ['Maximum views', 'ten', { maxViews: 'ten' }],
  ['Maximum views', '-1', { maxViews: '-1' }],
  ['Maximum views', '1.5', { maxViews: '1.5' }],
  ['Views without signing in', 'Yes', { allowUnauthenticated: true }],
  ['Views without signing in', 'true', { allowUnauthenticated: true }],
  ['Views without signing in', 'ON', { allowUnauthenticated: true }],
  ['Views without signing in', 'No', { allowUnauthenticated: false }],
  ['Views without signing in', 'False', { allowUnauthenticated: false }],
  ['Views without signing in', 'None', { allowUnauthenticated: false }],
  ['Views without signing in', 'off', { allowUnauthenticated: false }],
  ['Views without signing in', 'yes please', { allowUnauthenticated: 'yes please' }],
  ['Kind', 'Magic link', { kind: 'magic_link' }],
  ['Kind', 'magic-link', { kind: 'magic_link' }],
  ['Kind', 'Group', { kind: 'group' }],
  ['Kind', 'Something else', { kind: 'something_else' }],
])(
  '%s: what stands there as "%s" is read, and what cannot be is kept for its fault',
  (heading, answer, request) => {
    expect(readForm(formText({ [heading]: answer }))).toEqual({ ...CLEAN, answers: request })
  },
)

test('reads whatever stands in an issue', () => {
  const headings = fc.constantFrom(...Object.values(HEADINGS), 'Other', '__proto__')
  const answers = fc.dictionary(headings, fc.string({ unit: 'grapheme' }))
  const text = fc.oneof(fc.string({ unit: 'binary' }), answers.map(formText))
  fc.assert(
    fc.property(text, (issue) => {
      const fields = Object.keys(readForm(issue).answers)
      expect(fields.filter((field) => !Object.hasOwn(HEADINGS, field))).toEqual([])
    }),
  )
})

test('the form that is shipped asks these questions in this order, and sets the label', async () => {
  const { href } = new URL('../../../docs/recipes/github/vault-request.yml', import.meta.url)
  const yaml = await readFile(fileURLToPath(href), 'utf8')
  // the labels of questions, and not those of their options
  const questions = [...yaml.matchAll(/^ {6}label: *["']?(.+?)["']? *$/gm)].map(([, label]) => label)
  expect(questions).toEqual(QUESTIONS.map(({ heading }) => heading))
  expect(/^labels:\s*(.+(?:\n\s+-.+)*)$/m.exec(yaml)?.[1]).toContain('vault-request')
})
