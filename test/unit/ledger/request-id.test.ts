import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inShard, newRequestId, SHARDS, shardOf } from '../../../src/ledger/request-id.ts'
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
      const made = newRequestId({ now: () => now, random })
      const id = inShard(made, shard)
      expect(made).toMatch(/^req_[0-9a-z]{24}$/)
      expect(SHARDS).toContain(shardOf(made))
      expect(shardOf(id)).toBe(shard)
      expect(inShard(id, shardOf(made) ?? '')).toBe(made)
    }),
  )
})

test('sorts by the time it was made, whatever its shard', () => {
  fc.assert(
    fc.property(time, time, shard, shard, (a, b, one, other) => {
      fc.pre(a < b)
      const earlier = newRequestId({ now: () => a, random })
      const later = newRequestId({ now: () => b, random })
      expect(inShard(earlier, one) < inShard(later, other)).toBe(true)
    }),
  )
})

test('leads to every shard as often as to any other', () => {
  const shards = Array.from({ length: 256 }, (_, byte) =>
    shardOf(newRequestId({ now: () => NOON, random: (bytes) => new Uint8Array(bytes).fill(byte) })),
  )
  for (const shard of SHARDS) expect(shards.filter((one) => one === shard)).toHaveLength(16)
})

test('differs from others made in the same millisecond', () => {
  const ids = Array.from({ length: 1_000 }, () => inShard(newRequestId({ now: () => NOON, random }), '7'))
  expect(new Set(ids).size).toBe(1_000)
})

test('spends 65 random bits, the same number of each digit', () => {
  const every = {
    now: () => 0,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, (_, n) => n + 32 * n),
  }
  expect(newRequestId(every)).toBe('req_0000000000' + '0' + '123456789abcd')
})

const GOOD = newRequestId({ now: () => NOON, random })

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
