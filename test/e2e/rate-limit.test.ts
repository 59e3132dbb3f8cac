import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredential } from '../support/credential.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

let worker: VaultWorker

beforeAll(async () => {
  const credential = await newCredential('127.0.0.1')
  // nothing here reaches a tenant
  worker = await startWorker(
    {
      ...settings(credential, new URL('http://127.0.0.1:9')),
      CONDUCTORONE_WEBHOOKS: 'on',
      WEBHOOK_SECRETS: JSON.stringify({ github: 'a secret of ours', mattermost: 'a token of ours' }),
    },
    { limited: true },
  )
})

afterAll(() => worker.stop())

/** More than two windows take, however the calls fall into them. */
async function flood(call: () => Promise<{ status: number; headers: Headers; body: unknown }>) {
  const answers = []
  for (let round = 0; round < 13; round++)
    answers.push(...(await Promise.all(Array.from({ length: 50 }, call))))
  return answers
}

test('a caller that asks too often is told when to come back, and no other caller is', async () => {
  const answers = await flood(() => worker.call('GET', '/v1/requests/none'))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(300)
  expect(refused[0]?.headers.get('Retry-After')).toBe('59')
  expect(refused[0]?.body).toMatchObject({ code: 'rate-limited', status: 429, retryable: true })
  expect(await worker.call('GET', '/v1/requests/none', { as: 'other' })).toMatchObject({ status: 404 })
})

test.each([
  ['keys', 'GET', '/v1/requests/none'],
  ['signatures', 'POST', '/webhooks/github'],
  ['tokens of a chat', 'POST', '/webhooks/mattermost'],
  ['tokens of ConductorOne', 'POST', '/webhooks/conductorone'],
])('an address that sends no valid %s is limited, and callers from it are not', async (_, method, path) => {
  // one of its own, so that it is this flood that is limited
  const headers = { 'CF-Connecting-IP': `192.0.2.${path.length}` }
  const body = method === 'POST' ? { body: '{}' } : {}
  const answers = await flood(() => worker.call(method, path, { as: null, headers, ...body }))
  const statuses = answers.map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(300)
  const known = { as: 'reader', headers } as const
  expect(await worker.call('GET', '/v1/requests/none', known)).toMatchObject({ status: 404 })
})

test('a network is limited whatever its addresses say of others that they forward for, and another one is not', async () => {
  const call = (address: string) =>
    worker.call('GET', '/v1/requests/none', {
      as: null,
      headers: { 'CF-Connecting-IP': address, 'X-Forwarded-For': `192.0.2.${address.length}` },
    })
  let count = 0
  const answers = await flood(() => call(`2001:db8:1:2::${(++count).toString(16)}`))
  expect(answers.map(({ status }) => status)).toContain(429)
  expect(await call('2001:db8:1:3::1')).toMatchObject({ status: 401 })
})
