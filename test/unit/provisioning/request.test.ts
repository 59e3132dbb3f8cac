import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textFault } from '../../../src/lib/text.ts'
import { fieldFaults, pointer } from '../../../src/problem/fields.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { USER_ID } from '../samples.ts'

function faultsOf(body: unknown) {
  const parsed = ProvisioningRequest.safeParse(body)
  return parsed.success ? [] : fieldFaults(parsed.error)
}

test('needs a name only', () => {
  expect(ProvisioningRequest.parse({ name: 'Payroll' })).toEqual({ name: 'Payroll' })
})

test('takes every field', () => {
  const body = {
    name: 'Payroll',
    description: 'For the auditors.\n\tUntil Friday.',
    kind: 'magic_link',
    maxViews: 4_294_967_295,
    allowUnauthenticated: true,
    owners: ['jane@example.com', USER_ID],
    credentialTtl: '30d',
    ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
    requestedBy: 'Jane Doe',
    callbackUrl: 'https://hooks.example.com/vaults?a=b',
  }
  expect(ProvisioningRequest.parse(body)).toEqual(body)
})

test('trims what people wrote', () => {
  const body = {
    name: ' Payroll\n',
    description: '\n a \n',
    owners: [' jane@example.com '],
    credentialTtl: ' 1d ',
    ticket: { id: '\tSEC-42 ' },
    requestedBy: ' Jane ',
    callbackUrl: ' https://hooks.example.com/ ',
  }
  expect(ProvisioningRequest.parse(body)).toMatchObject({
    name: 'Payroll',
    description: 'a',
    owners: ['jane@example.com'],
    credentialTtl: '1d',
    ticket: { id: 'SEC-42' },
    requestedBy: 'Jane',
    callbackUrl: 'https://hooks.example.com/',
  })
})

test.each([
  ['a name of 255 characters after trimming', { name: ` ${'x'.repeat(255)} ` }],
  ['a description of 2,000 characters', { description: 'x'.repeat(2_000) }],
  ['32 owners', { owners: Array.from({ length: 32 }, (_, index) => `o${index}@example.com`) }],
  ['an id of 20 characters', { owners: ['a'.repeat(20)] }],
  ['letters of all scripts', { name: 'Зарплата 給与 🔐' }],
  ['a group that says what holds anyway', { allowUnauthenticated: false }],
  ['one view', { kind: 'magic_link', maxViews: 1 }],
])('takes %s', (_, fields) => {
  expect(faultsOf({ name: 'Payroll', ...fields })).toEqual([])
})

const ONE_LINE = 'must be a single line without tabs'
const OWNER = /^must be the e-mail address of a ConductorOne user/

