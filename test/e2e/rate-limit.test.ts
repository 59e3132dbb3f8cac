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
      WEBHOOK_SECRETS: JSON.stringify({ github: 'a secret of ours' }),
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
  expect(refused[0]?.headers.get('Retry-After')).toBe('60')
  expect(refused[0]?.body).toMatchObject({ code: 'rate-limited', status: 429, retryable: true })
  expect(await worker.call('GET', '/v1/requests/none', { as: 'other' })).toMatchObject({ status: 404 })
})

test.each([
  ['keys', () => worker.call('GET', '/v1/requests/none', { as: null })],
  ['signatures', () => worker.call('POST', '/webhooks/github', { as: null, body: '{}' })],
])('an address that sends no valid %s is limited, and callers from it are not', async (_, call) => {
  const statuses = new Set((await flood(call)).map(({ status }) => status))
  expect(statuses).toContain(429)
  expect(statuses.difference(new Set([401, 429]))).toEqual(new Set())
  expect(await worker.call('GET', '/v1/requests/none', { as: 'reader' })).toMatchObject({ status: 404 })
})
