import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JournalEntry } from '../simulator/journal.ts'
import { formText, gitHubIssue, gitLabIssue, linearIssue, pagerDutyIncident } from '../support/payloads.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Asked, senders, standardHeaders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { type Answer, settings, startWorker, type VaultWorker } from '../support/worker.ts'

const OWNER = 'owner@example.com'
const LIMIT = 256 * 1_024
const PATIENCE = { timeout: 40_000, interval: 100 }
const OPERATOR = { as: 'operator' } as const

const SETTINGS = {
  WEBHOOK_SECRETS: JSON.stringify(
    Object.fromEntries(
      Object.entries(senders).map(([source, { secret, oldSecret }]) => [source, [secret, oldSecret]]),
    ),
  ),
  SOURCES: JSON.stringify({ jira: { fields: { owners: 'customfield_10050' } } }),
}

const everySender = Object.entries(senders).map(([source, sender]) => ({ source, ...sender }))
type Source = (typeof everySender)[number]

let stage: Stage
/** another one, which is sent nothing that it should take on */
let quiet: Stage

beforeAll(async () => {
  ;[stage, quiet] = await Promise.all([startStage(SETTINGS), startStage(SETTINGS)])
})
afterAll(() => Promise.all([stage.stop(), quiet.stop()]))
beforeEach(() => stage.clear())

type Sending = {
  readonly to?: VaultWorker
  readonly secret?: string
  readonly at?: number
  readonly headers?: Record<string, string>
}

