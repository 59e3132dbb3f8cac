import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import type { RequestRecord } from '../../../src/ledger/entry.ts'
import { outcome } from '../../../src/outcomes/outcome.ts'
import { writeComment } from '../../../src/outcomes/ticket-comment.ts'
import { problems } from '../../../src/problem/catalog.ts'
import { CLIENT_ID, CLIENT_SECRET, NEXT, problemDocument } from '../samples.ts'
import { json, type Step, TestWorld } from '../world.ts'

beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()
})
afterEach(() => vi.restoreAllMocks())

const RECORD: RequestRecord = {
  id: 'req_0000000000000000000000x1',
  status: 'created',
  caller: 'github',
  source: 'github',
  name: 'Payroll',
  ticket: { id: 'acme/access#12' },
  requestedBy: 'jane on GitHub',
  approvedBy: null,
  preset: null,
  owners: [
    { input: 'a@x.com', id: '2abc' },
    { input: 'b@x.com', id: '2abd' },
  ],
  vault: { id: '2vault', displayName: 'Payroll' },
  problem: null,
  warnings: [],
  attempt: 1,
  nextAttemptAt: null,
  settledBy: null,
  createdAt: '2026-10-01T11:59:58.123Z',
  updatedAt: '2026-10-01T12:00:00.000Z',
}
const CREATED = `The vault “Payroll” was created in ConductorOne (id 2vault). It can be opened by a@x.com, b@x.com.\n\n${NEXT}`
const MARK = `(request ${RECORD.id}, attempt 1: created)`
/** The comment as the system takes it: addresses are neither links nor mentions. */
const MARKDOWN = `${CREATED.replaceAll(/\w@x\.com/g, '`$&`')}\n\n${MARK}`
const PLAIN = `${CREATED.replaceAll('@', '@\u200b')}\n\n${MARK}`
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const document = (...texts: string[]) => ({ type: 'doc', version: 1, content: texts.map(paragraph) })

function configOf(tokens: unknown) {
  return parseConfig({
    CONDUCTORONE_CLIENT_ID: CLIENT_ID,
    CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
    API_KEYS: { runbook: 'runbook-key-0123456789-abcdefghijklmnop' },
    TICKET_TOKENS: tokens,
    TOKEN_CACHE: {},
    LEDGER: {},
    PROVISION: {},
  })
}

/** No token that is configured as it stands is kept anywhere. */
const NO_KV = {} as KVNamespace

type Call = readonly [method: string, url: string, body?: unknown]

