import { expect, test } from 'vitest'
import { boundRefusal } from '../../../src/ledger/refusal.ts'

test('keeps a refusal of the usual size as it is', () => {
  const refusal = {
    code: 'invalid-request',
    detail: 'No vault was created: “Owners” must be a list.',
    errors: [{ pointer: '/owners', detail: 'must be a list' }],
  } as const
  expect(boundRefusal(refusal)).toEqual(refusal)
})

test('bounds every part of one, whatever was sent', () => {
  const long = '🔐'.repeat(100_000)
  const errors = Array.from({ length: 1_000 }, () => ({ pointer: `/${long}`, detail: long }))
  const bounded = boundRefusal({ code: 'invalid-request', detail: long, errors })
  expect(JSON.stringify(bounded).length).toBeLessThan(50_000)
  expect(JSON.stringify(bounded).isWellFormed()).toBe(true)
})
