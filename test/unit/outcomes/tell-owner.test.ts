import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConductorOneFailure, type Failure } from '../../../src/conductorone/failure.ts'
import { parseConfig } from '../../../src/config/config.ts'
import type { Deployment } from '../../../src/deployment.ts'
import type { RequestRecord } from '../../../src/ledger/entry.ts'
import { ownerMessage } from '../../../src/outcomes/owner-message.ts'
import { type SharedAnswer, tellOwner } from '../../../src/outcomes/tell-owner.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../samples.ts'
import { json, type Step, TestWorld } from '../world.ts'

beforeEach(() => {
  for (const method of ['log', 'warn'] as const) vi.spyOn(console, method).mockReturnValue()
})
afterEach(() => vi.restoreAllMocks())

const HOST = 'acme.conductor.one'
const RECORD: RequestRecord = {
  id: 'req_0000000000000000000000x1',
  status: 'created',
  caller: 'runbook',
  source: 'api',
  name: 'Payroll',
  ticket: { id: 'SEC-42', url: 'https://evil.example' },
  requestedBy: 'jane@example.com',
  approvedBy: null,
  preset: null,
  owners: [{ input: 'written@example.com', id: '2abc' }],
  vault: { id: '2vault', displayName: 'Payroll', description: 'the password is' },
  problem: null,
  warnings: [],
  attempt: 1,
  nextAttemptAt: null,
  settledBy: null,
  createdAt: '2026-10-01T11:59:58.123Z',
  updatedAt: '2026-10-01T12:00:00.000Z',
}

const MEMBER = { id: 'U111', team_id: 'T1', deleted: false, is_bot: false, is_stranger: false }
const found = (changes: object = {}) => json({ ok: true, user: { ...MEMBER, ...changes } })
const self = json({ ok: true, team_id: 'T1' })
const taken = json({ ok: true, ts: '1.2' })

function configOf(changes: object) {
  return parseConfig({
    CONDUCTORONE_CLIENT_ID: CLIENT_ID,
    CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
    API_KEYS: { runbook: 'runbook-key-0123456789-abcdefghijklmnop' },
    SLACK_BOT_TOKEN: 'xoxb-0123456789',
    POLICY: { tellOwners: true },
    TOKEN_CACHE: {},
    LEDGER: {},
    PROVISION: {},
    ...changes,
  })
}

type Users = Deployment['tenant']['searchUsersById']
const ENABLED: Users = async ([id = '']) => [{ id, email: 'jane+vault@example.com' }]

async function tell(
  steps: readonly Step[],
  { users = ENABLED, isMarked = false, settings = {} } = {},
  shared: SharedAnswer = {},
) {
  const world = new TestWorld(...steps)
  const marks: string[] = []
  const once = {
    mark: async () => {
      marks.push('mark')
      return !isMarked
    },
    unmark: async () => {
      marks.push('unmark')
    },
  }
  const tenant = { searchUsersById: users } as unknown as Deployment['tenant'] // all that it is asked for
  const result = await tellOwner('2abc', RECORD, { config: configOf(settings), tenant }, once, shared, world)
  return {
    result,
    marks,
    calls: world.sent.map(({ url }) => url.replace('https://slack.com/api/', '')),
    world,
  }
}

test('an owner is told at the address that ConductorOne has, without links unfurled', async () => {
  const { result, marks, calls, world } = await tell([found(), self, taken])
  expect([result, marks]).toEqual([{ kind: 'delivered' }, ['mark']])
  expect(calls).toEqual([
    'users.lookupByEmail?email=jane%2Bvault%40example.com',
    'auth.test',
    'chat.postMessage',
  ])
  expect(JSON.parse(String(world.sent[2]?.init.body))).toEqual({
    channel: 'U111',
    text: ownerMessage(RECORD, HOST),
    mrkdwn: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  })
})

test('Slack is asked once which workspace the token is for, and again if it did not say so', async () => {
  const shared: SharedAnswer = {}
  const asked = async (...steps: Step[]) => {
    const { calls } = await tell(steps, {}, shared)
    return calls.filter((call) => call === 'auth.test').length
  }
  expect(await asked(found(), json({}, 502))).toBe(1)
  expect(await asked(found(), self, taken)).toBe(1)
  expect(await asked(found(), taken)).toBe(0)
  expect((await tell([found({ team_id: 'T2' })], {}, shared)).result.kind).toBe('refused')
})

test('the message says which vault, why, who asked and where it is, and nothing else that people wrote', () => {
  expect(ownerMessage(RECORD, HOST)).toBe(
    `You are now an owner of the vault “Payroll” in ConductorOne. Only its owners can open it.
Asked for by jane@example.com, ticket SEC-42. Request ${RECORD.id}.
You find it at https://${HOST}, profile menu &gt; My vaults. It is empty until a connector saves into it.`,
  )
})