/** Posts a body, signed by its sender unless other headers are given. */
function post({ source, ...sender }: Source, body: string, sending: Sending = {}): Promise<Answer> {
  const { to = stage.worker, secret = sender.secret, at = Date.now() } = sending
  const headers = sending.headers ?? sender.sign(body, secret, sender.stamp(at))
  return to.call('POST', `/webhooks/${source}`, {
    as: null,
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}

function deliver(sender: Source, payload: unknown, sending?: Sending): Promise<Answer> {
  return post(sender, JSON.stringify(payload), sending)
}

let tickets = 100
/** What a new ticket asks for. */
function ask(changes: Partial<Asked> = {}): Asked {
  return { number: ++tickets, name: unique('Vault'), owners: OWNER, ...changes }
}

async function read(id: string) {
  return (await stage.worker.call('GET', `/v1/requests/${id}`, OPERATOR)).body
}

/** Waits until a request has come to its end. */
async function ended(id: string) {
  await expect.poll(async () => (await read(id)).status, PATIENCE).toMatch(/created|failed|unknown/)
  return read(id)
}

async function vaults(name: string) {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
}

function senderOf(source: string): Source {
  const found = everySender.find((sender) => sender.source === source)
  if (!found) throw new Error(`there is no sender ${source}`)
  return found
}

describe.each(everySender)('$source', (sender) => {
  test('a signed delivery is accepted, becomes one vault, and stays one when it is delivered again', async () => {
    const asked = ask()
    const payload = sender.payload(asked)
    const accepted = await deliver(sender, payload)
    const ticket = sender.ticket(asked.number)
    expect(accepted.body.request).toMatchObject({
      status: 'accepted',
      source: sender.source,
      caller: sender.source,
      name: asked.name,
      ticket,
      requestedBy: sender.requestedBy,
    })
    expect(accepted.status).toBe(sender.statuses[0])
    const { id } = accepted.body.request
    expect(accepted.headers.get('location')).toBe(`/v1/requests/${id}`)
    expect(accepted.headers.get('x-request-id')).toBe(id)

    const record = await ended(id)
    expect(record).toMatchObject({ status: 'created', warnings: [], problem: null })
    const address = ticket.url ? ` (${ticket.url})` : ''
    const approver = sender.approvedBy === null ? '' : `approved by ${sender.approvedBy}, `
    expect(await vaults(asked.name)).toEqual([
      expect.objectContaining({
        id: record.vault.id,
        description: `Requested by ${sender.requestedBy}, ${approver}via ${sender.source}, ticket ${ticket.id}${address}, request ${id}`,
      }),
    ])

    const again = await deliver(sender, payload)
    expect([again.status, again.body]).toEqual([200, { request: record }])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await vaults(asked.name)).toHaveLength(1)
  })

  test('the same delivery ten times at once is one vault', async () => {
    const asked = ask()
    const payload = sender.payload(asked)
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(sender, payload)))
    const ids = new Set(answers.map(({ body }) => body.request.id))
    expect(ids.size).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([sender.statuses[0], 200]))
    for (const id of ids) expect(await ended(id)).toMatchObject({ status: 'created' })
    expect(await vaults(asked.name)).toHaveLength(1)
  })

  test('a change under the same ticket and name is not carried out, and the record warns of it', async () => {
    const asked = ask()
    const { id } = (await deliver(sender, sender.payload(asked))).body.request
    await ended(id)
    const edit = sender.payload({ ...asked, owners: 'second.owner@example.com' })
    for (const answer of [await deliver(sender, edit), await deliver(sender, edit)]) {
      expect([answer.status, Object.keys(answer.body)]).toEqual([200, ['ignored']])
      expect(answer.body.ignored).toMatch(
        `was not carried out. What became of the request: /v1/requests/${id}`,
      )
    }
    expect((await read(id)).warnings).toEqual([expect.stringContaining('Something else was asked for')])
    const [vault, ...others] = await vaults(asked.name)
    expect([vault?.ownerIds.length, others]).toEqual([1, []])
  })

  test('another name in the same ticket is an edit if the ticket is the sender’s own, else another vault', async () => {
    const asked = ask()
    const other = { ...asked, name: unique('Other') }
    const { id } = (await deliver(sender, sender.payload(asked))).body.request
    await ended(id)
    const answer = await deliver(sender, sender.payload(other))
    if (sender.ownPayload) {
      expect(answer.body.ignored).toContain('Something else was asked for under the same ticket')
      expect((await read(id)).warnings).toEqual([expect.stringContaining('Something else was asked for')])
    } else await ended(answer.body.request.id)
    const made = [...(await vaults(asked.name)), ...(await vaults(other.name))]
    expect(made).toHaveLength(sender.ownPayload ? 1 : 2)
  })

  test('while a secret is being replaced, both are good and a third is not', async () => {
    const [old, third] = [sender.oldSecret, `${sender.secret.slice(0, -6)}AAAAAA`]
    const asked = ask()
    const answer = await deliver(sender, sender.payload(asked), { secret: old })
    expect(answer.status).toBe(sender.statuses[0])
    await ended(answer.body.request.id)
    expect(await vaults(asked.name)).toHaveLength(1)
    expectProblem(await deliver(sender, sender.payload(ask()), { secret: third }), 'unauthenticated')
  })

  test('faults are told in the author’s words and kept; the corrected ticket is one vault', async () => {
    const asked = ask({ owners: 'nobody' })
    const payload = sender.payload(asked)
    const answer = await deliver(sender, payload)
    const [, refused] = sender.statuses
    const problem = refused === 422 ? answer.body : answer.body.request.problem
    if (refused === 422) expectProblem(answer, 'invalid-request', ['/owners/0'])
    expect(answer.status).toBe(refused)
    const said = `“${sender.ownersWord}” must be the e-mail address of a ConductorOne user`
    expect(problem.errors).toEqual([{ pointer: '/owners/0', detail: expect.stringContaining(said) }])
    expect(problem.detail).toContain(`No vault was created: ${said}`)

    const { instance: id } = problem
    expect(await read(id)).toMatchObject({
      status: 'failed',
      name: asked.name,
      ticket: sender.ticket(asked.number),
      requestedBy: sender.requestedBy,
      problem: { code: 'invalid-request', errors: problem.errors },
    })
    const again = await deliver(sender, payload)
    expect([again.status, again.body.request.id]).toEqual([200, id])
    expect(await stage.steps()).toEqual([])

    const corrected = await deliver(sender, sender.payload({ ...asked, owners: OWNER }))
    expect([corrected.status, corrected.body.request.id]).toEqual([sender.statuses[0], id])
    expect(await ended(id)).toMatchObject({ status: 'created', problem: null })
    expect(await vaults(asked.name)).toHaveLength(1)
  })

  test('an owner whom ConductorOne does not know fails the request, and a corrected ticket is one vault', async () => {
    const asked = ask({ owners: 'nobody@example.com' })
    const { id } = (await deliver(sender, sender.payload(asked))).body.request
    expect((await ended(id)).problem).toMatchObject({ code: 'owner-not-found' })
    await deliver(sender, sender.payload({ ...asked, owners: OWNER }))
    await expect.poll(async () => (await read(id)).status, PATIENCE).toBe('created')
    expect(await vaults(asked.name)).toHaveLength(1)
  })

  test('a signed delivery that asks for nothing is ignored, with the reason', async () => {
    const nothing = sender.source === 'linear' ? linearIssue({ type: 'Comment' }) : [1]
    const { body, status } = await deliver(sender, nothing)
    expect([status, body]).toEqual([200, { ignored: expect.any(String) }])
  })
})

