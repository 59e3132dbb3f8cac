import { expect, test } from 'vitest'
import { Policy } from '../../../src/config/policy.ts'
import { violations } from '../../../src/provisioning/policy.ts'
import type { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { requestOf, USER_ID } from '../samples.ts'

/** What the policy says of a request without a preset. */
function violationsOf(request: ProvisioningRequest, policy: Policy) {
  return violations({ written: request, request, policy })
}

const MAGIC = { kind: 'magic_link' }

test('allows without a word what its defaults mean', () => {
  expect(Policy.parse({})).toEqual({
    defaultOwners: [],
    allowedOwnerDomains: [],
    allowUnauthenticatedViews: false,
    maxViews: 10,
    requireTicket: false,
    allowedCallbackHosts: [],
    minOwners: 1,
    tellOwners: false,
    presets: {},
  })
})

test.each([
  ['a name of the pattern', { namePattern: '^[A-Z]' }, { name: 'Payroll' }],
  ['a ticket where one is required', { requireTicket: true }, { ticket: { id: 'SEC-1' } }],
  ['as many views as allowed', { maxViews: 3 }, { ...MAGIC, maxViews: 3 }],
  ['strangers', { allowUnauthenticatedViews: true }, { ...MAGIC, allowUnauthenticated: true }],
  ['no strangers where none may', {}, { ...MAGIC, allowUnauthenticated: false }],
  ['a callback', { allowedCallbackHosts: ['a.example'] }, { callbackUrl: 'https://A.example/x' }],
  ['a callback to 443', { allowedCallbackHosts: ['a.example'] }, { callbackUrl: 'https://a.example:443/' }],
  [
    'a callback to a port',
    { allowedCallbackHosts: ['A.example:8443'] },
    { callbackUrl: 'https://a.example:8443/' },
  ],
  ['owners of the domain', { allowedOwnerDomains: ['EXAMPLE.com'] }, { owners: ['Jane@Example.COM'] }],
  ['owners by id where no domain is named', {}, { owners: [USER_ID] }],
  // whether default owners are at these domains is the deployment's own business
  ['no owners', { allowedOwnerDomains: ['example.com'], defaultOwners: [USER_ID] }, { owners: [] }],
])('allows %s', (_, policy, fields) => {
  expect(violationsOf(requestOf(fields), Policy.parse(policy))).toEqual([])
})

test.each([
  ['another name', { namePattern: '^x$' }, { name: 'y' }, '/name', /pattern \^x\$$/],
  ['a request without ticket', { requireTicket: true }, {}, '/ticket', /^is required here/],
  ['more views', { maxViews: 3 }, { ...MAGIC, maxViews: 4 }, '/maxViews', 'must be at most 3 here'],
  ['strangers', {}, { ...MAGIC, allowUnauthenticated: true }, '/allowUnauthenticated', /not allowed here/],
  ['a callback', {}, { callbackUrl: 'https://a.example/' }, '/callbackUrl', /allowedCallbackHosts/],
  [
    'a callback to a subdomain',
    { allowedCallbackHosts: ['example.com'] },
    { callbackUrl: 'https://evil.example.com/' },
    '/callbackUrl',
    /allowedCallbackHosts/,
  ],
  [
    'a callback to another port',
    { allowedCallbackHosts: ['example.com'] },
    { callbackUrl: 'https://example.com:8443/' },
    '/callbackUrl',
    /allowedCallbackHosts/,
  ],
  [
    'an owner elsewhere',
    { allowedOwnerDomains: ['example.com', 'example.org'] },
    { owners: ['a@example.org', 'b@example.net'] },
    '/owners/1',
    'must be an e-mail address at example.com or example.org here',
  ],
  [
    'an owner at a subdomain',
    { allowedOwnerDomains: ['example.com'] },
    { owners: ['b@sub.example.com'] },
    '/owners/0',
    /at example.com here/,
  ],
  [
    'an owner by id where domains are named',
    { allowedOwnerDomains: ['example.com'] },
    { owners: [USER_ID] },
    '/owners/0',
    /not a user id$/,
  ],
])('refuses %s', (_, policy, fields, pointer, detail) => {
  const faults = violationsOf(requestOf(fields), Policy.parse(policy))
  expect(faults).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
})

test('names everything that is not allowed, at once', () => {
  const policy = Policy.parse({ namePattern: '^x$', requireTicket: true, allowedOwnerDomains: ['a.example'] })
  const request = requestOf({
    ...MAGIC,
    maxViews: 11,
    allowUnauthenticated: true,
    callbackUrl: 'https://b.example/',
  })
  expect(violationsOf(request, policy).map(({ pointer }) => pointer)).toEqual([
    '/name',
    '/ticket',
    '/maxViews',
    '/allowUnauthenticated',
    '/callbackUrl',
    '/owners/0',
  ])
})

test.each([
  ['owners that are none', { defaultOwners: ['Jane'] }, 'defaultOwners'],
  ['a domain with an at sign', { allowedOwnerDomains: ['@example.com'] }, 'allowedOwnerDomains'],
  ['a pattern that is none', { namePattern: '(' }, 'namePattern'],
  ['no views', { maxViews: 0 }, 'maxViews'],
  ['a host that is a URL', { allowedCallbackHosts: ['https://a.example/'] }, 'allowedCallbackHosts'],
  ['a life that is none', { defaultCredentialTtl: '30' }, 'defaultCredentialTtl'],
  ['yes as text', { requireTicket: 'yes' }, 'requireTicket'],
  ['yes as text for strangers', { allowUnauthenticatedViews: 'true' }, 'allowUnauthenticatedViews'],
])('cannot be configured with %s', (_, policy, key) => {
  expect(Policy.safeParse(policy).error?.issues.map(({ path }) => path[0])).toEqual([key])
})

test('cannot be configured with a key that it does not know', () => {
  expect(Policy.safeParse({ maxview: 3 }).error?.issues).toMatchObject([
    { code: 'unrecognized_keys', keys: ['maxview'] },
  ])
})

test.each([
  ['müller.example', 'jana@MÜLLER.example'],
  ['müller.example', 'jana@xn--mller-kva.example'],
  ['xn--mller-kva.example', 'jana@müller.example'],
  ['Example.COM', 'jana@example.com'],
])('a policy for %s allows %s', (domain, owner) => {
  const policy = Policy.parse({ allowedOwnerDomains: [domain] })
  expect(violationsOf(requestOf({ owners: [owner] }), policy)).toEqual([])
})

test.each([
  'jana@evil.example',
  'jana@example.com.evil.example',
  'jana@example.com/.evil.example',
  'jana@evil.example?example.com',
  'jana@example.com:8080',
  'jana@%65xample.com',
  'jana@sub.example.com',
  'jana@example.com#',
])('a policy for example.com does not allow %s', (owner) => {
  const policy = Policy.parse({ allowedOwnerDomains: ['example.com'] })
  expect(violationsOf(requestOf({ owners: [owner] }), policy)).toMatchObject([{ pointer: '/owners/0' }])
})
