import { expect, test } from 'vitest'
import { Settlement } from '../../../src/ledger/settlement.ts'
import { fieldFaults } from '../../../src/problem/fields.ts'

function faultsOf(body: unknown) {
  const { error } = Settlement.safeParse(body)
  return error && fieldFaults(error)
}

test.each([[''], ['../users/1'], ['a b'], ['v'.repeat(129)]])(
  '%j is named as no id of a vault',
  (vaultId) => {
    for (const more of [{}, { force: true }, { preview: true }])
      expect(faultsOf({ vaultId, ...more })).toEqual([
        {
          pointer: '/vaultId',
          detail: expect.stringMatching(/^must be the id of the vault in ConductorOne/),
        },
      ])
  },
)

test.each([
  [{}],
  [{ vaultId: 7 }],
  [{ outcome: 'created' }],
  [{ search: false }],
  [{ vaultId: 'v', outcome: 'not_created' }],
  [{ vaultId: '', outcome: 'not_created' }],
  [{ vaultId: 'v', force: 'yes' }],
  ['v'],
  [null],
])('%j is told what a settlement is', (body) => {
  for (const { detail } of faultsOf(body) ?? [{ detail: 'no fault' }])
    expect(detail).toMatch(/^must be .*vault|^is not a field/)
})
