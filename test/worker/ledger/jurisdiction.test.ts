import { expect, test } from 'vitest'
import { ledgerOf } from '../../../src/ledger/shards.ts'
import { bindings } from '../stage.ts'

test('a ledger in a jurisdiction is asked there, by the same names', () => {
  const asked: string[] = []
  const namespace = (place: string) => ({
    getByName: (name: string) => asked.push(`${place} ${name}`),
    jurisdiction: namespace,
  })
  const env = { ...bindings, LEDGER: namespace('anywhere') as unknown as DurableObjectNamespace<never> }
  ledgerOf({ ...env, LEDGER_JURISDICTION: 'eu' }, 'a')
  ledgerOf(env, 'a')
  expect(asked).toEqual(['eu shard-a', 'anywhere shard-a'])
})
