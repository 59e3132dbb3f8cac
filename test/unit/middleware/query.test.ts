import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { query } from '../../../src/middleware/query.ts'
import { newApp } from './middleware-app.ts'

const app = newApp()
const Query = z.strictObject({ limit: z.string(), q: z.optional(z.string()) })
app.get('/', query(Query), (c) => c.json(c.req.valid('query')))

test('gives the parameters decoded', async () => {
  const response = await app.request('/?limit=1&q=a%26b+c')
  expect(await response.json()).toEqual({ limit: '1', q: 'a&b c' })
})

test.each([
  ['/', ['/limit']],
  ['/?limit=1&limit=2', ['/limit']],
  ['/?limit=1&page=2&__proto__=3', ['/page', '/__proto__']],
  ['/?q=1&q=2', ['/limit', '/q']],
])('refuses %s with every fault at once', async (path, pointers) => {
  const response = await app.request(path)
  expect(response.status).toBe(422)
  const { errors } = (await response.json()) as { errors: { pointer: string }[] }
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers.toSorted())
})
