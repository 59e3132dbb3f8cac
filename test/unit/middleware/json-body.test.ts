import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { jsonBody } from '../../../src/middleware/json-body.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { newApp } from './middleware-app.ts'

const app = newApp()
const anything = z.any() as z.ZodMiniType<object> // so that bodies of all kinds come through
app.post('/', jsonBody(anything), (c) => c.json(c.req.valid('json')))
app.post('/valid', jsonBody(ProvisioningRequest), (c) => c.json(c.req.valid('json')))

function post(body: BodyInit | null, type: string | null = 'application/json', path = '/') {
  return app.request(path, { method: 'POST', body, headers: type === null ? {} : { 'Content-Type': type } })
}

function streamed(body: ReadableStream<Uint8Array>): Request {
  return new Request('http://localhost/', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json' },
    ...{ duplex: 'half' }, // Node asks for it, the Workers' types do not know it
  })
}

test.each([
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
  'application/json; charset=utf8',
  'application/json;',
  'application/json ; odata.metadata=minimal',
  'application/json; profile="a;b"; charset=UTF-8',
])('lets %s through', async (type) => {
  const response = await post('{"a":"ß"}', type)
  expect(await response.json()).toEqual({ a: 'ß' })
})

test.each([
  null,
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonp',
  'application/json; charset=latin1',
  'application/json; odata=x; charset=utf-16',
  'application/ld+json',
])('refuses the media type %s', async (type) => {
  const response = await post(new TextEncoder().encode('{}'), type)
  expect(response.status).toBe(415)
})

test.each([
  ['nothing', null],
  ['half an object', '{"a":'],
  ['an unescaped quote', '{"a":"say "hi""}'],
  ['an unescaped line break', '{"a":"x\ny"}'],
  ['two objects', '{}{}'],
  ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ['lists that are nested too deep', `${'['.repeat(129)}${']'.repeat(129)}`],
  ['objects that are nested deeper than any stack', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
])('calls %s malformed', async (_, body) => {
  const response = await post(body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'malformed-json' })
})

test('reads values that are nested as deep as documents are', async () => {
  expect((await post(`${'['.repeat(128)}${']'.repeat(128)}`)).status).toBe(200)
})

test('calls a body malformed that breaks off', async () => {
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":'))
    },
    pull(controller) {
      controller.error(new Error('Network connection lost.'))
    },
  })
  const response = await app.request(streamed(broken))
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: 'malformed-json',
    detail: 'The body broke off before its end.',
  })
})

test('reads 64 KiB and not a byte more', async () => {
  expect((await post(`"${'x'.repeat(65_534)}"`)).status).toBe(200)
  const response = await post(`"${'x'.repeat(65_535)}"`)
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'payload-too-large' })
})

test('stops reading a body that has no end, whatever it says of its length', async () => {
  let chunks = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks++
      controller.enqueue(new Uint8Array(16 * 1_024))
    },
  })
  expect((await app.request(streamed(endless))).status).toBe(413)
  expect(chunks).toBeLessThan(10)
})

test('names all faults of a body in one answer', async () => {
  const response = await post('{"nmae":"x"}', 'application/json', '/valid')
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({
    code: 'invalid-request',
    detail: expect.stringMatching(/^name is required.*; nmae is not a field/),
    errors: [{ pointer: '/name' }, { pointer: '/nmae' }],
  })
})

test('names a hundred faults of a body at most', async () => {
  const fields = Array.from({ length: 5_000 }, (_, index) => `"f${index}":0`)
  const response = await post(`{${fields.join()}}`, 'application/json', '/valid')
  const { errors } = (await response.json()) as { errors: unknown[] } // as the contract says
  expect(errors).toHaveLength(100)
})

test('names a body as a whole where it is no object', async () => {
  const response = await post('[]', 'application/json', '/valid')
  expect(await response.json()).toMatchObject({
    detail: 'The body must be a JSON object.',
    errors: [{ pointer: '' }],
  })
})

test('gives what is valid on, trimmed', async () => {
  const response = await post('{"name":" Payroll "}', 'application/json', '/valid')
  expect(await response.json()).toEqual({ name: 'Payroll' })
})

test.each(['gzip', 'br', 'deflate, gzip', 'x-unknown'])('refuses the encoding %s', async (encoding) => {
  const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding }
  const response = await app.request('/', { method: 'POST', body: '{}', headers })
  expect([response.status, response.headers.get('Accept-Encoding')]).toEqual([415, 'identity'])
})

test.each(['identity', 'Identity'])('reads the encoding %s', async (encoding) => {
  const headers = { 'Content-Type': 'application/json', 'Content-Encoding': encoding }
  expect((await app.request('/', { method: 'POST', body: '{}', headers })).status).toBe(200)
})

test('refuses members that stand twice, at any depth', async () => {
  const body = '{"name":"Printer","kind":"magic_link","ticket":{"id":"1","id":"2"},"kind":null}'
  const response = await post(body, 'application/json', '/valid')
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({
    code: 'invalid-request',
    errors: [{ pointer: '/ticket/id' }, { pointer: '/kind' }],
  })
})
