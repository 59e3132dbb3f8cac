import { expect, test } from 'vitest'
import { readBody } from '../../../src/lib/body.ts'

/** A body that never ends, and what became of it. */
function endless() {
  const seen = { pulled: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        seen.pulled++
        controller.enqueue(new Uint8Array(10))
      },
      cancel() {
        seen.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { seen, body }
}

test('a body within the limit is read as it came', async () => {
  expect(await readBody(new Response('0123456789'), 10)).toEqual(new Uint8Array(Buffer.from('0123456789')))
  expect(await readBody(new Response(null), 10)).toEqual(new Uint8Array())
})

test.each([
  ['says nothing of its length', {}],
  ['says a length that is none', { 'Content-Length': 'much' }],
  ['says two lengths', { 'Content-Length': '5, 5' }],
  ['says a small length, but not of what is unpacked', { 'Content-Length': '5', 'Content-Encoding': 'gzip' }],
  ['says a length over the limit', { 'Content-Length': '1000000' }],
])('a body that %s is let go of once it is over the limit', async (_, headers) => {
  const { seen, body } = endless()
  expect(await readBody(new Response(body, { headers }), 25)).toBeUndefined()
  expect(seen.cancelled).toBe(true)
  expect(seen.pulled).toBeLessThanOrEqual(3)
})