const systems: readonly {
  source: string
  ticket: string
  access: unknown
  authorization: string
  find: Call
  /** an answer of the system in which a comment of that author is found */
  found: (text: string, author?: string | number) => unknown
  /** the text that is written */
  text: string
  write: Call
  /** how the system is asked whom the token belongs to, and its answer */
  self: Call
  me: unknown
}[] = [
  {
    source: 'github',
    ticket: 'acme/access#12',
    access: 'ghp_0123456789',
    authorization: 'Bearer ghp_0123456789',
    // the oldest come first, a hundred at most, so those from before the request are left out
    find: [
      'GET',
      'https://api.github.com/repos/acme/access/issues/12/comments?since=2026-10-01T00:00:00Z&per_page=100',
    ],
    found: (body, id = 7) => [
      { id: 1, body: 'Thanks', user: { id: 1 } },
      { id: 2, body, user: { id } },
    ],
    text: MARKDOWN,
    write: ['POST', 'https://api.github.com/repos/acme/access/issues/12/comments', { body: MARKDOWN }],
    self: ['GET', 'https://api.github.com/user'],
    me: { id: 7, login: 'vault-bot' },
  },
  {
    source: 'gitlab',
    ticket: 'acme/it/access#12',
    access: { token: 'glpat-0123456789', host: 'gitlab.acme.example' },
    authorization: 'Bearer glpat-0123456789',
    find: [
      'GET',
      'https://gitlab.acme.example/api/v4/projects/acme%2Fit%2Faccess/issues/12/notes?sort=desc&per_page=100',
    ],
    found: (body, id = 7) => [{ id: 2, body, system: false, author: { id } }],
    text: MARKDOWN,
    write: [
      'POST',
      'https://gitlab.acme.example/api/v4/projects/acme%2Fit%2Faccess/issues/12/notes',
      { body: MARKDOWN },
    ],
    self: ['GET', 'https://gitlab.acme.example/api/v4/user'],
    me: { id: 7, username: 'vault-bot' },
  },
  {
    source: 'jira',
    ticket: 'SEC-12',
    access: { token: 'atlassian-token', user: 'bot@acme.example', host: 'acme.atlassian.net' },
    authorization: `Basic ${Buffer.from('bot@acme.example:atlassian-token').toString('base64')}`,
    find: [
      'GET',
      'https://acme.atlassian.net/rest/api/3/issue/SEC-12/comment?orderBy=-created&maxResults=100',
    ],
    found: (text, accountId = 'a7') => ({
      ...{ startAt: 0, maxResults: 100, total: 1 },
      comments: [{ id: '2', body: document(...text.split('\n\n')), author: { accountId } }],
    }),
    text: `${CREATED}\n\n${MARK}`,
    write: [
      'POST',
      'https://acme.atlassian.net/rest/api/3/issue/SEC-12/comment',
      { body: document(...CREATED.split('\n\n'), MARK) },
    ],
    self: ['GET', 'https://acme.atlassian.net/rest/api/3/myself'],
    me: { accountId: 'a7' },
  },
  {
    source: 'zendesk',
    ticket: '5158',
    access: { token: 'zendesk-token', user: 'bot@acme.example', host: 'acme.zendesk.com' },
    authorization: `Basic ${Buffer.from('bot@acme.example/token:zendesk-token').toString('base64')}`,
    find: ['GET', 'https://acme.zendesk.com/api/v2/tickets/5158/comments.json?sort_order=desc'],
    found: (body, author_id = 7) => ({
      comments: [{ id: 2, body, public: true, author_id }],
      next_page: null,
      count: 1,
    }),
    text: PLAIN,
    self: ['GET', 'https://acme.zendesk.com/api/v2/users/me.json'],
    me: { user: { id: 7, role: 'agent' } },
    write: [
      'PUT',
      'https://acme.zendesk.com/api/v2/tickets/5158.json',
      { ticket: { comment: { body: PLAIN, public: true } } },
    ],
  },
  {
    source: 'linear',
    ticket: 'SEC-12',
    access: 'lin_api_0123456789',
    authorization: 'lin_api_0123456789',
    find: [
      'POST',
      'https://api.linear.app/graphql',
      {
        query:
          'query($id: String!) { issue(id: $id) { comments(last: 100) { nodes { body user { id } } } } }',
        variables: { id: 'SEC-12' },
      },
    ],
    found: (body, id = 'u7') => ({ data: { issue: { comments: { nodes: [{ body, user: { id } }] } } } }),
    text: MARKDOWN,
    self: ['POST', 'https://api.linear.app/graphql', { query: 'query { viewer { id } }', variables: {} }],
    me: { data: { viewer: { id: 'u7' } } },
    write: [
      'POST',
      'https://api.linear.app/graphql',
      {
        query: 'mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }',
        variables: { input: { issueId: 'SEC-12', body: MARKDOWN } },
      },
    ],
  },
]

