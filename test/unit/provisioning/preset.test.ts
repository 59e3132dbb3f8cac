import { expect, test } from 'vitest'
import { Policy } from '../../../src/config/policy.ts'
import { orderOf } from '../../../src/provisioning/order.ts'
import type { Asker } from '../../../src/provisioning/preset.ts'
import { rejection, requestOf } from '../samples.ts'

const policy = Policy.parse({
  defaultOwners: ['default@example.com'],
  maxViews: 10,
  presets: {
    payroll: {
      namePrefix: 'Payroll: ',
      namePattern: '^Payroll: \\w+$',
      owners: ['lead@example.com'],
      credentialTtl: '30d',
      requireTicket: true,
    },
    link: { kind: 'magic_link', maxViews: 20 },
    group: { kind: 'group' },
    bots: { callers: ['bot'], sources: ['api'] },
    tickets: { sources: ['jira', 'github'] },
  },
})
const ticket = { id: 'SEC-1' }
const RUNBOOK: Asker = { source: 'api', caller: 'runbook' }

function order(fields: Readonly<Record<string, unknown>>, asker: Asker = RUNBOOK) {
  const { owners, ...rest } = fields
  return orderOf(requestOf({ owners: owners ?? null, ...rest }), policy, asker)
}

/** What is wrong with a request, by field. */
async function faults(fields: Readonly<Record<string, unknown>>, asker?: Asker) {
  const error = await rejection((async () => order(fields, asker))())
  expect(error).toMatchObject({ code: 'policy-violation' })
  return (error as { details: { errors: { pointer: string; detail: string }[] } }).details.errors
}

test('a preset fixes values, adds owners and puts its prefix before the name', () => {
  expect(order({ name: 'Night', preset: 'payroll', ticket, owners: ['a@example.com'] })).toMatchObject({
    name: 'Payroll: Night',
    owners: ['a@example.com', 'lead@example.com'],
    ttlSeconds: 30 * 86_400,
    preset: 'payroll',
  })
})

test('a preset has owners of its own, so that no default owner is added', () => {
  expect(order({ name: 'Night', preset: 'payroll', ticket }).owners).toEqual(['lead@example.com'])
  expect(order({ preset: 'group' }).owners).toEqual(['default@example.com'])
})

test('owners stand once, however they are written', () => {
  const owners = ['LEAD@example.com', 'a@example.com']
  expect(order({ name: 'Night', preset: 'payroll', ticket, owners }).owners).toEqual(owners)
})

test.each(['Payroll: Night', 'payroll: Night'])('the name %s is not prefixed again', (name) => {
  // the pattern is for exact letters
  const { presets } = policy
  const lax = { ...policy, presets: { payroll: { ...presets.payroll, namePattern: undefined } } } as Policy
  expect(orderOf(requestOf({ name, preset: 'payroll', ticket }), lax, RUNBOOK).name).toBe(name)
})

test('a preset may allow more views than the policy, and fixes the kind', () => {
  expect(order({ preset: 'link' }).access).toEqual({ kind: 'magic_link', views: 20, unauthenticated: false })
  expect(order({ preset: 'link', kind: 'magic_link', maxViews: 20 }).access).toMatchObject({ views: 20 })
})

test.each<[Record<string, unknown>, string, RegExp]>([
  [{ preset: 'link', kind: 'group' }, '/kind', /fixed by the preset "link": magic_link/],
  [{ preset: 'link', maxViews: 3 }, '/maxViews', /fixed by the preset "link": 20/],
  [{ preset: 'payroll', name: 'x', ticket, credentialTtl: '31d' }, '/credentialTtl', /fixed .*: 30d/],
  [{ preset: 'payroll', name: 'x' }, '/ticket', /is required here/],
  [{ preset: 'payroll', name: 'two words', ticket }, '/name', /must match the pattern/],
  [{ preset: 'group', maxViews: 3 }, '/maxViews', /is for the kind "magic_link" only/],
  [{ preset: 'group', allowUnauthenticated: true }, '/allowUnauthenticated', /./],
  [{ preset: 'nope' }, '/preset', /must be payroll or link or group/],
  [{ preset: 'constructor' }, '/preset', /must be payroll/],
  [{ preset: 'bots' }, '/preset', /must be payroll or link or group/],
  [{ preset: 'tickets' }, '/preset', /must be payroll/],
])('refuses %j at %s', async (fields, pointer, detail) => {
  expect(await faults(fields)).toContainEqual({ pointer, detail: expect.stringMatching(detail) })
})

test('the same lifetime in other words is no contradiction', () => {
  expect(order({ preset: 'payroll', name: 'x', ticket, credentialTtl: '720h' }).ttlSeconds).toBe(30 * 86_400)
})

test('a preset is for the callers and sources that it names', () => {
  expect(order({ preset: 'bots' }, { source: 'api', caller: 'bot' }).preset).toBe('bots')
  expect(order({ preset: 'tickets' }, { source: 'jira', caller: 'jira' }).preset).toBe('tickets')
})

test('a key that is for presets only may use those, and nothing else', async () => {
  const asker = { ...RUNBOOK, presets: ['link'] }
  expect(order({ preset: 'link' }, asker).preset).toBe('link')
  for (const preset of [undefined, 'group', 'payroll'])
    expect(await faults({ preset: preset ?? null }, asker)).toEqual([
      { pointer: '/preset', detail: expect.stringContaining('must be link') },
    ])
})

test('the prefix counts for the length of the name', async () => {
  expect(await faults({ preset: 'payroll', name: 'x'.repeat(250), ticket })).toContainEqual({
    pointer: '/name',
    detail: expect.stringContaining('255'),
  })
})

test('the owners of a preset may be outside of the domains that others are held to', () => {
  const held = { ...policy, allowedOwnerDomains: ['corp.example'] } as Policy
  const request = requestOf({ name: 'x', preset: 'payroll', ticket, owners: ['a@corp.example'] })
  expect(orderOf(request, held, RUNBOOK).owners).toEqual(['a@corp.example', 'lead@example.com'])
})
