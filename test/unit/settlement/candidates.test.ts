import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addCandidates, type Candidates } from '../../../src/settlement/candidates.ts'
import { ksuid, LOST } from './lost.ts'

const CLUES = { requestId: LOST.requestId, name: 'Payroll "EU"' }

function candidatesIn(...events: unknown[]): { likely: string[]; others: string[] } {
  const candidates: Candidates = { likely: new Set(), others: new Set() }
  addCandidates(candidates, events, CLUES)
  return { likely: [...candidates.likely], others: [...candidates.others] }
}

test.each([
  ['in a field', { type: 'vault', uid: ksuid(1) }],
  ['deep in lists', { what: ['Vault created', [[{ on: [[ksuid(1)]] }]]] }],
  ['as a name', { vaults: { [ksuid(1)]: { made: true } } }],
  ['on its own', ['a VAULT', ksuid(1)]],
])('finds an id %s, whatever the event looks like', (_, event) => {
  expect(candidatesIn(event)).toEqual({ likely: [], others: [ksuid(1)] })
})

test.each([
  ['is about no vault', { type: 'user', uid: ksuid(1) }],
  ['has no id', { vault: 'a short one', uid: 'x'.repeat(41), path: `/vaults/${ksuid(1)}` }],
  ['is no object', 'vault'],
  ['is nothing', undefined],
])('finds none in an event that %s', (_, event) => {
  expect(candidatesIn(event)).toEqual({ likely: [], others: [] })
})

test.each([
  ['the request', { vault: ksuid(1), agent: `conductorone-vaults (${CLUES.requestId})` }],
  ['the name', { vault: ksuid(1), label: CLUES.name }],
])('takes the ids for likely that stand beside %s', (_, event) => {
  expect(candidatesIn({ vault: ksuid(2) }, event)).toEqual({ likely: [ksuid(1)], others: [ksuid(2)] })
})

test('finds each id that stands in any JSON, and takes 2,000 at most', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(9_999), { maxLength: 20 }), fc.jsonValue(), (numbers, noise) => {
      const ids = numbers.map(ksuid)
      const { likely, others } = candidatesIn({ kind: 'vault', noise, ids })
      expect([...likely, ...others]).toEqual(expect.arrayContaining(ids))
    }),
  )
  const flood = Array.from({ length: 30_000 }, (_, number) => ksuid(number))
  expect(candidatesIn({ vault: flood }).others).toHaveLength(2_000)
})