describe.each(systems)('$source', (system) => {
  const { source, ticket, access, authorization, find, found, text, write, self, me } = system
  const record = { ...RECORD, source, caller: source, ticket: { id: ticket } }
  const config = configOf({ [source]: access })

  /** What became of the comment, and the calls that were made for it. */
  async function tell(script: readonly Step[], attempt = '1') {
    const world = new TestWorld(...script)
    const delivery = await writeComment(record, attempt, config, NO_KV, world)
    const calls = world.sent.map(({ url, init }): Call => {
      const call = [init.method ?? '', url] as const
      return typeof init.body === 'string' ? [...call, JSON.parse(init.body)] : call
    })
    return { delivery, calls, sent: world.sent }
  }

  test('looks for the comment, then writes it, each with the token', async () => {
    const { delivery, calls, sent } = await tell([json(found('Thanks')), json({})])
    expect(delivery).toEqual({ kind: 'delivered' })
    expect(calls).toEqual([find, write])
    for (const { init } of sent)
      expect(init).toMatchObject({
        redirect: 'manual',
        headers: { Authorization: authorization, Accept: 'application/json' },
      })
    expect(sent[1]?.init.headers).toMatchObject({ 'Content-Type': 'application/json' })
  })

  test('writes nothing where the comment is there already', async () => {
    const { delivery, calls } = await tell([json(found(text)), json(me)])
    expect([delivery, calls]).toEqual([{ kind: 'delivered' }, [find, self]])
  })

  test('believes nobody else who writes the mark', async () => {
    const { delivery, calls } = await tell([json(found(text, 'someone')), json(me), json({})])
    expect([delivery, calls]).toEqual([{ kind: 'delivered' }, [find, self, write]])
  })

  test('writes no second comment if it cannot tell whose the first one is', async () => {
    for (const [status, kind] of [
      [403, 'refused'],
      [503, 'again'],
    ] as const) {
      const { delivery, calls } = await tell([json(found(text)), json({}, status)])
      expect([delivery.kind, calls]).toEqual([kind, [find, self]])
    }
  })

  test('writes once although the answer is lost', async () => {
    const lost = await tell([json(found('Thanks')), new Error('connection lost')])
    expect(lost.delivery).toEqual({ kind: 'again', retryAfter: expect.any(Number) })
    expect(lost.calls).toEqual([find, write])
    const again = await tell([json(found(text)), json(me)])
    expect([again.delivery, again.calls]).toEqual([{ kind: 'delivered' }, [find, self]])
  })

  test('writes another comment for another try of the request', async () => {
    const tenth = text.replace('attempt 1', 'attempt 10')
    const second = await tell([json(found(text)), json({})], '2')
    expect(JSON.stringify(second.calls[1])).toContain(`(request ${RECORD.id}, attempt 2: created)`)
    expect((await tell([json(found(tenth)), json({})])).calls).toEqual([find, write])
  })

  test('writes another comment for another outcome', async () => {
    const unknown = text.replace(': created', ': unknown')
    expect((await tell([json(found(unknown)), json({})])).calls).toEqual([find, write])
  })

  test('refuses an answer that is no list of comments', async () => {
    const { delivery, calls } = await tell([json({ something: 'else' })])
    expect([delivery.kind, calls]).toEqual(['refused', [find]])
  })

  test.each([400, 401, 403, 404, 410, 422])(
    'ends with HTTP %i, whichever call it answers',
    async (status) => {
      const refused = { kind: 'refused', reason: `it answered HTTP ${status}` }
      const looking = await tell([json({ message: 'no' }, status)])
      expect([looking.delivery, looking.calls]).toEqual([refused, [find]])
      const writing = await tell([json(found('Thanks')), json({ message: 'no' }, status)])
      expect([writing.delivery, writing.calls]).toEqual([refused, [find, write]])
    },
  )

  test.each([302, 408, 429, 500, 502, 503])('comes again after HTTP %i', async (status) => {
    const again = { kind: 'again', retryAfter: expect.any(Number) }
    expect((await tell([json({}, status)])).delivery).toEqual(again)
    expect((await tell([json(found('Thanks')), json({}, status)])).delivery).toEqual(again)
  })

  test('comes again where nobody answers', async () => {
    const { delivery, calls } = await tell([new Error('no route')])
    expect([delivery, calls]).toEqual([{ kind: 'again', retryAfter: expect.any(Number) }, [find]])
  })

  test('reads no answer without end, and writes nothing where it cannot look', async () => {
    let chunks = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            chunks++
            controller.enqueue(new Uint8Array(1_024 * 1_024))
          },
        }),
      )
    const { delivery, calls } = await tell([endless])
    expect(delivery).toEqual({ kind: 'refused', reason: expect.stringContaining('too large') })
    expect([chunks < 12, calls]).toEqual([true, [find]])
  })

  test('sends nothing without a token, or for a ticket that has none of its ids', async () => {
    const world = new TestWorld()
    const refused = { kind: 'refused', reason: expect.any(String) }
    expect(await writeComment(record, '1', configOf({}), NO_KV, world)).toEqual(refused)
    expect(await writeComment({ ...record, ticket: null }, '1', config, NO_KV, world)).toEqual(refused)
    expect(world.sent).toEqual([])
  })
})

