import { execFile } from 'node:child_process'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'

const SUITE = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url).href,
)
const run = promisify(execFile)

/** What the suite asks of a server that has no more than tools. */
const APPLIES = ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']

/** What it asks of the sample server that it was written for, and why that does not apply here. */
const DOES_NOT_APPLY: Readonly<Record<string, RegExp>> = {
  'its own sample tools': /^(tools-call-|json-schema-|elicitation-)/,
  'resources, prompts, completion and logging, which are not offered':
    /^(resources|prompts|completion|logging)-/,
  'streams, as every answer is one JSON body': /^server-sse-/,
}

let stage: Stage
/** The suite sends no key, so it goes through a proxy that adds one and changes nothing else. */
const proxy = createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming
  const options = { method, headers: { ...headers, authorization: `Bearer ${KEYS.runbook}` } }
  const passed = send(new URL(url ?? '', stage.worker.url).href, options, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(outgoing)
  })
  incoming.pipe(passed)
})

beforeAll(async () => {
  stage = await startStage()
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await stage.stop()
})

test.each(APPLIES)('the protocol’s own suite passes: %s', async (scenario) => {
  // a server that listens on TCP has an address with a port
  const { port } = proxy.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/mcp`
  const { stdout } = await run(process.execPath, [SUITE, 'server', '--url', url, '--scenario', scenario])
  expect(stdout).toMatch(/Passed: (\d+)\/\1, 0 failed/)
})

test('every other scenario of the suite does not apply, for a reason', async () => {
  const { stdout } = await run(process.execPath, [SUITE, 'list', '--server'])
  const scenarios = Array.from(stdout.matchAll(/^ {2}- ([\w-]+)/gm), ([, name = '']) => name)
  expect(scenarios).toEqual(expect.arrayContaining(APPLIES))
  const others = scenarios.filter((name) => !APPLIES.includes(name))
  const reasons = Object.values(DOES_NOT_APPLY)
  expect(others.filter((name) => !reasons.some((reason) => reason.test(name)))).toEqual([])
})
