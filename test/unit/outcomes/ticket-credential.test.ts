import { beforeEach, expect, test, vi } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import type { RequestRecord } from '../../../src/ledger/entry.ts'
import { writeComment } from '../../../src/outcomes/ticket-comment.ts'
import { Zendesk } from '../../support/zendesk.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../samples.ts'
import { json, type Step, TestWorld } from '../world.ts'

const MINUTE_MS = 60_000
const AGAIN = { kind: 'again', retryAfter: expect.any(Number) }
const DELIVERED = { kind: 'delivered' }
const EXCHANGE = 'POST /oauth/tokens'
const FIND = 'GET /api/v2/tickets/5158/comments.json'
const WRITE = 'PUT /api/v2/tickets/5158.json'

const logs: string[] = []
beforeEach(() => {
  logs.length = 0
  for (const channel of ['log', 'warn'] as const)
    vi.spyOn(console, channel).mockImplementation((line) => void logs.push(String(line)))
})

const RECORD: RequestRecord = {
  ...{ id: 'req_0000000000000000000000x1', status: 'created', caller: 'zendesk', source: 'zendesk' },
  ...{ name: 'Payroll', ticket: { id: '5158' }, requestedBy: null, approvedBy: null, preset: null },
  ...{ owners: [{ input: 'a@x.com', id: '2abc' }], vault: { id: '2vault', displayName: 'Payroll' } },
  ...{ problem: null, warnings: [], attempt: 1, nextAttemptAt: null, settledBy: null },
  ...{ createdAt: '2026-10-01T11:59:58.123Z', updatedAt: '2026-10-01T12:00:00.000Z' },
}

/** A Worker that comments in the double's account; each isolate has a memory of its own, and all share one KV. */
function stage(...script: readonly Step[]) {
  const entries = new Map<string, ArrayBuffer>()
  const kv = {
    get: async (name: string) => entries.get(name) ?? null,
    put: async (name: string, value: ArrayBuffer) => void entries.set(name, value),
  } as unknown as KVNamespace // the two methods that are used
  const zendesk: Zendesk = new Zendesk(() => world.now())
  const answer: Step = (url, { method = 'GET', headers, body }) =>
    zendesk.answer(method, url, new Headers(headers), String(body))
  const world = new TestWorld(...script, answer)
  const isolate = (client: object = zendesk.client) => {
    const config = parseConfig({
      CONDUCTORONE_CLIENT_ID: CLIENT_ID,
      CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
      API_KEYS: { runbook: 'runbook-key-0123456789-abcdefghijklmnop' },
      TICKET_TOKENS: { zendesk: client },
      TOKEN_CACHE: {},
      LEDGER: {},
      PROVISION: {},
    })
    return async (attempt = '1') => {
      const told = await writeComment(RECORD, attempt, config, kv, world)
      await world.settle()
      return told
    }
  }
  return { zendesk, world, entries, isolate }
}

test('the client gets a token, which serves until it ends', async () => {
  const { zendesk, world, isolate } = stage()
  const tell = isolate()
  expect(await tell('1')).toEqual(DELIVERED)
  world.pass(20 * MINUTE_MS)
  expect(await tell('2')).toEqual(DELIVERED)
  expect(zendesk.calls).toEqual([EXCHANGE, FIND, WRITE, FIND, WRITE])
  world.pass(11 * MINUTE_MS)
  expect(await tell('3')).toEqual(DELIVERED)
  expect(zendesk.calls.slice(5)).toEqual([EXCHANGE, FIND, WRITE])
  expect(zendesk.comments).toHaveLength(3)
})

test('a token that is about to end is not sent', async () => {
  const { zendesk, world, isolate } = stage()
  const tell = isolate()
  await tell('1')
  world.pass(30 * MINUTE_MS - 20_000)
  expect(await tell('2')).toEqual(DELIVERED)
  expect(zendesk.tokens).toHaveLength(2)
})

test('a token that was ended in between is made anew, and the comment is written once', async () => {
  const { zendesk, isolate } = stage()
  const tell = isolate()
  await tell('1')
  zendesk.revoke()
  expect(await tell('2')).toEqual(DELIVERED)
  expect(zendesk.calls.slice(3)).toEqual([FIND, EXCHANGE, FIND, WRITE])
  expect(zendesk.comments.filter(({ body }) => body.includes('attempt 2'))).toHaveLength(1)
})

