import { beforeEach, expect, test, vi } from 'vitest'
import { Deadline } from '../../../../src/conductorone/deadline.ts'
import { ConductorOneFailure } from '../../../../src/conductorone/failure.ts'
import { TokenCache } from '../../../../src/conductorone/token/cache.ts'
import type { AccessToken } from '../../../../src/lib/access-token.ts'
import { Secret } from '../../../../src/lib/secret.ts'
import { failureFrom } from '../../samples.ts'
import { TestWorld } from '../../world.ts'

const LIFE = 1_000_000
const unavailable = new ConductorOneFailure({ kind: 'unavailable', reason: 'HTTP 503', retryAfter: 1e6 })

beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue())
beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue())

/** A cache whose exchanges give `at-1`, `at-2` and so on. */
function tokens() {
  const world = new TestWorld()
  const state = {
    exchanges: 0,
    reads: 0,
    stored: undefined as AccessToken | undefined,
    down: false,
    life: LIFE,
    /** when the token endpoint answers */
    answer: Promise.resolve(),
  }
  const token = (name: string, life = state.life): AccessToken => ({
    value: new Secret(name),
    issuedAt: world.now(),
    expiresAt: world.now() + life,
  })
  const exchange = async () => {
    state.exchanges++
    await state.answer
    if (state.down) throw unavailable
    return token(`at-${state.exchanges}`)
  }
  const store = {
    read: async () => {
      state.reads++
      return state.stored
    },
    write: async (token: AccessToken) => {
      state.stored = token
    },
  }
  const cache = () => {
    const made = new TokenCache(exchange, store, world)
    const deadline = () => new Deadline(25_000, world.now)
    return {
      get: async () => (await made.get(deadline())).value.reveal(),
      held: () => made.get(deadline()),
      replace: async (rejected: AccessToken) => (await made.replace(rejected, deadline())).value.reveal(),
      getAtOnce: () => made.get(new Deadline(0, world.now)),
    }
  }
  return { world, state, token, cache }
}

test('looks in memory, then in the store, then asks', async () => {
  const { world, state, cache } = tokens()
  const first = cache()
  expect([await first.get(), await first.get()]).toEqual(['at-1', 'at-1'])
  await world.settle()
  expect(await cache().get()).toBe('at-1')
  expect(state).toMatchObject({ exchanges: 1, reads: 2 })
})

test('exchanges once for a thousand who wait', async () => {
  const { state, cache } = tokens()
  const { get } = cache()
  const all = await Promise.all(Array.from({ length: 1_000 }, get))
  expect(new Set(all)).toEqual(new Set(['at-1']))
  expect(state).toMatchObject({ exchanges: 1, reads: 1 })
})

test('uses a token until 30 seconds before its end, and no longer', async () => {
  const { world, state, cache } = tokens()
  state.life = 100_000
  const { get } = cache()
  await get()
  await world.settle()
  state.down = true
  world.pass(70_000)
  expect(await get()).toBe('at-1')
  await world.settle()
  world.pass(1)
  state.down = false
  expect(await get()).not.toBe('at-1')
})

test('takes no token from the store that ends within 30 seconds', async () => {
  const { state, token, cache } = tokens()
  state.stored = token('old', 29_999)
  expect(await cache().get()).toBe('at-1')
})

test('renews in the background once four fifths of its life are over', async () => {
  const { world, state, cache } = tokens()
  const { get } = cache()
  await get()
  world.pass(LIFE * 0.8 - 1)
  await get()
  await world.settle()
  expect(state.exchanges).toBe(1)
  world.pass(1)
  expect([await get(), await get()]).toEqual(['at-1', 'at-1'])
  await world.settle()
  expect(await get()).toBe('at-2')
  expect(state.exchanges).toBe(2)
})

test('takes what another isolate has renewed', async () => {
  const { world, state, token, cache } = tokens()
  const { get } = cache()
  await get()
  world.pass(LIFE * 0.8)
  state.stored = token('theirs')
  await get()
  await world.settle()
  expect(await get()).toBe('theirs')
  expect(state.exchanges).toBe(1)
})

test('rests for 30 seconds after an early renewal that failed', async () => {
  const { world, state, cache } = tokens()
  const { get } = cache()
  await get()
  await world.settle()
  state.down = true
  world.pass(LIFE * 0.8)
  for (let again = 0; again < 3; again++) {
    expect(await get()).toBe('at-1')
    await world.settle()
  }
  expect(state.exchanges).toBe(2)
  world.pass(30_000)
  state.down = false
  await get()
  await world.settle()
  expect(await get()).toBe('at-3')
})

test('replaces a rejected token past memory and store', async () => {
  const { world, state, cache } = tokens()
  const { held, get, replace } = cache()
  const rejected = await held()
  await world.settle()
  const { reads } = state
  expect(await replace(rejected)).toBe('at-2')
  expect(await get()).toBe('at-2')
  await world.settle()
  expect(state).toMatchObject({ exchanges: 2, reads })
  expect(state.stored?.value.reveal()).toBe('at-2')
})

test('makes one exchange of many rejections of one token, at once or one after another', async () => {
  const { state, cache } = tokens()
  const { held, replace } = cache()
  const rejected = await held()
  const together = await Promise.all(Array.from({ length: 100 }, () => replace(rejected)))
  expect(new Set([...together, await replace(rejected)])).toEqual(new Set(['at-2']))
  expect(state.exchanges).toBe(2)
})

test('does not give back a rejected token that the store has', async () => {
  const { state, token, cache } = tokens()
  state.stored = token('revoked')
  const { held, replace } = cache()
  expect(await replace(await held())).toBe('at-1')
})

test('lets go of who has no more time, and goes on for the others', async () => {
  const { state, cache } = tokens()
  const { get, getAtOnce } = cache()
  const { promise, resolve } = Promise.withResolvers<void>()
  state.answer = promise
  const got = get()
  expect(await failureFrom(getAtOnce())).toEqual({ kind: 'unavailable', reason: 'no access token in time' })
  resolve()
  expect(await got).toBe('at-1')
  expect(state.exchanges).toBe(1)
})

test('passes a failure on to all who wait, and asks again the next time', async () => {
  const { state, cache } = tokens()
  const { get } = cache()
  state.down = true
  const failures = await Promise.all([failureFrom(get()), failureFrom(get())])
  expect(failures).toEqual([unavailable.failure, unavailable.failure])
  state.down = false
  expect(await get()).toBe('at-2')
})
