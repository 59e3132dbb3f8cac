import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { provenanceLine, translate } from '../../../src/provisioning/translate.ts'
import { orderFor } from '../samples.ts'

const provenance = { id: 'req_1', caller: 'runbook', approvedBy: null }

test('writes a vault for a group', () => {
  expect(translate(orderFor({ description: 'For auditors.' }), ['u1', 'u2'], provenance)).toEqual({
    displayName: 'Payroll',
    description: 'For auditors.\n\nRequested via runbook, request req_1',
    groupAuthzVault: {},
    ownerIds: ['u1', 'u2'],
  })
})

test('writes a vault for a magic link', () => {
  const order = orderFor({ kind: 'magic_link', maxViews: 3, allowUnauthenticated: true })
  expect(translate(order, ['u1'], provenance)).toEqual({
    displayName: 'Payroll',
    description: 'Requested via runbook, request req_1',
    magicVault: { allowUnauthedViews: true, allowedViews: 3 },
    ownerIds: ['u1'],
  })
})

test('names each owner once, in the order given', () => {
  expect(translate(orderFor(), ['u2', 'u1', 'u2'], provenance).ownerIds).toEqual(['u2', 'u1'])
})

test.each([
  [{}, 'Requested via runbook, request req_1'],
  [{ requestedBy: 'Jane' }, 'Requested by Jane, via runbook, request req_1'],
  [{ ticket: { id: 'SEC-1' } }, 'Requested via runbook, ticket SEC-1, request req_1'],
  [
    { requestedBy: 'Jane', ticket: { id: 'SEC-1', url: 'https://a.example/1' } },
    'Requested by Jane, via runbook, ticket SEC-1 (https://a.example/1), request req_1',
  ],
])('tells of %j where the vault comes from', (fields, line) => {
  expect(provenanceLine(orderFor(fields), provenance)).toBe(line)
})

const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', '"', ',', '🔐', 'request req_2') })
const request = fc
  .record(
    {
      name: text,
      description: text,
      kind: fc.constantFrom('group', 'magic_link'),
      maxViews: fc.integer({ min: 1, max: 10 }),
      allowUnauthenticated: fc.boolean(),
      requestedBy: text,
      ticket: fc.record({ id: text }),
    },
    { requiredKeys: ['name'] },
  )
  .map((fields) => ({ ...fields, owners: ['owner@example.com'] }))
  .filter((fields) => ProvisioningRequest.safeParse(fields).success)

test('sets one arm of the oneof, never both and never none', () => {
  fc.assert(
    fc.property(request, (fields) => {
      const body = translate(orderFor(fields), ['u1'], provenance)
      expect(['groupAuthzVault', 'magicVault'].filter((arm) => arm in body)).toHaveLength(1)
      expect('magicVault' in body).toBe(fields.kind === 'magic_link')
    }),
  )
})

test('ends with the line of provenance, whatever the description says', () => {
  fc.assert(
    fc.property(request, (fields) => {
      const order = orderFor(fields)
      const lines = translate(order, ['u1'], provenance).description.split(/[\r\n]/)
      expect(lines.at(-1)).toBe(provenanceLine(order, provenance))
    }),
  )
})