test('what people wrote stays text, and short', () => {
  const text = ownerMessage(
    { ...RECORD, name: `<!channel> & ${'x'.repeat(300)}`, requestedBy: '<@U1>', approvedBy: 'b'.repeat(300) },
    HOST,
  )
  expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
  expect(text).toContain(`“&lt;!channel&gt; &amp; ${'x'.repeat(66)}…”`)
  expect(text).toContain(`approved by ${'b'.repeat(79)}…`)
})

test.each([
  ['a person of another workspace', [found({ team_id: 'T2' }), self], /another workspace/],
  ['a stranger', [found({ is_stranger: true }), self], /another workspace/],
  ['a deleted person', [found({ deleted: true }), self], /not an active person/],
  ['a bot', [found({ is_bot: true }), self], /not an active person/],
  ['an answer of another shape', [json({ ok: true, user: {} }), self], /another workspace/],
  ['nobody', [json({ ok: false, error: 'users_not_found' })], /nobody in Slack/],
  [
    'a token without the scope',
    [json({ ok: false, error: 'missing_scope' })],
    /users:read\.email and chat:write/,
  ],
  ['a token that is revoked', [json({ ok: false, error: 'token_revoked' })], /token_revoked/],
])('%s is not told, and nothing is sent', async (_, steps, reason) => {
  const { result, marks, calls } = await tell(steps)
  expect(result).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) })
  expect([marks, calls.includes('chat.postMessage')]).toEqual([[], false])
})

test.each([
  ['is not enabled any more', async () => []],
  ['has an address that we may not see', async () => [{ id: '2abc', email: '' }]],
  ['is answered as another user', async () => [{ id: '2xyz', email: 'x@example.com' }]],
])('an owner who %s is not looked for in Slack', async (_, users: Users) => {
  const { result, calls } = await tell([found()], { users })
  expect(result).toMatchObject({ kind: 'refused' })
  expect(calls).toEqual([])
})

test.each([
  [
    { kind: 'unavailable', reason: 'no answer', retryAfter: 7 },
    { kind: 'again', retryAfter: 7 },
  ],
  [
    { kind: 'credentials-rejected', upstream: { status: 401 } },
    { kind: 'refused', reason: expect.stringContaining('credential') },
  ],
] as [Failure, object][])('if ConductorOne answers %j, that is %j', async (failure, expected) => {
  const users: Users = async () => {
    throw new ConductorOneFailure(failure)
  }
  expect((await tell([found()], { users })).result).toEqual(expected)
})

test.each([
  ['too many calls', json({}, 429, { 'Retry-After': '30' }), { kind: 'again', retryAfter: 30 }],
  [
    'too many calls, in its own words',
    json({ ok: false, error: 'ratelimited' }),
    { kind: 'again', retryAfter: 5 },
  ],
  ['an error of its own', json({ ok: false, error: 'internal_error' }), { kind: 'again', retryAfter: 5 }],
  ['nothing', new Error('cut'), { kind: 'again', retryAfter: 5 }],
])('a look-up that Slack answers with %s is repeated', async (_, step, expected) => {
  for (const steps of [[step], [found(), step]]) {
    const { result, marks } = await tell(steps)
    expect([result, marks]).toEqual([expected, []])
  }
})

test('a message that was marked before is not sent again', async () => {
  const { result, calls } = await tell([found(), self, taken], { isMarked: true })
  expect(result).toEqual({ kind: 'refused', reason: 'this Worker was stopped while it sent the message' })
  expect(calls).not.toContain('chat.postMessage')
})

test('a message that was certainly not sent may be sent later', async () => {
  const limited = await tell([found(), self, json({}, 429, { 'Retry-After': '3' })])
  expect([limited.result, limited.marks]).toEqual([{ kind: 'again', retryAfter: 3 }, ['mark', 'unmark']])
  const refused = await tell([found(), self, json({ ok: false, error: 'missing_scope' })])
  expect([refused.result.kind, refused.marks]).toEqual(['refused', ['mark', 'unmark']])
})

test.each([
  ['no answer', new Error('cut')],
  ['an error of the server', json({}, 502)],
  ['an error after which it may have been sent', json({ ok: false, error: 'fatal_error' })],
])('a message that gets %s stays marked, and is never sent again', async (_, step) => {
  const { result, marks } = await tell([found(), self, step])
  expect(result).toEqual({ kind: 'refused', reason: 'Slack did not say whether it took the message' })
  expect(marks).toEqual(['mark'])
})

test.each([{ POLICY: {} }, { SLACK_BOT_TOKEN: '' }])('nobody is told with %j', async (settings) => {
  const { result, calls } = await tell([found()], { settings })
  expect([result.kind, calls]).toEqual(['refused', []])
})
