import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import { ConductorOneFailure } from '../../../src/conductorone/failure.ts'
import { Lanes } from '../../../src/conductorone/lanes.ts'

const later = (milliseconds = 60_000) => new Deadline(milliseconds, Date.now)

test('as many calls go at once as there are lanes, and the rest in the order of their arrival', async () => {
  const lanes = new Lanes(2)
  const order: number[] = []
  const calls = [0, 1, 2, 3].map(async (call) => {
    await lanes.enter(later())
    order.push(call)
  })
  await Promise.all(calls.slice(0, 2))
  expect(order).toEqual([0, 1])
  lanes.leave()
  await calls[2]
  expect(order).toEqual([0, 1, 2])
  lanes.leave()
  await calls[3]
  expect(order).toEqual([0, 1, 2, 3])
})

test('a call that gets no lane in time was not sent, and takes nobody’s turn', async () => {
  const lanes = new Lanes(1)
  await lanes.enter(later())
  const error = await lanes.enter(later(1)).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConductorOneFailure)
  expect(error).toMatchObject({ failure: { kind: 'unavailable' } })
  const next = lanes.enter(later())
  lanes.leave()
  await next
})

test('no lane is ever lost or made, however calls come, leave and give up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), async (patiences) => {
      const lanes = new Lanes(3)
      let going = 0
      await Promise.all(
        patiences.map(async (patience) => {
          try {
            await lanes.enter(later(patience))
          } catch {
            return
          }
          going++
          expect(going).toBeLessThanOrEqual(3)
          await new Promise((resolve) => setTimeout(resolve, patience))
          going--
          lanes.leave()
        }),
      )
      // all three are there again
      await Promise.all([1, 2, 3].map(() => lanes.enter(later(0))))
    }),
    { numRuns: 50 },
  )
})
