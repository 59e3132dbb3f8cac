import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectCommonHeaders, expectProblem } from '../support/problem.ts'
import { sendRaw } from '../support/raw.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { type CallOptions, KEYS, settings, startWorker } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())
beforeEach(() => stage.clear())

function create(as: CallOptions['as'] = 'runbook') {
  return stage.worker.create({ name: unique('Seen'), owners: [OWNER] }, { as })
}

test('every kind of answer has an id, is not stored, and is fenced in', async () => {
  const created = await create()
  const headers = { Prefer: 'respond-async' }
  const json = { name: unique('Seen'), owners: [OWNER] }
  const answers = [
    created,
    await stage.worker.create(json, { headers }),
    await stage.worker.call('POST', '/v1/vaults?dry_run=true', { json }),
    await stage.worker.call('GET', `/v1/vaults/${created.body.vault.id}`),
    await stage.worker.call('GET', `/v1/requests/${created.body.request.id}`),
    await stage.worker.call('GET', '/v1/requests'),
    await stage.worker.call('GET', '/healthz'),
    await stage.worker.call('GET', '/readyz'),
    await stage.worker.call('GET', '/problems/not-found'),
    await stage.worker.call('POST', '/mcp', { json: { jsonrpc: '2.0', id: 1, method: 'tools/list' } }),
    await stage.worker.call('GET', '/nowhere'),
    await stage.worker.call('PATCH', '/v1/vaults'),
    await stage.worker.call('HEAD', '/v1/requests'),
    await stage.worker.create({}),
  ]
  expect(answers.map(({ status }) => status)).toEqual([
    201, 202, 200, 200, 200, 200, 200, 200, 200, 200, 404, 405, 200, 422,
  ])
  for (const answer of answers) expectCommonHeaders(answer)
  const ids = answers.map(({ headers }) => headers.get('x-request-id'))
  expect(new Set(ids).size).toBe(ids.length)
})

test('chunks are counted, whatever length is told beside them', async () => {
  const chunk = 'a'.repeat(65_536)
  const answer = await sendRaw(stage.worker.url, {
    method: 'POST',
    path: '/v1/vaults',
    headers: [
      ['Authorization', `Bearer ${KEYS.runbook}`],
      ['Content-Type', 'application/json'],
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
    ],
    body: `10000\r\n${chunk}\r\n10000\r\n${chunk}\r\n0\r\n\r\n`,
  })
  expect(answer?.status).toBe(413)
})

test('a vault is read as ConductorOne has it now, by whoever made it and by operators', async () => {
  const { vault } = (await create()).body
  const path = `/v1/vaults/${vault.id}`
  await stage.simulator.control.fault('get', 'extra')
  const own = await stage.worker.call('GET', path)
  expect([own.status, own.body.vault.id]).toEqual([200, vault.id])
  expect(own.body.vault.state).toBe('STATE_FROM_THE_FUTURE')
  expect((await stage.worker.call('GET', path, { as: 'operator' })).body).toEqual({ vault })
  for (const as of ['other', 'reader'] as const) {
    await stage.clear()
    expectProblem(await stage.worker.call('GET', path, { as }), 'not-found')
    expect(await stage.steps()).toEqual([])
  }
})

test('a vault that ConductorOne does not show for the moment is no vault that is gone', async () => {
  const { vault } = (await create()).body
  await stage.simulator.control.fault('get', 'throttled-long')
  const answer = await stage.worker.call('GET', `/v1/vaults/${vault.id}`)
  expectProblem(answer, 'conductorone-unavailable')
  expect(answer.headers.get('retry-after')).toBe('120')
  // this call reads; what it says must not be taken for news of a create
  expect(answer.body.detail).not.toContain('No vault was created')
})

test('health needs nobody, readiness a token', async () => {
  expect((await stage.worker.call('GET', '/healthz', { as: null })).body).toEqual({ status: 'ok' })
  expect((await stage.worker.call('GET', '/readyz', { as: null })).body).toEqual({ status: 'ready' })

  const worker = await startWorker(settings(stage.credential, stage.simulator.url))
  try {
    await stage.clear()
    expect((await worker.call('GET', '/healthz', { as: null })).status).toBe(200)
    expect(await stage.steps()).toEqual([])
    await stage.simulator.control.fault('token', 'unauthorized')
    const unready = await worker.call('GET', '/readyz', { as: null })
    expect([unready.status, unready.body]).toEqual([503, { status: 'unavailable' }])
    expect(unready.headers.get('retry-after')).toMatch(/^\d+$/)
    expectCommonHeaders(unready)
    // strangers cannot make it ask again and again
    expect((await worker.call('GET', '/readyz', { as: null })).status).toBe(503)
    expect(await stage.steps()).toEqual(['token 401'])
  } finally {
    await worker.stop()
  }
})

test('a redirect is never followed, so the token goes nowhere else', async () => {
  const visitors: (string | undefined)[] = []
  const elsewhere = createServer((request, response) => {
    visitors.push(request.headers.authorization ?? request.url)
    response.end('{}')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/caught`
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      await stage.simulator.control.fault('create', { kind: 'redirect', status, location })
      expectProblem(await create(), 'outcome-unknown')
    }
    // what only reads is asked again, at the same place
    await stage.simulator.control.fault('search', { kind: 'redirect', status: 307, location })
    const found = await stage.worker.create({ name: unique('Found'), owners: ['owner@example.com'] })
    expect(found.status).toBe(201)
    await stage.simulator.control.revoke()
    await stage.simulator.control.fault('token', { kind: 'redirect', status: 307, location })
    expect((await create()).status).toBe(201)
    expect(visitors).toEqual([])
  } finally {
    elsewhere.close()
  }
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
