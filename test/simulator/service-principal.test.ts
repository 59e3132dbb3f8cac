import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { assertionForm, send, signedAssertion, tenantClient } from '../support/tenant-client.ts'

const DAY = 86_400_000

const admin = await newCredential('127.0.0.1')
const basic = await newCredential('127.0.0.1', { name: 'basic', role: 'basic' })
const expired = await newCredential('127.0.0.1', { name: 'expired' })
const expiresAt = new Date(Date.now() - DAY).toISOString()
let simulator: Simulator
beforeAll(async () => {
  const credentials = [admin.credential, basic.credential, { ...expired.credential, expiresAt }]
  simulator = await startSimulator({ credentials })
})
afterAll(() => simulator.stop())

test('an expired credential gets no token', async () => {
  const form = assertionForm(expired.clientId, await signedAssertion(expired, '127.0.0.1'))
  const url = new URL('/auth/v1/token', simulator.url)
  const { status, json } = await send(url, { method: 'POST', body: new URLSearchParams(form) })
  expect([status, json]).toEqual([401, { error: 'invalid_client', error_description: 'credential_expired' }])
})

test('a Super Administrator may list the credentials of the service principal, and nobody else', async () => {
  const call = await tenantClient(simulator.url, admin)
  const { userId } = Object((await call('GET', '/api/v1/auth/introspect')).json)
  const path = `/api/v1/service_principals/${userId}/credentials`
  const { status, json } = await call('GET', path)
  expect(status).toBe(200)
  const list: unknown[] = Object(json).list
  expect(list).toHaveLength(3)
  expect(list).toContainEqual(expect.objectContaining({ clientId: expired.clientId, expiresAt }))
  expect(list).toContainEqual(expect.objectContaining({ clientId: admin.clientId, expiresAt: null }))
  const asBasic = await tenantClient(simulator.url, basic)
  expect((await asBasic('GET', path)).status).toBe(403)
})
