import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { type Entry, recordOf } from '../../../src/ledger/entry.ts'
import { sendCallback } from '../../../src/outcomes/callback.ts'
import { CLIENT_ID, CLIENT_SECRET, entryOf, problemDocument, vault } from '../samples.ts'
import { json, NOON, type Step, TestWorld } from '../world.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const URL_ALLOWED = 'https://hooks.example.com/vaults?from=c1'

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()
  // the library that verifies has a clock of its own
  vi.useFakeTimers({ now: NOON, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function configOf(settings: object = {}): Config {
  return parseConfig({
    CONDUCTORONE_CLIENT_ID: CLIENT_ID,
    CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
    API_KEYS: { runbook: 'runbook-key-0123456789-abcdefghijklmnop' },
    CALLBACK_SECRET: SECRET,
    POLICY: { allowedCallbackHosts: ['hooks.example.com', 'hooks.example.com:8443'] },
    TOKEN_CACHE: {},
    LEDGER: {},
    PROVISION: {},
    ...settings,
  })
}

async function send(
  step: Step,
  { url = URL_ALLOWED, config = configOf(), changes = { status: 'created', vault } as Partial<Entry> } = {},
) {
  const world = new TestWorld(step)
  const record = recordOf(await entryOf({}, changes))
  const delivery = await sendCallback(url, 'message-1', record, config, world)
  return { delivery, record, sent: world.sent }
}

test('posts the record, signed so that the library of Standard Webhooks believes it', async () => {
  const { delivery, record, sent } = await send(new Response(null, { status: 204 }))
  expect(delivery).toEqual({ kind: 'delivered' })
  expect(sent).toHaveLength(1)
  const { url, init } = sent[0] ?? {}
  expect(url).toBe(URL_ALLOWED)
  expect(init).toMatchObject({ method: 'POST', redirect: 'manual', signal: expect.any(AbortSignal) })
  const headers = Object.fromEntries(new Headers(init?.headers))
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'message-1' })
  expect(new Webhook(SECRET).verify(String(init?.body), headers)).toEqual({
    type: 'vault.created',
    timestamp: record.updatedAt,
    data: record,
  })
  expect(() => new Webhook(SECRET).verify(`${init?.body} `, headers)).toThrow()
})

test('signs letters of all scripts', async () => {
  const { sent } = await send(json({}), { changes: { status: 'created', vault, notes: ['Зарплата 🔐'] } })
  const { init } = sent[0] ?? {}
  const headers = Object.fromEntries(new Headers(init?.headers))
  expect(new Webhook(SECRET).verify(String(init?.body), headers)).toMatchObject({
    data: { warnings: ['Зарплата 🔐'] },
  })
})

test.each(['failed', 'unknown'] as const)('tells what happened: vault.%s', async (status) => {
  const problem = problemDocument('outcome-unknown')
  const { sent } = await send(json({}), { changes: { status, problem } })
  expect(JSON.parse(String(sent[0]?.init.body))).toMatchObject({ type: `vault.${status}`, data: { problem } })
})

test.each<[string, Step, object]>([
  ['200', new Response('ok'), { kind: 'delivered' }],
  ['202', new Response(null, { status: 202 }), { kind: 'delivered' }],
  ['410', new Response(null, { status: 410 }), { kind: 'refused', reason: 'it answered HTTP 410' }],
  [
    '302',
    new Response(null, { status: 302, headers: { Location: URL_ALLOWED } }),
    { kind: 'again', retryAfter: 5 },
  ],
  [
    '307',
    new Response(null, { status: 307, headers: { Location: URL_ALLOWED } }),
    { kind: 'again', retryAfter: 5 },
  ],
  ['404', new Response(null, { status: 404 }), { kind: 'again', retryAfter: 5 }],
  [
    '429',
    new Response(null, { status: 429, headers: { 'Retry-After': '77' } }),
    { kind: 'again', retryAfter: 77 },
  ],
  ['500', new Response('no', { status: 500 }), { kind: 'again', retryAfter: 5 }],
  ['503 until some day', json({}, 503, { 'Retry-After': 'tomorrow' }), { kind: 'again', retryAfter: 5 }],
  ['503 for ages', json({}, 503, { 'Retry-After': '99999' }), { kind: 'again', retryAfter: 3_600 }],
  ['nothing in time', new DOMException('late', 'TimeoutError'), { kind: 'again', retryAfter: 5 }],
  ['nothing at all', new TypeError('fetch failed'), { kind: 'again', retryAfter: 5 }],
])('judges the answer %s, and asks nobody else', async (_, step, expected) => {
  const { delivery, sent } = await send(step)
  expect(delivery).toEqual(expected)
  expect(sent).toHaveLength(1)
})

test.each([
  ['over http', { url: 'http://hooks.example.com/vaults' }],
  ['to another host', { url: 'https://evil.example/vaults' }],
  ['to a subdomain', { url: 'https://evil.hooks.example.com/' }],
  ['to another port', { url: 'https://hooks.example.com:9443/' }],
  ['to a host that looks like it', { url: 'https://hooks.example.com@evil.example/' }],
  ['where no host is allowed any more', { config: configOf({ POLICY: {} }) }],
  ['where there is no secret any more', { config: configOf({ CALLBACK_SECRET: '' }) }],
])('sends nothing %s', async (_, options) => {
  const { delivery, sent } = await send(json({}), options)
  expect(delivery).toMatchObject({ kind: 'refused' })
  expect(sent).toEqual([])
})

test('sends to an allowed port', async () => {
  const { sent } = await send(json({}), { url: 'https://hooks.example.com:8443/' })
  expect(sent).toHaveLength(1)
})

test('says nothing in the log of what it sends or to whom', async () => {
  await send(json({}, 500))
  await send(new TypeError('fetch failed'))
  const logged = [vi.mocked(console.log), vi.mocked(console.warn)].flatMap((write) => write.mock.calls.flat())
  expect(logged).toHaveLength(2)
  for (const text of ['Payroll', 'hooks.example.com', 'whsec', 'v1,'])
    expect(logged.join('\n')).not.toContain(text)
})
