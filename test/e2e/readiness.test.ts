import { afterAll, beforeAll, expect, test } from 'vitest'
import { MISUSES } from '../support/misused-keys.ts'
import { expectCommonHeaders } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { type CallOptions, KEYS, settings, startWorker, type VaultWorker } from '../support/worker.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage({ POLICY: JSON.stringify({ defaultOwners: ['owner@example.com'] }) })
})
afterAll(() => stage.stop())

/** A Worker that nobody has asked for anything. */
async function withWorker(changes: Record<string, string>, check: (worker: VaultWorker) => Promise<void>) {
  const worker = await startWorker({ ...settings(stage.credential, stage.simulator.url), ...changes })
  try {
    await check(worker)
  } finally {
    await worker.stop()
  }
}

const ready = (worker: VaultWorker, options: CallOptions) => worker.call('GET', '/readyz', options)

test('an operator is told what was checked', async () => {
  const answer = await ready(stage.worker, { as: 'operator' })
  const checks = ['token', 'ledger', 'owners', 'rights', 'outcomes', 'background'].map((name) => ({
    name,
    ok: true,
  }))
  expect([answer.status, answer.body]).toEqual([200, { status: 'ready', checks }])
  expectCommonHeaders(answer)
})

test.each<[string, CallOptions]>([
  ['nobody', { as: null }],
  ['a caller without the scope operate', { as: 'runbook' }],
  ['the key of a reader', { as: 'reader' }],
  ['a key that nobody knows', { as: null, headers: { Authorization: `Bearer ${'k'.repeat(43)}` } }],
  ...MISUSES.map(([what, headers]): [string, CallOptions] => [
    what,
    { as: null, headers: headers(KEYS.operator) },
  ]),
])('to %s it says no more than that it is ready', async (_, options) => {
  const answer = await ready(stage.worker, options)
  expect([answer.status, answer.body]).toEqual([200, { status: 'ready' }])
})

test('an operator hears that owners are to be told, and that there is nothing to tell them with', () =>
  withWorker({ POLICY: JSON.stringify({ tellOwners: true }) }, async (worker) => {
    const { status, body } = await ready(worker, { as: 'operator' })
    expect([status, body.status]).toEqual([200, 'ready'])
    expect(body.checks.find(({ name }: { name: string }) => name === 'slack')).toEqual({
      name: 'slack',
      ok: false,
      do: expect.stringContaining('SLACK_BOT_TOKEN'),
    })
  }))

test('where there is no token, an operator hears why and what to do, and a stranger does not', () =>
  withWorker({}, async (worker) => {
    await stage.simulator.control.fault('token', 'unauthorized', { times: 2 })
    expect((await ready(worker, { as: null })).body).toEqual({ status: 'unavailable' })
    // past what is remembered for strangers
    const told = await ready(worker, { as: 'operator' })
    expect(told.status).toBe(503)
    expect(told.headers.get('retry-after')).toBe('10')
    expect(told.body).toEqual({
      status: 'unavailable',
      checks: [
        {
          name: 'token',
          ok: false,
          do: expect.stringMatching(/\(HTTP 401\)\. .*has not expired or been revoked/),
        },
      ],
    })
    expect((await ready(worker, { as: 'operator' })).status).toBe(200)
  }))

test('a default owner who is nobody is said, though vaults with owners of their own can be made', () =>
  withWorker({ POLICY: JSON.stringify({ defaultOwners: ['nobody@example.com'] }) }, async (worker) => {
    const { status, body } = await ready(worker, { as: 'operator' })
    expect([status, body.status]).toEqual([200, 'ready'])
    expect(body.checks.find(({ name }: { name: string }) => name === 'owners')).toEqual({
      name: 'owners',
      ok: false,
      do: expect.stringContaining(
        'nobody@example.com is not the e-mail address of an enabled ConductorOne user',
      ),
    })
  }))

test('where the configuration is wrong no key can be told, so everyone hears the same', () =>
  withWorker({ CONDUCTORONE_DPOP: 'maybe' }, async (worker) => {
    for (const as of ['operator', null] as const) {
      const answer = await ready(worker, { as })
      expect([answer.status, answer.body]).toEqual([503, { status: 'unavailable' }])
    }
    expect(worker.logs.join('\n')).toContain('CONDUCTORONE_DPOP must be')
  }))

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
