import { expect, test } from 'vitest'
import { SingleFlight } from '../../../src/lib/single-flight.ts'
import { rejection } from '../samples.ts'
import { TestWorld } from '../world.ts'

function flights() {
  const world = new TestWorld()
  const air = new SingleFlight<string>(world)
  const starts: PromiseWithResolvers<string>[] = []
  const join = (key = 'a') =>
    air.join(key, () => {
      const start = Promise.withResolvers<string>()
      starts.push(start)
      return start.promise
    })
  return { world, starts, join }
}

test('flies once for all who want the same at the same time', async () => {
  const { starts, join } = flights()
  const all = [join(), join(), join()]
  starts[0]?.resolve('there')
  expect(await Promise.all(all)).toEqual(['there', 'there', 'there'])
  expect(starts).toHaveLength(1)
})

test('flies once for each key', () => {
  const { starts, join } = flights()
  void join('a')
  void join('b')
  expect(starts).toHaveLength(2)
})

test('flies again once it has landed, well or not', async () => {
  const { starts, join } = flights()
  const first = join()
  starts[0]?.resolve('there')
  await first
  const second = join()
  starts[1]?.reject(new Error('crashed'))
  await rejection(second)
  void join()
  expect(starts).toHaveLength(3)
})

test('tells all who wait that it has crashed, and nobody else', async () => {
  const { world, starts, join } = flights()
  const all = [join(), join()]
  starts[0]?.reject(new Error('crashed'))
  expect(await Promise.all(all.map(rejection))).toEqual([new Error('crashed'), new Error('crashed')])
  await expect(world.settle()).resolves.toBeUndefined()
})

test('goes on in the background when nobody waits any more', async () => {
  const { world, starts, join } = flights()
  void join()
  let settled = false
  const landed = world.settle().then(() => {
    settled = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).toBe(false)
  starts[0]?.resolve('there')
  await landed
})

test('gives a flight up that has been in the air for 90 seconds', async () => {
  const { world, starts, join } = flights()
  const lost = join()
  world.pass(89_999)
  void join()
  expect(starts).toHaveLength(1)
  world.pass(1)
  const next = join()
  expect(starts).toHaveLength(2)
  // the lost one lands after all, and must not end the next one
  starts[0]?.resolve('late')
  expect(await lost).toBe('late')
  void join()
  expect(starts).toHaveLength(2)
  starts[1]?.resolve('there')
  expect(await next).toBe('there')
})
