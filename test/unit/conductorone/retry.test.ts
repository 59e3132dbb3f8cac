import { expect, test } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { ConductorOneFailure, type Failure } from '../../../src/conductorone/failure.ts'
import { retryWhileUnavailable } from '../../../src/conductorone/retry.ts'
import { rejection } from '../samples.ts'
import { TestWorld } from '../world.ts'

function trying(milliseconds: number, ...failures: readonly Error[]) {
  const world = new TestWorld()
  const timeouts: number[] = []
  const attempt = async (timeoutMs: number) => {
    timeouts.push(timeoutMs)
    const failure = failures[timeouts.length - 1]
    if (failure) throw failure
    return 'done'
  }
  return {
    world,
    timeouts,
    outcome: retryWhileUnavailable(attempt, new Deadline(milliseconds, world.now), world),
  }
}

const upstream = { status: 400 }

function unavailable(retryAfter?: number): ConductorOneFailure {
  return new ConductorOneFailure({ kind: 'unavailable', reason: 'HTTP 503', retryAfter })
}

test('is content with the first try', async () => {
  const { world, timeouts, outcome } = trying(25_000)
  expect(await outcome).toBe('done')
  expect([timeouts, world.sleeps]).toEqual([[10_000], []])
})

test('doubles the pause and gives each try more time, five tries in all', async () => {
  const last = unavailable()
  const { world, timeouts, outcome } = trying(1e9, ...Array(4).fill(unavailable()), last, unavailable())
  expect(await rejection(outcome)).toBe(last)
  expect(world.sleeps).toEqual([500, 1_000, 2_000, 4_000])
  expect(timeouts).toEqual([10_000, 25_000, 62_500, 156_250, 390_625])
})

test('works at the fifth try', async () => {
  const { world, outcome } = trying(1e9, ...Array(4).fill(unavailable()))
  expect(await outcome).toBe('done')
  expect(world.sleeps).toHaveLength(4)
})

test('waits as long as ConductorOne says, be it not at all', async () => {
  const { world, outcome } = trying(1e9, unavailable(7), unavailable(0), unavailable())
  await outcome
  expect(world.sleeps).toEqual([7_000, 0, 2_000])
})

test.each([
  [5, 7_000, true],
  [5, 6_999, false],
  [undefined, 2_500, true],
  [undefined, 2_499, false],
])(
  'with Retry-After %s and %i ms left, another try is begun: %s',
  async (retryAfter, milliseconds, begun) => {
    const failure = unavailable(retryAfter)
    const { world, outcome } = trying(milliseconds, failure)
    if (begun) expect(await outcome).toBe('done')
    else expect(await rejection(outcome)).toBe(failure)
    expect(world.sleeps).toHaveLength(begun ? 1 : 0)
  },
)

test.each<Error>([
  ...(
    [
      { kind: 'lost', reason: 'no answer in time' },
      { kind: 'refused', upstream },
      { kind: 'credentials-rejected', upstream },
    ] satisfies Failure[]
  ).map((failure) => new ConductorOneFailure(failure)),
  new TypeError('a mistake of ours'),
])('never repeats after: %s', async (failure) => {
  const { timeouts, outcome } = trying(1e9, failure)
  expect(await rejection(outcome)).toBe(failure)
  expect(timeouts).toHaveLength(1)
})
