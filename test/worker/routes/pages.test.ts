import { createExecutionContext } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { app } from '../../../src/app.ts'
import { bindings } from '../stage.ts'

test.each(['/', '/docs', '/console', '/openapi.json', '/pages/style.css'])(
  'where no files are bound, %s is nothing, and the API works all the same',
  async (path) => {
    const { PAGES: _, ...bare } = bindings
    const request = new Request(`https://vaults.example.com${path}`)
    const response = await app.fetch(request, bare, createExecutionContext())
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'not-found' }),
    ])
    expect((await app.fetch(request, bindings, createExecutionContext())).status).toBe(200)
    const health = new Request('https://vaults.example.com/healthz')
    expect((await app.fetch(health, bare, createExecutionContext())).status).toBe(200)
  },
)
