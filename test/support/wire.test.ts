import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startWire, type Wire } from './wire.ts'

const seen: string[] = []
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString()
  seen.push(`${request.method} ${request.url} ${body}`)
  if (request.url === '/broken') {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setTimeout(() => response.destroy(), 20)
    return
  }
  response.writeHead(201, { 'content-type': 'text/plain', 'x-host': request.headers.host ?? '' })
  response.end(`you said ${body}`)
})
let wire: Wire

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(async () => {
  seen.length = 0
  // A server that listens on TCP has an address with a port.
  wire = await startWire(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
})
afterEach(() => wire.close())

function post(path: string, body: string): Promise<Response> {
  return fetch(new URL(path, wire.url), { method: 'POST', body })
}

test('passes everything on, in both directions', async () => {
  const response = await post('/a?b=c', 'hello')
  expect([response.status, await response.text()]).toEqual([201, 'you said hello'])
  expect(seen).toEqual(['POST /a?b=c hello'])
  expect(wire.calls).toEqual([{ method: 'POST', path: '/a?b=c', body: 'hello' }])
})

test('cuts before: nothing arrives', async () => {
  wire.cut('before', { path: '/a' })
  await expect(post('/a', 'one')).rejects.toThrow('fetch failed')
  expect(seen).toEqual([])
  expect((await post('/a', 'two')).status).toBe(201)
  expect(wire.calls.map((call) => call.cut)).toEqual(['before', undefined])
})

test('cuts after: it arrived, and no answer comes back', async () => {
  wire.cut('after', { path: /^\/a/, body: 'magic' }, 2)
  expect((await post('/a', 'plain')).status).toBe(201)
  await expect(post('/a/1', 'magic 1')).rejects.toThrow('fetch failed')
  await expect(post('/a/2', 'magic 2')).rejects.toThrow('fetch failed')
  expect((await post('/a/3', 'magic 3')).status).toBe(201)
  expect(seen).toHaveLength(4)
})

test('forgets what has not struck', async () => {
  wire.cut('before', { path: '/a' })
  wire.mend()
  expect((await post('/a', 'one')).status).toBe(201)
})

test('holds an answer until it is released', async () => {
  const hold = wire.hold({ method: 'POST', path: '/a' })
  let answered = false
  const response = post('/a', 'held').finally(() => {
    answered = true
  })
  await hold.answered
  expect(seen).toEqual(['POST /a held'])
  expect((await post('/b', 'meanwhile')).status).toBe(201)
  expect(answered).toBe(false)
  hold.release()
  expect(await (await response).text()).toBe('you said held')
  expect((await post('/a', 'free')).status).toBe(201)
})

test('breaks off where the target does', async () => {
  const response = await fetch(new URL('/broken', wire.url))
  await expect(response.text()).rejects.toThrow()
})

test('carries a thousand at once', async () => {
  const numbers = Array.from({ length: 1_000 }, (_, number) => String(number))
  const texts = await Promise.all(numbers.map(async (number) => (await post('/many', number)).text()))
  expect(texts).toEqual(numbers.map((number) => `you said ${number}`))
}, 60_000)
