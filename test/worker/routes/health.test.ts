import { expect, test } from 'vitest'
import { json, stageTenant, travel, worker } from '../stage.ts'

const { script, sent, sentTo } = stageTenant()

test('says that it runs, and asks nobody', async () => {
  const response = await worker.fetch('https://vaults.example/healthz')
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ status: 'ok' })
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(response.headers.get('X-Request-Id')).toMatch(/^req_/)
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  expect(sent).toEqual([])
})

test('is ready where a token can be had; where none can, it asks again after ten seconds only', async () => {
  script.token = [json({ error: 'invalid_client' }, 401), json({ access_token: 'at', token_type: 'Bearer' })]
  const ask = () => worker.fetch('https://vaults.example/readyz')
  const refused = await ask()
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '10'])
  expect(await refused.json()).toEqual({ status: 'unavailable' })
  expect((await ask()).status).toBe(503)
  expect(sentTo('token')).toHaveLength(1)
  travel(10_000)
  const ready = await ask()
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
})