test.each([
  ['no name', { name: undefined }, '/name', 'is required, and must be text'],
  ['a name that is a number', { name: 7 }, '/name', 'must be text'],
  ['a name that is null', { name: null }, '/name', 'must be text'],
  ['an empty name', { name: '' }, '/name', 'must not be empty'],
  ['a name of spaces', { name: ' \n ' }, '/name', 'must not be empty'],
  ['a long name', { name: 'x'.repeat(256) }, '/name', 'must be at most 255 characters long'],
  ['a name of two lines', { name: 'a\nb' }, '/name', ONE_LINE],
  ['a name with a tab', { name: 'a\tb' }, '/name', ONE_LINE],
  ['a long description', { description: 'x'.repeat(2_001) }, '/description', /at most 2,000 characters/],
  ['a description that is a list', { description: [] }, '/description', 'must be text'],
  ['another kind', { kind: 'Group' }, '/kind', 'must be "group" or "magic_link"'],
  ['no views', { kind: 'magic_link', maxViews: 0 }, '/maxViews', 'must be at least 1'],
  ['half a view', { kind: 'magic_link', maxViews: 1.5 }, '/maxViews', 'must be a whole number'],
  ['views as text', { kind: 'magic_link', maxViews: '3' }, '/maxViews', 'must be a whole number'],
  ['too many views', { kind: 'magic_link', maxViews: 2 ** 32 }, '/maxViews', 'must be at most 4294967295'],
  ['views of a group', { maxViews: 3 }, '/maxViews', /the kind "magic_link" only/],
  [
    'yes as text',
    { kind: 'magic_link', allowUnauthenticated: 'yes' },
    '/allowUnauthenticated',
    'must be true or false',
  ],
  [
    'a group for strangers',
    { allowUnauthenticated: true },
    '/allowUnauthenticated',
    /the kind "magic_link" only/,
  ],
  ['one owner without a list', { owners: 'jane@example.com' }, '/owners', /^must be a list of e-mail/],
  ['33 owners', { owners: Array(33).fill('o@example.com') }, '/owners', 'must name at most 32 owners'],
  ['an owner by name', { owners: ['a@example.com', 'Jane Doe'] }, '/owners/1', OWNER],
  ['an owner that is a short id', { owners: ['a'.repeat(19)] }, '/owners/0', OWNER],
  ['an owner with a name around', { owners: ['Jane <jane@example.com>'] }, '/owners/0', OWNER],
  ['an owner that is null', { owners: [null] }, '/owners/0', 'must be text'],
  ['a life without a unit', { credentialTtl: '30' }, '/credentialTtl', /^must be a whole number followed by/],
  ['a life of nothing', { credentialTtl: '0d' }, '/credentialTtl', /^must be a whole number followed by/],
  ['a ticket as text', { ticket: 'SEC-42' }, '/ticket', /^must be an object with `id`/],
  ['a ticket without id', { ticket: {} }, '/ticket/id', 'is required, and must be text'],
  ['a ticket with an empty id', { ticket: { id: ' ' } }, '/ticket/id', 'must not be empty'],
  [
    'a ticket over http',
    { ticket: { id: '1', url: 'http://a.example/' } },
    '/ticket/url',
    /^must be an https/,
  ],
  ['a ticket with more', { ticket: { id: '1', priority: 1 } }, '/ticket/priority', /is not a field/],
  ['a long asker', { requestedBy: 'x'.repeat(321) }, '/requestedBy', /at most 320/],
  ['a callback over http', { callbackUrl: 'http://a.example/' }, '/callbackUrl', /^must be an https URL/],
  ['a callback to a script', { callbackUrl: 'javascript:alert(1)' }, '/callbackUrl', /^must be an https/],
  ['a callback with a user', { callbackUrl: 'https://u@a.example/' }, '/callbackUrl', /^must be an https/],
  [
    'a callback with a password',
    { callbackUrl: 'https://:p@a.example/' },
    '/callbackUrl',
    /^must be an https/,
  ],
  ['an unknown field', { nmae: 'x' }, '/nmae', 'is not a field of a request; remove it or correct its name'],
  ['a field with / and ~ in its name', { 'a/b~c': 1 }, '/a~1b~0c', /is not a field/],
  ['a field whose name is empty', { '': 1 }, '/', /is not a field/],
  ['a field called constructor', { constructor: 1 }, '/constructor', /is not a field/],
])('refuses %s', (_, fields, where, detail) => {
  const faults = faultsOf({ name: 'Payroll', ...fields })
  expect(faults).toEqual([{ pointer: where, detail: expect.stringMatching(detail) }])
})

test('refuses a field called __proto__, which JSON can carry', () => {
  expect(faultsOf(JSON.parse('{"name":"Payroll","__proto__":{"kind":"magic_link"}}'))).toMatchObject([
    { pointer: '/__proto__' },
  ])
})

test.each([[null], [[]], ['text'], [7], [true]])('refuses %j as a whole', (body) => {
  expect(faultsOf(body)).toEqual([{ pointer: '', detail: 'must be a JSON object' }])
})

test('names all faults at once', () => {
  const body = {
    name: '',
    description: 1,
    maxViews: 2,
    allowUnauthenticated: true,
    owners: ['nobody', 'a@example.com', 'b'],
    credentialTtl: 'soon',
    ticket: { url: 'x', extra: 1 },
    colour: 'red',
  }
  expect(
    faultsOf(body)
      .map((fault) => fault.pointer)
      .sort(),
  ).toEqual([
    '/allowUnauthenticated',
    '/colour',
    '/credentialTtl',
    '/description',
    '/maxViews',
    '/name',
    '/owners/0',
    '/owners/2',
    '/ticket/extra',
    '/ticket/id',
    '/ticket/url',
  ])
})

test.each([
  ['with the kind left out', {}],
  ['with the kind', { kind: 'group' }],
])('names the fields of magic links on a group beside other faults, %s', (_, kind) => {
  const pointers = faultsOf({ ...kind, maxViews: 2, allowUnauthenticated: true, x: 1 }).map((f) => f.pointer)
  expect(pointers.sort()).toEqual(['/allowUnauthenticated', '/maxViews', '/name', '/x'])
})

