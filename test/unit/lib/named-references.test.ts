import { characterEntities } from 'character-entities'
import { expect, test } from 'vitest'
import { decodeNamedCharacterReference } from '../../../src/lib/named-references.ts'

test('every name of HTML stands for its characters', () => {
  const names = Object.keys(characterEntities)
  expect(names.length).toBeGreaterThan(2_000)
  const decoded = names.map((name) => [name, decodeNamedCharacterReference(name)])
  expect(Object.fromEntries(decoded)).toEqual(characterEntities)
})

test.each(['', ' ', 'eacut', 'EACUTE', 'eacute ', 'eacute;', 'Tab NewLine', 'toString', '__proto__'])(
  '%j is not a name of HTML',
  (name) => {
    expect(decodeNamedCharacterReference(name)).toBe(false)
  },
)
