import { afterEach, expect, test, vi } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { failureFrom, rejection } from '../samples.ts'
import { NOON, TestWorld } from '../world.ts'

afterEach(() => vi.restoreAllMocks())

test('says how much time is left, and never less than none', () => {
  const world = new TestWorld()
  const deadline = new Deadline(1_000, world.now)
  expect(deadline.at).toBe(NOON + 1_000)
  expect(deadline.left()).toBe(1_000)
  world.pass(600)
  expect(deadline.left()).toBe(400)
  world.pass(600)
  expect(deadline.left()).toBe(0)
})

test.each([
  [undefined, 400],
  [300, 300],
  [500, 400],
])('lets one try that may take %s ms go on for %i ms', (longest, expected) => {
  const world = new TestWorld()
  const deadline = new Deadline(1_000, world.now)
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  world.pass(600)
  expect(deadline.signal(longest)).toBe(timeout.mock.results[0]?.value)
  expect(timeout).toHaveBeenCalledExactlyOnceWith(expected)
})

test('waits for work that comes in time, well or not', async () => {
  const deadline = new Deadline(60_000, new TestWorld().now)
  expect(await deadline.wait(Promise.resolve('done'), 'late')).toBe('done')
  const error = new Error('crashed')
  expect(await rejection(deadline.wait(Promise.reject(error), 'late'))).toBe(error)
})

test('leaves work that does not come in time', async () => {
  const late = new Deadline(0, new TestWorld().now).wait(new Promise(() => {}), 'the answer is late')
  expect(await failureFrom(late)).toEqual({ kind: 'unavailable', reason: 'the answer is late' })
})

test('leaves no timer behind', async () => {
  vi.useFakeTimers()
  await new Deadline(60_000, new TestWorld().now).wait(Promise.resolve(), 'late')
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