test.each([
  ['a null byte', 'a\u0000b', /control character/],
  ['an escape', 'a\u001bb', /control character/],
  ['a C1 control', 'a\u0085b', /control character/],
  ['a line separator', 'a\u2028b', /control character/],
  ['an override of direction', 'gpj.\u202eexe', /direction/],
  ['an isolate', 'a\u2066b', /direction/],
  ['a right-to-left mark', 'a\u200fb', /direction/],
  ['a high surrogate alone', 'a\ud83d', /surrogate/],
  ['a low surrogate alone', '\udd10a', /surrogate/],
])('refuses %s in whatever people read', (_, text, detail) => {
  const fields = { name: text, description: text, ticket: { id: text }, requestedBy: text }
  const expected = ['/name', '/description', '/ticket/id']
  // direction marks come along with names of people, and are removed
  if (!String(detail).includes('direction')) expected.push('/requestedBy')
  expect(faultsOf(fields)).toEqual(
    expected.map((where) => ({ pointer: where, detail: expect.stringMatching(detail) })),
  )
})

test('lets tabs and line breaks into texts of several lines only', () => {
  expect(textFault('a\tb\r\nc', 'several lines')).toBeUndefined()
  expect(textFault('a\rb', 'one line')).toBe(ONE_LINE)
})

const anyBody = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      name: fc.jsonValue(),
      kind: fc.oneof(fc.constantFrom('group', 'magic_link'), fc.jsonValue()),
      maxViews: fc.oneof(fc.integer(), fc.jsonValue()),
      allowUnauthenticated: fc.jsonValue(),
      owners: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      ticket: fc.oneof(fc.record({ id: fc.jsonValue(), url: fc.jsonValue() }), fc.jsonValue()),
      callbackUrl: fc.oneof(fc.webUrl(), fc.string()),
      description: fc.jsonValue(),
      credentialTtl: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
)

test('bears with any JSON value, and points at every fault', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      for (const fault of faultsOf(body)) {
        expect(fault.pointer).toMatch(/^$|^\//)
        expect(fault.detail).not.toBe('')
      }
    }),
  )
})

test('names every unknown field, whatever its name', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
      fc.pre(!(name in ProvisioningRequest.shape))
      const body = Object.fromEntries([
        ['name', 'Payroll'],
        [name, 1],
      ]) // own, even where it is __proto__
      const [fault] = faultsOf(body)
      expect(fault?.pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')).toBe(name)
    }),
  )
})

test('writes JSON pointers as RFC 6901 has them', () => {
  expect([pointer([]), pointer(['']), pointer(['a/b', 0, 'm~n', '~1'])]).toEqual([
    '',
    '/',
    '/a~1b/0/m~0n/~01',
  ])
})

test.each([[null], [''], ['  '], ['\u200b\ufeff']])(
  'takes an optional field that is %j as left out',
  (blank) => {
    const fields = [
      'description',
      'kind',
      'maxViews',
      'allowUnauthenticated',
      'owners',
      'credentialTtl',
      'ticket',
      'requestedBy',
      'callbackUrl',
    ]
    const request = { name: 'Payroll', ...Object.fromEntries(fields.map((field) => [field, blank])) }
    expect(ProvisioningRequest.parse(request)).toEqual({ name: 'Payroll' })
    expect(ProvisioningRequest.parse({ name: 'Payroll', ticket: { id: 'SEC-1', url: blank } })).toEqual({
      name: 'Payroll',
      ticket: { id: 'SEC-1' },
    })
  },
)

test.each([
  'r&d@example.com',
  'ops/eu@example.com',
  'x=y@example.com',
  'josé@example.com',
  'jana@müller.example',
  'ivan@xn--e1afmkfd.xn--p1ai',
  "o'brien+vault@localhost",
])('takes %s as an address, and lets ConductorOne decide', (address) => {
  expect(ProvisioningRequest.parse({ name: 'Payroll', owners: [address] }).owners).toEqual([address])
})

test.each(['a@b@c', 'alice', '@example.com', 'alice@', 'ali ce@example.com', 'alice@exam\u00a0ple.com'])(
  'takes %s neither as an address nor as an id',
  (owner) => {
    expect(faultsOf({ name: 'Payroll', owners: [owner] })).toMatchObject([{ pointer: '/owners/0' }])
  },
)

test('removes what can not be seen from the ends of names and from addresses', () => {
  const request = {
    name: '\u200bPayroll\u2060 ',
    owners: ['\ufeffali\u200bce@exam\u00adple.com'],
    requestedBy: '\u202dJane\u200f \u2066Doe\u2069\u200b',
    ticket: { id: 'SEC-1\u200b' },
  }
  expect(ProvisioningRequest.parse(request)).toEqual({
    name: 'Payroll',
    owners: ['alice@example.com'],
    requestedBy: 'Jane Doe',
    ticket: { id: 'SEC-1' },
  })
})
