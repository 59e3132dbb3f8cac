import { expect, test } from 'vitest'
import type { Scope } from '../../../src/config/api-keys.ts'
import { parseConfig } from '../../../src/config/config.ts'
import { KeyRing } from '../../../src/config/key-ring.ts'
import type { Deployment } from '../../../src/deployment.ts'
import { caller } from '../../../src/middleware/caller.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../samples.ts'
import { newApp } from './middleware-app.ts'

const KEYS = {
  runbook: 'runbook-key-0123456789-abcdefghijklmnop',
  old: 'rotated-key-0123456789-abcdefghijklmnop',
  fresh: 'renewed-key-0123456789-abcdefghijklmnop',
}
const config = parseConfig({
  CONDUCTORONE_CLIENT_ID: CLIENT_ID,
  CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
  API_KEYS: { runbook: KEYS.runbook, operator: { key: [KEYS.fresh, KEYS.old], scopes: ['read', 'operate'] } },
  TOKEN_CACHE: {},
  LEDGER: {},
  PROVISION: {},
})

const keyRing = new KeyRing(config.callers)

function ask(authorization: string | undefined, ...scopes: readonly Scope[]) {
  const app = newApp()
  app.use(async (c, next) => {
    c.set('deployment', { keyRing } as Deployment) // the one part that is used
    await next()
  })
  app.get('/', caller(...scopes), (c) => c.text(c.var.caller.name))
  return app.request(
    '/',
    { headers: authorization === undefined ? {} : { Authorization: authorization } },
    {},
  )
}

test.each([
  [`Bearer ${KEYS.runbook}`, 'create', 'runbook'],
  [`bearer  ${KEYS.runbook}`, 'read', 'runbook'],
  [`Bearer ${KEYS.old}`, 'operate', 'operator'],
  [`Bearer ${KEYS.fresh}`, 'operate', 'operator'],
] as const)('knows %s, who may %s, as %s', async (authorization, scope, name) => {
  const response = await ask(authorization, scope)
  expect([response.status, await response.text()]).toEqual([200, name])
})

test('is content with any one of the scopes', async () => {
  expect((await ask(`Bearer ${KEYS.runbook}`, 'operate', 'read')).status).toBe(200)
})

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  KEYS.runbook,
  `Basic ${KEYS.runbook}`,
  `Bearer ${KEYS.runbook}x`,
  `Bearer ${KEYS.runbook.slice(0, -1)}`,
  `Bearer ${KEYS.runbook.toUpperCase()}`,
  `Bearer ${KEYS.runbook} x`,
  'Bearer runbook',
])('does not know %j', async (authorization) => {
  const response = await ask(authorization, 'read')
  expect(response.status).toBe(401)
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
  expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
})

test.each([
  [KEYS.runbook, 'operate'],
  [KEYS.old, 'create'],
] as const)('refuses the key %s where one may %s', async (key, scope) => {
  const response = await ask(`Bearer ${key}`, scope)
  expect(response.status).toBe(403)
  expect(response.headers.get('WWW-Authenticate')).toBe(`Bearer error="insufficient_scope", scope="${scope}"`)
  const text = await response.text()
  expect(text).toContain(`lacks the scope \\"${scope}\\"`)
  expect(text).not.toContain(key)
})
