import { expect, test } from 'vitest'
import { batchesOf, compareDays, findGone, recall, remember } from '../../../src/outcomes/ownerless.ts'
import { NOON } from '../world.ts'

const NO_MEMORY = { ownerless: [], reported: [] }
const CLOCK = { now: () => NOON }
const ids = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`)
const found = (...users: string[]) => ({
  searchUsersById: async () => users.map((id) => ({ id, email: 'x@example.com' })),
})

test.each([
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [51, 50]],
  [1_000, Array(10).fill(100)],
])('%d ids are looked up in batches of nearly the same size', (count, sizes) => {
  const batches = batchesOf(ids(count))
  expect(batches.map(({ length }) => length)).toEqual(sizes)
  expect(batches.flat()).toEqual(ids(count))
})

test('a user whom a search among enabled ones does not find is gone', async () => {
  expect(await findGone(['u1', 'u2'], found('u2'), CLOCK)).toEqual(['u1'])
  expect(await findGone(['u1', 'u2'], found('u1', 'u2'), CLOCK)).toEqual([])
})

test('a search that finds nobody is no finding, and neither is one that finds others', async () => {
  expect(await findGone(['u1', 'u2'], found(), CLOCK)).toBeUndefined()
  expect(await findGone(['u1', 'u2'], found('u9'), CLOCK)).toBeUndefined()
})

test('a vault is reported once, on the second day in a row', () => {
  const first = compareDays(['r1', 'r2'], NO_MEMORY, true)
  expect(first.fresh).toEqual([])
  const second = compareDays(['r1', 'r3'], first.memory, true)
  expect(second.fresh).toEqual(['r1'])
  const third = compareDays(['r1', 'r3'], second.memory, true)
  expect(third.fresh).toEqual(['r3'])
  expect(compareDays(['r1', 'r3'], third.memory, true).fresh).toEqual([])
})

test('what has an owner again is reported anew if it loses that one too', () => {
  const reported = { ownerless: ['r1'], reported: ['r1'] }
  const healed = compareDays([], reported, true)
  const lost = compareDays(['r1'], healed.memory, true)
  expect(lost.fresh).toEqual([])
  expect(compareDays(['r1'], lost.memory, true).fresh).toEqual(['r1'])
})

test('a day on which a search failed does not make a known finding a new one', () => {
  const failed = compareDays([], { ownerless: ['r1'], reported: ['r1'] }, false)
  const next = compareDays(['r1'], failed.memory, true)
  expect(compareDays(['r1'], next.memory, true).fresh).toEqual([])
})

test('what is remembered has a bound', () => {
  const { memory } = compareDays(ids(3_000), { ownerless: ids(3_000), reported: ids(3_000) }, true)
  expect([memory.ownerless.length, memory.reported.length]).toEqual([1_000, 1_000])
})

test('a day is remembered under its own name, and not for long', async () => {
  const kept = new Map<string, string>()
  const kv = {
    get: async (key: string) => kept.get(key) ?? null,
    put: async (key: string, text: string, { expirationTtl }: { expirationTtl: number }) => {
      expect(expirationTtl).toBe(259_200)
      kept.set(key, text)
    },
  } as unknown as KVNamespace // all that it is asked for
  await remember(kv, '2026-10-01', { ownerless: ['r1', 'r2'], reported: ['r1'] })
  expect(await recall(kv, '2026-10-02')).toEqual({ ownerless: ['r1', 'r2'], reported: ['r1'] })
  expect(await recall(kv, '2026-10-03')).toEqual(NO_MEMORY)
  // a second check of the day reports nothing again
  await remember(kv, '2026-10-02', { ownerless: ['r2'], reported: ['r2'] })
  expect(await recall(kv, '2026-10-02')).toEqual({ ownerless: ['r1', 'r2'], reported: ['r1', 'r2'] })
  kept.set('ownerless/2026-10-04', '{"ownerless":"r1"}')
  expect(await recall(kv, '2026-10-05')).toEqual(NO_MEMORY)
})
