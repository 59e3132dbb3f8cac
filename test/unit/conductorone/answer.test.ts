import { expect, test } from 'vitest'
import * as z from 'zod'
import { type Effect, readAnswer, reasonOf } from '../../../src/conductorone/answer.ts'
import { NoAnswer } from '../../../src/lib/outgoing.ts'
import { failureFrom } from '../samples.ts'
import { answerOf, json, NOON, type Step } from '../world.ts'

const Answer = z.looseObject({ id: z.string() })
const JSON_TYPE = { 'Content-Type': 'application/json' }

function failure(response: Step, effect: Effect = 'idempotent') {
  return failureFrom(read(response, effect))
}

async function read(response: Step, effect: Effect) {
  return readAnswer(await answerOf(response), Answer, effect, NOON)
}

test.each(['application/json', 'application/json; charset=utf-8', 'Application/problem+JSON'])(
  'reads an answer of type %s',
  async (type) => {
    const response = new Response('{"id":"1","more":2}', { status: 201, headers: { 'Content-Type': type } })
    expect(await read(response, 'create')).toEqual({ id: '1', more: 2 })
  },
)

test.each([
  [401, 'credentials-rejected', 'credentials-rejected'],
  [403, 'credentials-rejected', 'credentials-rejected'],
  [429, 'unavailable', 'unavailable'],
  [400, 'refused', 'refused'],
  [404, 'refused', 'refused'],
  [409, 'refused', 'refused'],
  [413, 'refused', 'refused'],
  [422, 'refused', 'refused'],
  [498, 'refused', 'refused'],
  [408, 'unavailable', 'lost'],
  [499, 'unavailable', 'lost'],
  [301, 'unavailable', 'lost'],
  [302, 'unavailable', 'lost'],
  [307, 'unavailable', 'lost'],
  [500, 'unavailable', 'lost'],
  [501, 'unavailable', 'lost'],
  [502, 'unavailable', 'lost'],
  [503, 'unavailable', 'lost'],
  [504, 'unavailable', 'lost'],
  [599, 'unavailable', 'lost'],
])(
  'takes HTTP %i to a call that may be repeated for %s, to a create for %s',
  async (status, repeatable, creating) => {
    const upstream = { status, code: 3, message: 'because' }
    const answer = () => json({ code: 3, message: 'because', details: [] }, status)
    expect(await failure(answer())).toMatchObject({ kind: repeatable, upstream })
    expect(await failure(answer(), 'create')).toMatchObject({ kind: creating, upstream })
  },
)

test.each([
  ['HTML', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
  [
    'JSON that is called HTML',
    () => new Response('{"id":"1"}', { headers: { 'Content-Type': 'text/html' } }),
  ],
  ['JSON without a type', () => new Response(new TextEncoder().encode('{"id":"1"}'))],
  ['JSON of another shape', () => json({ vault: null })],
  ['truncated JSON', () => new Response('{"id":"1', { headers: JSON_TYPE })],
  ['nothing', () => new Response(null, { status: 204, headers: JSON_TYPE })],
  ['too much', () => json({ id: 'x'.repeat(256 * 1_024) })],
  ['a body that breaks off', () => new Response(brokenBody(new TypeError('reset')), { headers: JSON_TYPE })],
])('takes a 2xx with %s for no answer', async (_, response) => {
  expect(await failure(() => response())).toMatchObject({ kind: 'unavailable' })
  expect(await failure(() => response(), 'create')).toMatchObject({ kind: 'lost' })
})

test('reads an answer of exactly 256 KiB', async () => {
  const shell = JSON.stringify({ id: '' }).length
  const id = 'x'.repeat(256 * 1_024 - shell)
  expect(await read(json({ id }), 'create')).toEqual({ id })
})

test('stops reading a body that has no end', async () => {
  let chunks = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks++
      controller.enqueue(new Uint8Array(64 * 1_024))
    },
  })
  expect(await failure(() => new Response(endless, { headers: JSON_TYPE }))).toMatchObject({
    reason: 'HTTP 200 with a body that broke off: it is too large',
  })
  expect(chunks).toBeLessThan(8)
})

test('puts letters together that are cut between two chunks', async () => {
  const [first, ...rest] = new TextEncoder().encode('ß')
  const cut = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Uint8Array.of(first ?? 0))
      controller.enqueue(Uint8Array.from(rest))
      controller.close()
    },
  })
  expect(await answerOf(() => new Response(cut))).toMatchObject({ body: { text: 'ß' } })
})

test.each([
  ['7', 7],
  ['0', 0],
  ['Thu, 01 Oct 2026 12:00:30 GMT', 30],
  ['Thu, 01 Oct 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  // no dates, but the date parser takes them for some
  ['-5', undefined],
  ['1.5', undefined],
])('reads Retry-After %j', async (value, seconds) => {
  for (const status of [429, 503])
    expect(await failure(json({}, status, { 'Retry-After': value }))).toMatchObject({ retryAfter: seconds })
})

test('says nothing of Retry-After to whom it is of no use', async () => {
  expect(await failure(json({}, 503, { 'Retry-After': '7' }), 'create')).not.toHaveProperty('retryAfter')
})

test.each([
  [
    'code and message',
    { code: 5, message: 'no such user', details: [] },
    { code: 5, message: 'no such user' },
  ],
  ['a code that is text', { code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }],
  ['parts that are of another type', { code: {}, message: 7 }, {}],
  ['a message too long to pass on', { code: 5, message: 'x'.repeat(1_001) }, { code: 5 }],
  ['a code too long to be one', { code: 'x'.repeat(65), message: 'no' }, { message: 'no' }],
  [
    'what was signed, which is taken out,',
    { message: 'no: eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLWl0, sorry' },
    { message: 'no: [secret], sorry' },
  ],
  ['no object', ['x'], {}],
])('passes %s of a google.rpc.Status on', async (_, body, said) => {
  expect(await failure(json(body, 400))).toEqual({ kind: 'refused', upstream: { status: 400, ...said } })
})

test('passes nothing on of an error that is not JSON, or breaks off', async () => {
  const html = new Response('{"message":"x"}', { status: 400, headers: { 'Content-Type': 'text/html' } })
  const broken = new Response(brokenBody(new Error('reset')), { status: 400, headers: JSON_TYPE })
  for (const response of [html, broken])
    expect(await failure(() => response)).toEqual({ kind: 'refused', upstream: { status: 400 } })
})

test.each([
  [new DOMException('The operation timed out', 'TimeoutError'), 'no answer in time'],
  [new DOMException('aborted', 'AbortError'), 'no answer in time'],
  [new TypeError('fetch failed: secret'), 'broken connection'],
  ['text', 'broken connection'],
])('tells of %s no more than what kind of thing it is', (error, reason) => {
  expect(reasonOf(new NoAnswer(error))).toBe(reason)
})

function brokenBody(error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"id":'))
    },
    pull(controller) {
      controller.error(error)
    },
  })
}

test('names the fields that ConductorOne refused', async () => {
  const details = [{ fieldViolations: [{ field: 'ownerIds[0]', description: 'is not a user' }] }]
  expect(await failure(json({ code: 3, message: 'no', details }, 400))).toMatchObject({
    kind: 'refused',
    errors: [{ pointer: '/owners/0', detail: 'is not a user' }],
  })
})
