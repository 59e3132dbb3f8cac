import { afterEach, expect, test, vi } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { failureFrom, rejection } from '../samples.ts'
import { NOON, TestWorld } from '../world.ts'

afterEach(() => vi.useRealTimers())

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
])('lets one try that may take %s ms go on for %i ms', async (longest, expected) => {
  vi.useFakeTimers()
  const world = new TestWorld()
  const deadline = new Deadline(1_000, world.now)
  world.pass(600)
  const tried = rejection(
    deadline.within(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      longest,
    ),
  )
  await vi.advanceTimersByTimeAsync(expected - 1)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await tried).toMatchObject({ name: 'TimeoutError' })
})

test.each([
  ['works', () => Promise.resolve('done')],
  ['fails', () => Promise.reject(new Error('crashed'))],
])('gives back what a try that %s comes to, and leaves no timer behind', async (_, attempt) => {
  vi.useFakeTimers()
  const within = new Deadline(60_000, new TestWorld().now).within(attempt)
  expect(await Promise.allSettled([within])).toEqual(await Promise.allSettled([attempt()]))
  expect(vi.getTimerCount()).toBe(0)
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
})
