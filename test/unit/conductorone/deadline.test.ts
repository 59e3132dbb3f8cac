import { afterEach, expect, test, vi } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { failureFrom, rejection } from '../samples.ts'
import { NOON, TestWorld } from '../world.ts'

afterEach(() => vi.useRealTimers())

test('says how much time is left, and never less than none', () => {
  const world = new TestWorld()
  const deadline = new Deadline(1_000, world.now)
  expect(deadline.at).toBe(NOON + 1_000)
  expect(deadline.remainingMs()).toBe(1_000)
  world.pass(600)
  expect(deadline.remainingMs()).toBe(400)
  world.pass(600)
  expect(deadline.remainingMs()).toBe(0)
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
