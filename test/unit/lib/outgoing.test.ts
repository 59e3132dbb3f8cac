import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { judgeStatus, NoAnswer, readRetryAfter, send, USER_AGENT } from '../../../src/lib/outgoing.ts'
import { rejection } from '../samples.ts'
import { json, NOON, TestWorld } from '../world.ts'

const URL = 'https://acme.conductor.one/x'

afterEach(() => vi.useRealTimers())

/** Sends nothing back until the request is aborted. */
const silence = (_: string, { signal }: RequestInit) =>
  new Promise<Response>((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

test('names the product, follows no redirect and passes the trace on', async () => {
  const world = new TestWorld(json({}))
  const request = { method: 'POST', headers: { A: 'b' }, body: '{}', timeoutMs: 1, traceparent: 't' } as const
  await send(URL, request, world)
  expect(world.sent).toMatchObject([{ url: URL, init: { method: 'POST', redirect: 'manual', body: '{}' } }])
  const headers = Object.fromEntries(new Headers(world.sent[0]?.init.headers))
  expect(headers).toEqual({ a: 'b', 'user-agent': USER_AGENT, traceparent: 't' })
})

test('lets a caller name itself otherwise', async () => {
  const world = new TestWorld(json({}))
  await send(URL, { headers: { 'User-Agent': 'other/1' }, timeoutMs: 1 }, world)
  expect(new Headers(world.sent[0]?.init.headers).get('user-agent')).toBe('other/1')
})

test('gives up at its timeout, and not before', async () => {
  vi.useFakeTimers()
  const world = new TestWorld(silence)
  const sent = rejection(send(URL, { timeoutMs: 1_000 }, world))
  await vi.advanceTimersByTimeAsync(999)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await sent).toMatchObject({ reason: 'no answer in time' })
})

test.each([
  ['an answer', json({})],
  ['a broken connection', new TypeError('fetch failed')],
])('leaves no timer behind after %s', async (_, step) => {
  vi.useFakeTimers()
  await send(URL, { timeoutMs: 60_000 }, new TestWorld(step)).catch(() => {})
  expect(vi.getTimerCount()).toBe(0)
})

test('tells of a broken connection no more than that it broke', async () => {
  const error = await rejection(send(URL, { timeoutMs: 1 }, new TestWorld(new TypeError('secret'))))
  expect(error).toBeInstanceOf(NoAnswer)
  expect(error).toMatchObject({ reason: 'broken connection', message: 'broken connection' })
})

test('keeps the status of an answer whose body is too large or breaks off', async () => {
  const large = await send(URL, { timeoutMs: 1, maxAnswerBytes: 3 }, new TestWorld(new Response('abcd')))
  expect(large).toMatchObject({ status: 200, body: { fault: 'it is too large' } })
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
  const broken = await send(URL, { timeoutMs: 1 }, new TestWorld(() => new Response(body, { status: 404 })))
  expect(broken).toMatchObject({ status: 404, body: { fault: 'broken connection' } })
})

test('waits for no body if only the status matters', async () => {
  const cancel = vi.fn<() => void>()
  const body = new ReadableStream({ cancel })
  const answer = await send(URL, { timeoutMs: 1, maxAnswerBytes: 0 }, new TestWorld(() => new Response(body)))
  expect(answer.status).toBe(200)
  expect(cancel).toHaveBeenCalledOnce()
})

test('judges every status once: done, permanent, or again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), (status) => {
      const again = status === 408 || status === 429 || status === 499
      const expected = status < 300 ? 'done' : status < 400 || status >= 500 || again ? 'again' : 'permanent'
      expect(judgeStatus(status)).toBe(expected)
    }),
  )
})

test.each([
  ['7', 7],
  ['0', 0],
  ['999999999', 86_400],
  ['1000000000', undefined],
  ['Thu, 01 Oct 2026 12:00:30 GMT', 30],
  ['Thu, 01 Oct 2026 11:00:00 GMT', 0],
  ['Fri, 01 Oct 2027 12:00:00 GMT', 86_400],
  ['soon', undefined],
  ['', undefined],
  // Date.parse takes these for dates
  ['-5', undefined],
  ['1.5', undefined],
])('reads Retry-After %j', (value, seconds) => {
  expect(readRetryAfter(new Headers({ 'Retry-After': value }), NOON)).toBe(seconds)
})

test('reads nothing from a missing Retry-After', () => {
  expect(readRetryAfter(new Headers(), NOON)).toBeUndefined()
})