/** An event that somebody sets off, the first one of a ticket or a later one; by its sender. */
const events: Record<string, (by: string, isLater: boolean, asked: Asked) => unknown> = {
  gitlab: (username, isLater, asked) =>
    gitLabIssue({
      iid: asked.number,
      username,
      description: formText({ 'Vault name': asked.name, Owners: asked.owners }),
      ...(isLater && { action: 'update', changes: { previous: [], current: ['vault-request'] } }),
    }),
  linear: (name, isLater, asked) =>
    linearIssue({
      number: asked.number,
      actor: { type: 'user', name },
      description: formText({ 'Vault name': asked.name, Owners: asked.owners }),
      ...(isLater && { action: 'update', before: [] }),
    }),
  pagerduty: (summary, _isLater, asked) =>
    pagerDutyIncident({
      id: `P${asked.number}`,
      agent: { summary },
      values: { vault_name: asked.name, vault_owners: asked.owners },
    }),
}

test.each([
  ['gitlab', 'created'],
  ['linear', 'created'],
  ['pagerduty', 'created'],
  ['gitlab', 'failed'],
  ['linear', 'failed'],
  ['pagerduty', 'failed'],
])('%s: what was %s is the answer to a later event that somebody else sets off', async (source, status) => {
  const sender = senderOf(source)
  const asked = ask(status === 'failed' ? { owners: 'nobody' } : {})
  const { id } = (await deliver(sender, events[source]?.('Jane', false, asked))).body.request
  const record = await ended(id)
  expect(record).toMatchObject({ status, warnings: [] })
  const answer = await deliver(sender, events[source]?.('Joe', true, asked))
  expect([answer.status, answer.body]).toEqual([200, { request: record }])
  expect(answer.headers.get('idempotent-replayed')).toBe('true')
  expect(await read(id)).toEqual(record)
})

test('the names that HTML gives to characters are read in a ticket', async () => {
  const body = formText({ 'Vault&nbsp;name': 'Caf&eacute; &NotEqualTilde; &nosuchname;', Owners: OWNER })
  const answer = await deliver(senderOf('github'), gitHubIssue({ number: ++tickets, body }))
  expect(answer.body.request).toMatchObject({ status: 'accepted', name: 'Café \u2242\u0338 &nosuchname;' })
})

test('all faults of a ticket are told at once', async () => {
  const body = '### Vault name\n\n\n\n### Owners\n\nnobody\n\n### Kind\n\nOther\n\n### Maximum views\n\nmany'
  const answer = await deliver(senderOf('github'), gitHubIssue({ number: ++tickets, body }))
  expectProblem(answer, 'invalid-request', ['/name', '/kind', '/maxViews', '/owners/0'])
  for (const word of [
    '“Vault name” is required',
    '“Kind” must be',
    '“Maximum views” must be',
    '“Owners” must be',
  ])
    expect(answer.body.detail).toContain(word)
  expect(await read(answer.body.instance)).toMatchObject({ status: 'failed', name: 'Vault without a name' })
})

test('a body without a ticket is told by its message: the same one is one vault, another is another', async () => {
  const { secret, ...sender } = senderOf('standard')
  const name = unique('No ticket')
  const body = JSON.stringify({ name, owners: [OWNER] })
  const send = (id: string, at: number) =>
    post({ secret, ...sender }, body, { headers: standardHeaders(body, secret, sender.stamp(at), id) })
  const [one, other] = [unique('msg').replace(' ', '_'), unique('msg').replace(' ', '_')]
  const first = await send(one, Date.now() - 60_000)
  await ended(first.body.request.id)
  // a repetition is signed anew
  const again = await send(one, Date.now())
  expect([again.status, again.body.request.id]).toEqual([200, first.body.request.id])
  expect(await vaults(name)).toHaveLength(1)
  await ended((await send(other, Date.now())).body.request.id)
  expect(await vaults(name)).toHaveLength(2)
})

test.each(['standard', 'zendesk'])(
  '%s: members that stand twice in a written body are refused',
  async (source) => {
    const ticket = unique('SEC').replace(' ', '-')
    const owners = `"owners":["${OWNER}"]`
    const twice = await post(
      senderOf(source),
      `{"name":"Disk",${owners},"name":"Key","ticket":{"id":"${ticket}","id":"SEC-1"}}`,
    )
    expectProblem(twice, 'invalid-request', ['/name', '/ticket/id'])
    expect(twice.body.detail).toContain('“name” stands twice; a quote inside a value must be escaped')
    expect(await read(twice.body.instance)).toMatchObject({ status: 'failed' })
    const corrected = await post(senderOf(source), `{"name":"Disk",${owners},"ticket":{"id":"${ticket}"}}`)
    expect(corrected.status).toBe(202)
  },
)

