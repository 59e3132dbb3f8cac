import { expect, test } from 'vitest'
import { Policy } from '../../../src/config/policy.ts'
import { Problem } from '../../../src/problem/problem.ts'
import { faultyOrder, orderOf } from '../../../src/provisioning/order.ts'
import { requestOf } from '../samples.ts'

function order(fields: Readonly<Record<string, unknown>>, policy: Readonly<Record<string, unknown>> = {}) {
  return orderOf(requestOf(fields), Policy.parse(policy))
}

test('takes over what was asked for', () => {
  const ticket = { id: 'SEC-1', url: 'https://a.example/' }
  expect(order({ description: 'd', credentialTtl: '1h', ticket, requestedBy: 'Jane' })).toEqual({
    name: 'Payroll',
    description: 'd',
    access: { kind: 'group' },
    owners: ['owner@example.com'],
    ttlSeconds: 3_600,
    ticket,
    requestedBy: 'Jane',
    callbackUrl: undefined,
  })
})

test.each([
  ['the default owners', { owners: [] }, { defaultOwners: ['a@b.example'] }, { owners: ['a@b.example'] }],
  [
    'no default owners beside others',
    {},
    { defaultOwners: ['a@b.example'] },
    { owners: ['owner@example.com'] },
  ],
  ['the default life', {}, { defaultCredentialTtl: '1d' }, { ttlSeconds: 86_400 }],
  [
    'its own life before the default',
    { credentialTtl: '1h' },
    { defaultCredentialTtl: '1d' },
    { ttlSeconds: 3_600 },
  ],
  ['no life where none is set', {}, {}, { ttlSeconds: undefined, description: '' }],
  [
    'as many views as the policy allows',
    { kind: 'magic_link' },
    { maxViews: 4 },
    { access: { kind: 'magic_link', views: 4, unauthenticated: false } },
  ],
  [
    'its own number of views',
    { kind: 'magic_link', maxViews: 2, allowUnauthenticated: true },
    { maxViews: 4, allowUnauthenticatedViews: true },
    { access: { kind: 'magic_link', views: 2, unauthenticated: true } },
  ],
])('gives a request %s', (_, fields, policy, expected) => {
  expect(order(fields, policy)).toMatchObject(expected)
})

test.each([
  ['nobody would own', { owners: [] }, {}, 'invalid-request', ['/owners']],
  [
    'the policy forbids',
    { owners: [] },
    { requireTicket: true, namePattern: 'x' },
    'policy-violation',
    ['/name', '/ticket'],
  ],
])('refuses a vault that %s', (_, fields, policy, code, pointers) => {
  expect(() => order(fields, policy)).toThrow(
    expect.objectContaining({
      constructor: Problem,
      code,
      details: { errors: pointers.map((pointer) => expect.objectContaining({ pointer })) },
    }),
  )
})

test('keeps of a faulty ticket what can be read', () => {
  const url = 'https://a.example/SEC-1'
  expect(faultyOrder({ ticket: { id: 'SEC-1', url } }).ticket).toEqual({ id: 'SEC-1', url })
  expect(faultyOrder({ ticket: { id: 'SEC-1', url: 'https://user@a.example/' } }).ticket).toEqual({
    id: 'SEC-1',
  })
  expect(faultyOrder({ ticket: { id: 'x'.repeat(300), url } }).ticket).toEqual({ id: 'x'.repeat(255), url })
  expect(faultyOrder({ ticket: { id: 'SEC\n1\u202e' } }).ticket).toEqual({ id: 'SEC 1' })
  expect(faultyOrder({ ticket: { id: `${'x'.repeat(254)}🔐🔐` } }).ticket?.id).toBe(
    `${'x'.repeat(254)}\ufffd`,
  )
  for (const ticket of [undefined, null, 'SEC-1', 7, {}, { id: '' }, { id: 7 }])
    expect(faultyOrder({ ticket }).ticket).toBeUndefined()
})