test.each([
  ['github', 'SEC-12'],
  ['github', 'acme/access'],
  ['github', 'acme/access#12/../../user'],
  ['github', 'acme/access?x=#12'],
  ['gitlab', 'access#12'],
  ['jira', 'sec-12/../../myself'],
  ['jira', '12'],
  ['zendesk', '12/comments'],
  ['zendesk', 'SEC-12'],
])('%s: %s is no ticket that can be commented on, and nothing is sent', async (source, ticket) => {
  const access = { token: 'token-0123456789', user: 'bot', host: 'tickets.acme.example' }
  const world = new TestWorld()
  const delivery = await writeComment(
    { ...RECORD, source, ticket: { id: ticket } },
    '1',
    configOf({ [source]: access }),
    NO_KV,
    world,
  )
  expect(delivery).toEqual({ kind: 'refused', reason: 'its id is not one that can be commented on' })
  expect(world.sent).toEqual([])
})

test.each(['standard', 'pagerduty', 'api', 'constructor'])(
  '%s has no tickets to write into',
  async (source) => {
    const config = configOf({ github: 'ghp_0123456789' })
    expect(await writeComment({ ...RECORD, source }, '1', config, NO_KV, new TestWorld())).toMatchObject({
      kind: 'refused',
    })
  },
)

test.each([
  ['in front', '{"errors":[{"message":"Entity not found"}],"data":null}'],
  ['behind', '{"data":null,"errors":[{"message":"Entity not found"}]}'],
])('Linear’s errors, which come with status 200, end it where they stand %s', async (_, answer) => {
  const config = configOf({ linear: 'lin_api_0123456789' })
  const record = { ...RECORD, source: 'linear', ticket: { id: 'SEC-12' } }
  const looking = new TestWorld(new Response(answer))
  expect(await writeComment(record, '1', config, NO_KV, looking)).toMatchObject({ kind: 'refused' })
  const writing = new TestWorld(json({ data: { issue: { comments: { nodes: [] } } } }), new Response(answer))
  expect(await writeComment(record, '1', config, NO_KV, writing)).toMatchObject({ kind: 'refused' })
})

describe('what the author of a ticket reads', () => {
  test('about a vault: its name, its id, who can open it, and what else there is to know', () => {
    expect(outcome(RECORD, NEXT)).toBe(CREATED)
    expect(outcome({ ...RECORD, warnings: ['One.', 'Two.'] }, NEXT)).toBe(`${CREATED}\n\nOne.\n\nTwo.`)
  })

  test('about a failure: what is wrong, and what to do about it', () => {
    const problem = problemDocument('owner-not-found', 'Nobody is known as x@x.com.')
    const text = outcome({ ...RECORD, status: 'failed', vault: null, problem }, NEXT)
    expect(text).toMatch(/^The vault “Payroll” was not created\b/)
    expect(text).toContain(problem.detail)
    expect(text).toContain(problems['owner-not-found'].remedy)
  })

  test.each([
    ['No vault was created: x is wrong.', 'The vault “Payroll” was not created: x is wrong.'],
    [
      'ConductorOne refused it. No vault was created. Try again later.',
      'The vault “Payroll” was not created. ConductorOne refused it. Try again later.',
    ],
  ])('about a failure, once, that there is no vault: %s', (detail, said) => {
    const problem = problemDocument('conductorone-unavailable', detail)
    expect(outcome({ ...RECORD, status: 'failed', vault: null, problem }, NEXT)).toBe(said)
  })

  test('about an unknown outcome: that nobody knows it, and not that there is no vault', () => {
    const problem = problemDocument('outcome-unknown', 'No answer came back.')
    const text = outcome({ ...RECORD, status: 'unknown', vault: null, problem }, NEXT)
    expect(text).toMatch(/^We don’t know whether the vault “Payroll” was created/)
    expect(text).not.toContain('was not created')
    expect(text).toContain(problem.detail)
    expect(text).toContain('there could be two vaults')
  })

  test('before there is an outcome: that it is being worked on', () => {
    expect(outcome({ ...RECORD, status: 'accepted', vault: null }, NEXT)).toContain('is being created')
  })
})
