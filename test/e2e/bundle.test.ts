import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { bundle, bundled } from '../support/bundle.ts'
import { newCredential } from '../support/credential.ts'
import { expectProblem } from '../support/problem.ts'
import { apiAt, settings } from '../support/worker.ts'
import { run } from '../support/workerd.ts'

const KIB = 1_024

beforeAll(() => bundle('without-agents'))

async function compressedKib(name: 'worker' | 'without-agents'): Promise<number> {
  const code = await bundled(name)
  expect(code.length).toBeGreaterThan(10 * KIB)
  return gzipSync(code).byteLength / KIB
}

test('the Worker’s bundle is under 206 KiB, compressed', async () => {
  expect(await compressedKib('worker')).toBeLessThan(206)
})

test('without the agents’ route it is under 125 KiB, and agents need most of the rest', async () => {
  const size = await compressedKib('without-agents')
  expect(size).toBeLessThan(125)
  expect((await compressedKib('worker')) - size).toBeGreaterThan(30)
})

test('what agents need is evaluated when one calls, and by nothing else', async () => {
  const nowhere = new URL('http://127.0.0.1:1')
  const worker = await run('without-agents', settings(await newCredential('127.0.0.1'), nowhere))
  try {
    const { call } = apiAt(worker.url)
    expect((await call('GET', '/v1/requests')).status).toBe(200)
    expectProblem(await call('POST', '/v1/vaults', { json: {} }), 'invalid-request', ['/name'])
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    expectProblem(await call('POST', '/mcp', { json: message }), 'internal-error')
    await expect.poll(() => worker.logs.join()).toContain('the agents’ room was evaluated')
  } finally {
    await worker.stop()
  }
})
