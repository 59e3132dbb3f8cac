import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newRequestId, SHARDS, shardOf } from '../../../src/ledger/request-id.ts'
import { NOON, TestWorld } from '../world.ts'

const { random } = new TestWorld()
const time = fc.integer({ min: 0, max: Date.UTC(2200, 0) })
const shard = fc.constantFrom(...SHARDS)

test('has 16 shards', () => {
  expect(SHARDS.join('')).toBe('0123456789abcdef')
})

test('looks like an id, and tells its shard', () => {
  fc.assert(
    fc.property(time, shard, (now, shard) => {
      const id = newRequestId(shard, { now: () => now, random })
      expect(id).toMatch(/^req_[0-9a-z]{24}$/)
      expect(shardOf(id)).toBe(shard)
    }),
  )
})

test('sorts by the time it was made, whatever its shard', () => {
  fc.assert(
    fc.property(time, time, shard, shard, (a, b, one, other) => {
      fc.pre(a < b)
      expect(
        newRequestId(one, { now: () => a, random }) < newRequestId(other, { now: () => b, random }),
      ).toBe(true)
    }),
  )
})

test('differs from others made in the same millisecond', () => {
  const ids = Array.from({ length: 1_000 }, () => newRequestId('7', { now: () => NOON, random }))
  expect(new Set(ids).size).toBe(1_000)
})

test('spends 65 random bits, the same number of each digit', () => {
  const every = {
    now: () => 0,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, (_, n) => n + 32 * n),
  }
  expect(newRequestId('0', every)).toBe('req_000000000000123456789abc')
})

const GOOD = newRequestId('a', { now: () => NOON, random })

test.each([
  '',
  'req_',
  GOOD.slice(0, -1),
  `${GOOD}0`,
  GOOD.toUpperCase(),
  GOOD.replace('req', 'vlt'),
  `${GOOD}\n`,
  GOOD.replace(/.$/, 'u'),
  `${GOOD.slice(0, 14)}g${GOOD.slice(15)}`,
])('takes %j for no id', (text) => {
  expect(shardOf(text)).toBeUndefined()
})