test('members that stand twice in a vendor’s own payload are its own affair', async () => {
  const payload = JSON.stringify(senderOf('github').payload(ask()))
  const answer = await post(senderOf('github'), `${payload.slice(0, -1)},"action":"labeled"}`)
  expect(answer.status).toBe(202)
})

test('what the simplified request does not know is refused by its name', async () => {
  const body = { ...JSON.parse(JSON.stringify(senderOf('zendesk').payload(ask()))), urgency: 'high' }
  const answer = await deliver(senderOf('zendesk'), body)
  expectProblem(answer, 'invalid-request', ['/urgency'])
  expect(answer.body.errors[0].detail).toMatch(/^“urgency” is not a field/)
})

test.each(everySender)('$source: JSON that is nested very deeply is no error of ours', async (sender) => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const payload = JSON.stringify(sender.payload(ask({ owners: 'DEEP' })))
  const answer = await post(sender, payload.replace(/"DEEP"/, deep))
  expect(answer.status).toBeLessThan(500)
})

describe('forgeries', () => {
  const delivery = (sender: Source) =>
    JSON.stringify(sender.payload({ number: 1, name: 'Forged', owners: OWNER }))

  test.each(everySender)('$source: without its own signature, a delivery is refused', async (sender) => {
    const body = delivery(sender)
    const to = quiet.worker
    const stranger = sender.source === 'github' ? senderOf('jira') : senderOf('github')
    const signed = sender.sign(body, sender.secret, sender.stamp(Date.now()))
    const headers = [
      {},
      Object.fromEntries(Object.keys(signed).map((name) => [name, ''])),
      stranger.sign(body, sender.secret, stranger.stamp(Date.now())),
      sender.sign(body, `${sender.secret.slice(0, -6)}AAAAAA`, sender.stamp(Date.now())),
      sender.sign(`${body} `, sender.secret, sender.stamp(Date.now())),
    ]
    for (const each of headers) {
      const answer = await post(sender, body, { to, headers: each })
      expectProblem(answer, 'unauthenticated')
      expect(answer.body.detail).toBe('The delivery is not signed as it must be.')
    }
    // an API key opens nothing here
    const keyed = await to.call('POST', `/webhooks/${sender.source}`, { ...OPERATOR, body })
    expectProblem(keyed, 'unauthenticated')
  })

  test.each([
    ['too old', -7 * 3_600_000 - 1_000],
    ['in the future', 61_000],
  ])('linear: a body that is %s is refused', async (_, off) => {
    const body = JSON.stringify(linearIssue({ at: Date.now() + off }))
    expectProblem(await post(senderOf('linear'), body, { to: quiet.worker }), 'unauthenticated')
  })

  test.each([
    ['no time', undefined],
    ['a time in seconds', Math.floor(Date.now() / 1_000)],
    ['a time in microseconds', Date.now() * 1_000],
    ['a time as text', String(Date.now())],
    ['a time as a date', new Date().toISOString()],
    ['an empty time', null],
  ])('linear: a body with %s is refused, whatever its header says', async (_, webhookTimestamp) => {
    const sender = senderOf('linear')
    const body = JSON.stringify({ ...linearIssue(), webhookTimestamp })
    const headers = {
      ...sender.sign(body, sender.secret, ''),
      'Linear-Timestamp': String(Date.now()),
    }
    expectProblem(await post(sender, body, { to: quiet.worker, headers }), 'unauthenticated')
  })

  test.each(['standard', 'gitlab', 'zendesk'])('%s: a delivery of last week is refused', async (source) => {
    const sender = senderOf(source)
    const at = Date.now() - 7 * 24 * 3_600_000
    expectProblem(await post(sender, delivery(sender), { to: quiet.worker, at }), 'unauthenticated')
  })

  test.each(everySender)('$source: a body that is too large is refused, signed or not', async (sender) => {
    const body = delivery(sender).padEnd(LIMIT + 1)
    expectProblem(await post(sender, body, { to: quiet.worker }), 'payload-too-large')
    expectProblem(await post(sender, body, { to: quiet.worker, headers: {} }), 'payload-too-large')
  })

  test('a body that just fits is read, and so is one that is not JSON', async () => {
    const sender = senderOf('github')
    const ping = await post(sender, '{"zen":"Keep it logically awesome."}'.padEnd(LIMIT), {
      to: quiet.worker,
    })
    expect([ping.status, ping.body]).toEqual([200, { ignored: 'this is not an issue event' }])
    expectProblem(await post(sender, '{"zen":', { to: quiet.worker }), 'malformed-json')
    expectProblem(await post(sender, '', { to: quiet.worker }), 'malformed-json')
  })

  test.each(['slack', 'jira2', 'GitHub', 'constructor', '__proto__', ''])(
    'there is no source "%s"',
    async (name) => {
      expectProblem(
        await quiet.worker.call('POST', `/webhooks/${name}`, { as: null, body: '{}' }),
        'not-found',
      )
    },
  )

  test('after all of that nothing is stored, and ConductorOne was asked nothing', async () => {
    const list = await quiet.worker.call('GET', '/v1/requests', OPERATOR)
    expect([list.status, list.body.requests]).toEqual([200, []])
    expect(await quiet.steps()).toEqual([])
  })
})

