import { expect, test } from 'vitest'
import { readFieldViolations } from '../../../src/conductorone/field-violations.ts'

const violation = (field: string, description = 'is wrong') => ({
  '@type': 'type.googleapis.com/google.rpc.BadRequest',
  fieldViolations: [{ field, description }],
})

test.each([
  ['displayName', '/name'],
  ['display_name', '/name'],
  ['vault.displayName', '/name'],
  ['description', '/description'],
  ['ownerIds', '/owners'],
  ['ownerIds[2]', '/owners/2'],
  ['owner_ids[0]', '/owners/0'],
  ['magicVault', '/kind'],
  ['magicVault.allowedViews', '/maxViews'],
  ['magic_vault.allow_unauthed_views', '/allowUnauthenticated'],
  ['groupAuthzVault', '/kind'],
  ['credentialExpirationDuration', '/credentialTtl'],
  ['somethingNew', ''],
  ['constructor', ''],
  ['', ''],
])('the field %s is %j of the request', (field, pointer) => {
  expect(readFieldViolations([violation(field)])).toEqual([{ pointer, detail: 'is wrong' }])
})

test('reads violations among details of other kinds, and what has no description', () => {
  const details = [
    null,
    'text',
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'x' },
    { fieldViolations: 'none' },
    { fieldViolations: [{ field: 'displayName' }] },
    violation('description', 'x'.repeat(5_000)),
  ]
  expect(readFieldViolations(details)).toEqual([
    { pointer: '/name', detail: 'is refused by ConductorOne' },
    { pointer: '/description', detail: 'x'.repeat(300) },
  ])
})

test('reads no more of them than there are fields', () => {
  const many = { fieldViolations: Array.from({ length: 1_000 }, () => ({ field: 'x', description: 'y' })) }
  expect(readFieldViolations([many])).toHaveLength(20)
})
