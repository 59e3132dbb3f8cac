import { expect, test } from 'vitest'
import { newTraceparent, readTraceparent } from '../../../src/lib/traceparent.ts'
import { TestWorld } from '../world.ts'

const GOOD = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test('passes on what is a trace', () => {
  expect(readTraceparent(GOOD)).toBe(GOOD)
})

test.each([
  undefined,
  '',
  GOOD.toUpperCase(),
  `${GOOD}-x`,
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
])('passes %j on to nobody', (header) => {
  expect(readTraceparent(header)).toBeUndefined()
})

test('begins a trace of its own, another one each time', () => {
  const world = new TestWorld()
  const traces = [newTraceparent(world), newTraceparent(world)]
  for (const trace of traces) expect(readTraceparent(trace)).toBe(trace)
  expect(new Set(traces).size).toBe(2)
})