describe('what is configured', () => {
  const { standard, github, jira, zendesk, pagerduty } = {
    standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    github: "It's a Secret to Everybody",
    jira: '8f742231b10e8888abcd99yyyzzz85a5',
    zendesk: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
    pagerduty: 'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
  }

  async function configured(secrets: unknown, work: (worker: VaultWorker) => Promise<void>) {
    const worker = await startWorker({
      ...settings(stage.credential, stage.wire.url),
      ...(secrets !== undefined && { WEBHOOK_SECRETS: JSON.stringify(secrets) }),
    })
    try {
      await work(worker)
    } finally {
      await worker.stop()
    }
  }

  test('a source without a secret does not exist', () =>
    configured({ github: senderOf('github').secret }, async (to) => {
      for (const sender of everySender.filter(({ source }) => source !== 'github'))
        expectProblem(await deliver(sender, sender.payload(ask()), { to }), 'not-found')
      const sender = senderOf('github')
      expectProblem(await deliver(sender, {}, { to, headers: {} }), 'unauthenticated')
    }))

  test('without any secret no source exists', () =>
    configured(undefined, async (to) => {
      for (const sender of everySender)
        expectProblem(await deliver(sender, sender.payload(ask()), { to }), 'not-found')
    }))

  test('secrets out of the vendors’ documentation are refused, by name and never by value', () => {
    const published = { standard, github, jira: [senderOf('jira').secret, jira], zendesk, pagerduty }
    return configured(published, async (to) => {
      for (const sender of everySender)
        expectProblem(await deliver(sender, sender.payload(ask()), { to }), 'misconfigured')
      const logged = to.logs.join('\n')
      for (const place of ['standard', 'github', 'jira.1', 'zendesk', 'pagerduty'])
        expect(logged).toContain(`WEBHOOK_SECRETS.${place}`)
      expect(logged).not.toContain('WEBHOOK_SECRETS.jira.0')
      for (const secret of Object.values(published).flat()) {
        expect(logged).not.toContain(secret)
        expect(to.answers.join('\n')).not.toContain(secret)
      }
    })
  })
})

describe('while ConductorOne takes twenty seconds for every answer', () => {
  let slow: Stage
  beforeAll(async () => {
    slow = await startStage(SETTINGS)
    for (const step of ['token', 'search', 'create'] as const)
      await slow.simulator.control.fault(step, { kind: 'delay', ms: 20_000 }, { times: 100 })
  })
  afterAll(() => slow.stop())

  test('every sender has its answer before ConductorOne has given one', async () => {
    const statuses: number[] = []
    for (const sender of everySender) {
      const { status } = await deliver(sender, sender.payload(ask()), { to: slow.worker })
      statuses.push(status)
      // from the first delivery on, ConductorOne is busy
      await expect.poll(() => slow.steps(), PATIENCE).not.toEqual([])
    }
    expect(await slow.simulator.control.journal()).toSatisfy((calls: JournalEntry[]) =>
      calls.every((call) => call.status === null),
    )
    expect(statuses).toEqual(everySender.map((sender) => sender.statuses[0]))
    expect(await slow.simulator.control.vaults()).toEqual([])
  })
})

test('nothing that was logged or answered holds a secret of a sender, or of ours', async () => {
  for (const { worker } of [stage, quiet]) {
    const text = [...worker.logs, ...worker.answers].join('\n')
    expect(text).toContain('delivery.ignored')
    for (const { secret, oldSecret } of everySender)
      for (const part of [secret, oldSecret]) expect(text).not.toContain(part.replace(/^whsec_/, ''))
    expect(text).not.toMatch(/sha256=|v1[=,][\w+/]{20}/)
  }
  await expectNoSecrets(stage)
})