test('a token that ends between looking and writing is made anew, and the comment is written once', async () => {
  const { zendesk, isolate } = stage()
  const tell = isolate()
  await tell('1')
  const { answer } = zendesk
  vi.spyOn(zendesk, 'answer').mockImplementation(async (method, ...rest) => {
    const answered = await answer.call(zendesk, method, ...rest)
    if (method === 'GET') zendesk.revoke()
    return answered
  })
  expect(await tell('2')).toEqual(DELIVERED)
  expect(zendesk.calls.slice(3)).toEqual([FIND, WRITE, EXCHANGE, WRITE])
  expect(zendesk.comments).toHaveLength(2)
})

test('a comment whose answer was lost is found, also with a later token', async () => {
  const { zendesk, world, isolate } = stage()
  zendesk.losesAnswer = true
  expect(await isolate()()).toEqual(AGAIN)
  world.pass(45 * MINUTE_MS)
  expect(await isolate()()).toEqual(DELIVERED)
  expect(zendesk.comments).toHaveLength(1)
})

test('a token that is refused over and over is made anew once a call', async () => {
  const { zendesk, isolate } = stage()
  const tell = isolate()
  const { answer } = zendesk
  vi.spyOn(zendesk, 'answer').mockImplementation(async (...call) => {
    if (!call[1].endsWith('/oauth/tokens')) zendesk.revoke()
    return answer.apply(zendesk, call)
  })
  expect(await tell()).toEqual({ kind: 'refused', reason: 'it answered HTTP 401' })
  expect(zendesk.calls).toEqual([EXCHANGE, FIND, EXCHANGE, FIND])
})

test('isolates share the token through KV, where nothing of it can be read', async () => {
  const { zendesk, entries, isolate } = stage()
  await isolate()('1')
  expect(await isolate()('2')).toEqual(DELIVERED)
  expect(zendesk.tokens).toHaveLength(1)
  const [[name = '', bytes] = []] = entries
  const stored = [
    name,
    ...(['latin1', 'base64'] as const).map((as) => Buffer.from(bytes ?? new ArrayBuffer(0)).toString(as)),
  ]
  expect([name, entries.size]).toEqual([expect.stringMatching(/^token\/[0-9a-f]{64}$/), 1])
  const { host, clientId, clientSecret } = zendesk.client
  for (const text of [...zendesk.tokens, host, clientId, clientSecret])
    expect(stored.join('\n')).not.toContain(text)
  expect(logs.join('\n')).toContain('"event":"token.renewed","system":"acme.zendesk.com"')
  for (const text of [...zendesk.tokens, clientSecret]) expect(logs.join('\n')).not.toContain(text)
})

test('a client that was replaced does not use the old client’s token', async () => {
  const { zendesk, isolate } = stage()
  await isolate()('1')
  const other = { ...zendesk.client, clientSecret: 'zendesk-client-secret-2' }
  expect(await isolate(other)('2')).toEqual({
    kind: 'refused',
    reason: 'its OAuth client got no token: HTTP 401',
  })
})

test.each([429, 500, 503])('an exchange that is answered %i is tried again later', async (status) => {
  const { zendesk, isolate } = stage(json({}, status, { 'Retry-After': '17' }))
  const tell = isolate()
  expect(await tell()).toEqual({ kind: 'again', retryAfter: 17 })
  expect(zendesk.calls).toEqual([])
  expect(await tell()).toEqual(DELIVERED)
})

test.each<[string, Step]>([
  ['breaks off', new Error('connection lost')],
  ['is no JSON', new Response('<html>')],
  ['has no token', json({ token_type: 'bearer' })],
  ['has a token that no header can carry', json({ access_token: 'a\r\nX-Admin: 1', token_type: 'bearer' })],
  ['has a token of another type', json({ access_token: 'a-token', token_type: 'mac' })],
])('an exchange whose answer %s is tried again later', async (_, step) => {
  const { isolate } = stage(step)
  const tell = isolate()
  expect(await tell()).toEqual(AGAIN)
  expect(await tell()).toEqual(DELIVERED)
})

test.each([
  ['without a lifetime', {}, 30],
  ['with a longer one', { expires_in: 172_800 }, 48 * 60],
])('a token %s is used as long as it lives', async (_, life, minutes) => {
  const calls: string[] = []
  const answer: Step = async (url, { method = 'GET' }) => {
    calls.push(`${method} ${new URL(url).pathname}`)
    if (url.endsWith('/oauth/tokens')) return json({ access_token: 'a-token', token_type: 'Bearer', ...life })
    return json({ comments: [] })
  }
  const { world, isolate } = stage(...Array<Step>(50).fill(answer))
  const tell = isolate()
  await tell()
  world.pass(minutes * 0.7 * MINUTE_MS)
  await tell()
  expect(calls.filter((call) => call === EXCHANGE)).toHaveLength(1)
  world.pass(minutes * 0.3 * MINUTE_MS)
  await tell()
  expect(calls.filter((call) => call === EXCHANGE)).toHaveLength(2)
})
