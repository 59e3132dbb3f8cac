import { expect, test } from 'vitest'
import { jsonBody } from '../../../src/middleware/json-body.ts'
import { valid } from '../../../src/middleware/valid.ts'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { newApp } from './middleware-app.ts'

const app = newApp()
app.post('/', jsonBody, async (c) => c.json(await c.req.json()))
app.post('/valid', jsonBody, valid('json', ProvisioningRequest), (c) => c.json(c.req.valid('json')))

function post(body: BodyInit | null, type: string | null = 'application/json', path = '/') {
  return app.request(path, { method: 'POST', body, headers: type === null ? {} : { 'Content-Type': type } })
}

test.each([
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
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
])('calls %s malformed', async (_, body) => {
  const response = await post(body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'malformed-json' })
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
  const request = new Request('http://localhost/', {
    method: 'POST',
    body: endless,
    headers: { 'Content-Type': 'application/json' },
    ...{ duplex: 'half' }, // Node asks for it, the Workers' types do not know it
  })
  expect((await app.request(request)).status).toBe(413)
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

test('names a body as a whole where it is no object', async () => {
  const response = await post('[]', 'application/json', '/valid')
  expect(await response.json()).toMatchObject({
    detail: 'The body must be a JSON object.',
    errors: [{ pointer: '' }],
  })
})

test('gives what is valid on, trimmed and complete', async () => {
  const response = await post('{"name":" Payroll "}', 'application/json', '/valid')
  expect(await response.json()).toEqual({ name: 'Payroll', kind: 'group', owners: [] })
})
