import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueAt, overdueAt } from '../../../src/ledger/alarm.ts'
import { beginAttempt, decide } from '../../../src/ledger/decide.ts'
import { type Entry, recordOf, type Status, SYSTEM_LOG } from '../../../src/ledger/entry.ts'
import { FOREIGN_VAULT, unknownOutcome } from '../../../src/ledger/outcome-problems.ts'
import { isSearching, nextLookAt } from '../../../src/ledger/search.ts'
import { advance, type Event } from '../../../src/ledger/state.ts'
import { Problem } from '../../../src/problem/problem.ts'
import { claimLike, entryOf, orderFor, problemDocument, vault } from '../samples.ts'
import { NOON } from '../world.ts'

const DAY = 24 * 3_600_000
const problem = problemDocument('conductorone-unavailable')
const owners = [{ input: 'owner@example.com', id: 'u1' }]

const statuses = ['accepted', 'creating', 'created', 'failed', 'unknown'] as const satisfies readonly Status[]

const events: { readonly [T in Event['type']]: Extract<Event, { type: T }> } = {
  started: { type: 'started', deadline: NOON + 25_000 },
  sending: { type: 'sending', owners, ownersToTell: [] },
  'not-taken': { type: 'not-taken' },
  created: { type: 'created', vault },
  failed: { type: 'failed', problem },
  lost: { type: 'lost', problem: problemDocument('outcome-unknown'), isSearchOn: false },
  postponed: { type: 'postponed', problem },
  abandoned: { type: 'abandoned' },
  overdue: { type: 'overdue', isSearchOn: false },
  'expiry-set': { type: 'expiry-set', vault: { ...vault, credentialExpirationDuration: '3600s' } },
  'expiry-refused': { type: 'expiry-refused', note: 'refused' },
  'owner-told': { type: 'owner-told', ownerId: 'u1', isTold: true },
  'workflow-seen': { type: 'workflow-seen' },
  'workflow-lost': { type: 'workflow-lost' },
  'workflow-ended': { type: 'workflow-ended', told: [] },
  told: { type: 'told', told: [{ to: 'hooks.example.com', at: NOON, error: null }] },
  'not-told': { type: 'not-told', to: 'requester', reason: 'it answered HTTP 410' },
  looked: { type: 'looked', finding: 'none', isScheduled: true },
  'search-stopped': { type: 'search-stopped' },
  noted: { type: 'noted', note: 'by the way' },
  settled: { type: 'settled', vault, by: 'operator' },
}

/** An entry in a state, as the ledger would have it there. */
async function entryIn(status: Status, fields: Readonly<Record<string, unknown>> = {}, background = false) {
  const entry = await entryOf(fields, {}, background)
  const way: Record<Status, readonly Event[]> = {
    accepted: [],
    creating: [events.started, events.sending],
    created: [events.started, events.sending, events.created],
    failed: [events.started, events.failed],
    unknown: [events.started, events.sending, events.lost],
  }
  return way[status].reduce((entry, event) => advance(entry, event, NOON), entry)
}

function step(entry: Entry, event: Event, now = NOON): Entry | undefined {
  try {
    return advance(entry, event, now)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return undefined
  }
}

// what becomes of a request in each state, by event; `-` is refused
test.each<[Event['type'], ...(Status | '-')[]]>([
  // event             accepted    creating    created    failed    unknown
  ['started', 'accepted', '-', '-', '-', '-'],
  ['sending', 'creating', '-', '-', '-', '-'],
  ['not-taken', '-', 'accepted', '-', '-', '-'],
  ['created', '-', 'created', '-', '-', 'created'],
  ['failed', 'failed', 'failed', '-', '-', 'failed'],
  ['lost', '-', 'unknown', '-', '-', 'unknown'],
  ['postponed', 'accepted', 'accepted', '-', '-', '-'],
  ['abandoned', 'failed', '-', '-', '-', '-'],
  ['overdue', 'failed', 'unknown', '-', '-', '-'],
  ['expiry-set', '-', '-', 'created', '-', '-'],
  ['expiry-refused', '-', '-', 'created', '-', '-'],
  ['owner-told', '-', '-', 'created', '-', '-'],
  ['workflow-seen', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['workflow-lost', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['workflow-ended', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['told', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['not-told', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['looked', '-', '-', '-', '-', 'unknown'],
  ['search-stopped', '-', '-', '-', '-', 'unknown'],
  ['noted', 'accepted', 'creating', 'created', 'failed', 'unknown'],
  ['settled', '-', '-', '-', '-', 'created'],
])('%s leads from each state where it should, or nowhere', async (type, ...expected) => {
  const after = await Promise.all(
    statuses.map(async (status) => step(await entryIn(status), events[type])?.status ?? '-'),
  )
  expect(after).toEqual(expected)
})

test('every event stands in that table', () => {
  expect(Object.keys(events)).toHaveLength(21)
})

test('begins as accepted, with nothing sent and nobody found', async () => {
  expect(await entryOf({ credentialTtl: '1h' })).toMatchObject({
    source: 'api',
    caller: 'runbook',
    status: 'accepted',
    attempt: 1,
    owners: [],
    vault: null,
    problem: null,
    notes: [],
    expiry: 'pending',
    workflow: 'none',
    deadline: null,
    createdAt: NOON,
    updatedAt: NOON,
  })
  expect(await entryOf({}, {}, true)).toMatchObject({ expiry: 'none', workflow: 'due' })
})

test('keeps of a claim nothing that it does not need', async () => {
  const entry = await entryOf()
  const kept = beginAttempt(claimLike(entry, { traceparent: '00-1' }), undefined, NOON)
  for (const name of ['background', 'traceparent', 'isTransferable', 'warnings', 'refusal'])
    expect(kept).not.toHaveProperty(name)
})

test('was created when it came in, however long its body took', async () => {
  const claim = claimLike(await entryOf())
  expect(beginAttempt(claim, undefined, NOON + 2_500)).toMatchObject({
    createdAt: NOON,
    updatedAt: NOON + 2_500,
  })
})

test('begins again under the id it has, as another attempt', async () => {
  const failed = await entryIn('failed')
  const claim = claimLike(await entryOf({ name: 'Corrected' }), { id: 'req_other' })
  expect(beginAttempt(claim, failed, NOON + 5)).toMatchObject({
    id: failed.id,
    status: 'accepted',
    attempt: 2,
    order: { name: 'Corrected' },
    problem: null,
    createdAt: NOON,
    updatedAt: NOON + 5,
  })
})

test('a claim means: go ahead, wait, here is the outcome, or that is another request', async () => {
  const claim = claimLike(await entryOf())
  const other = { ...claim, fingerprint: 'other' }
  const entries = await Promise.all(statuses.map((status) => entryIn(status)))
  expect(entries.map((entry) => decide(entry, claim))).toEqual(['wait', 'wait', 'replay', 'retry', 'replay'])
  expect(entries.map((entry) => decide(entry, other))).toEqual([
    'conflict',
    'conflict',
    'conflict',
    'retry',
    'conflict',
  ])
})

test('says each refusal of a faulty request once', async () => {
  const refusal = { code: 'invalid-request', detail: 'Wrong.', errors: [] } as const
  const claim = claimLike(await entryOf(), { refusal })
  expect(decide(await entryIn('failed'), claim)).toBe('replay')
  expect(decide(await entryIn('failed'), { ...claim, fingerprint: 'other' })).toBe('retry')
})

test('records who owns it when it is sent, the vault when it is there, and no problem beside it', async () => {
  expect(await entryIn('creating')).toMatchObject({ owners, deadline: NOON + 25_000 })
  const late = advance(await entryIn('unknown'), events.created, NOON + 9)
  expect(late).toMatchObject({ owners, vault, problem: null, deadline: null, updatedAt: NOON + 9 })
})

test('an overdue request that a Workflow looks after waits a day for it, if it was not sent', async () => {
  const due = advance(await entryIn('accepted', {}, true), events.started, NOON)
  expect(overdueAt(due)).toBe(NOON + 25_000)
  const waiting = advance(due, events.overdue, NOON + 25_000)
  expect(waiting).toMatchObject({ status: 'accepted', deadline: null, workflow: 'due', attempt: 2 })
  expect(overdueAt(waiting)).toBe(NOON + 25_000 + DAY)
  expect(advance(waiting, events.overdue, NOON)).toMatchObject({ status: 'failed' })
  const sent = await entryIn('creating', { callbackUrl }, true)
  expect(advance(sent, events.overdue, NOON)).toMatchObject({ status: 'unknown', workflow: 'due' })
})

test('a request that was tried long enough fails with what kept it from being sent', async () => {
  const told = { ...problem, detail: 'HTTP 503' }
  const postponed = advance(await entryIn('accepted', {}, true), { ...events.postponed, problem: told }, NOON)
  expect(advance(postponed, events.abandoned, NOON).problem).toEqual(told)
})

test('an overdue request says whether it can have been sent', async () => {
  expect(advance(await entryIn('accepted'), events.overdue, NOON).problem).toMatchObject({
    code: 'conductorone-unavailable',
    retryAfter: 1,
  })
  expect(advance(await entryIn('creating'), events.overdue, NOON).problem).toMatchObject({
    code: 'outcome-unknown',
  })
})

test('tells a person what to look for, and how to settle it', async () => {
  const entry = await entryOf({ requestedBy: 'Jane' })
  const upstream = { status: 500, message: 'x' }
  const document = unknownOutcome(entry, new Problem('outcome-unknown', 'No answer.', { upstream }), false)
  expect(document).toMatchObject({ code: 'outcome-unknown', instance: entry.id, upstream })
  for (const part of [
    'No answer.',
    '“Payroll”',
    `Requested by Jane, via runbook, request ${entry.id}`,
    `/v1/requests/${entry.id}/resolve`,
  ])
    expect(document.detail).toContain(part)
})

test('remembers the last ten messages, each once, also when it is tried again', async () => {
  const told = Array.from({ length: 12 }, (_, at) => ({ to: 'hooks.example.com', at, error: null }))
  const failed = await entryIn('failed')
  const ended = advance(failed, { type: 'workflow-ended', told: told.slice(0, 6) }, NOON)
  const next = beginAttempt(claimLike(ended), ended, NOON)
  expect(advance(next, { type: 'told', told: told.slice(3) }, NOON).told).toEqual(told.slice(2))
  expect(failed).not.toHaveProperty('told')
})

test('records once, with a warning, that somebody could not be told', async () => {
  const event = events['not-told']
  const after = advance(advance(await entryIn('created'), event, NOON), event, NOON + 1)
  expect(after.told).toEqual([{ to: 'requester', at: NOON, error: event.reason }])
  expect(after.notes).toEqual([expect.stringContaining(event.reason)])
})

test('settled without a vault it has failed, and the same key may be used again', async () => {
  const unknown = await entryIn('unknown')
  const settled = advance(unknown, { type: 'settled', vault: null, by: 'Ann' }, NOON)
  expect(settled).toMatchObject({
    status: 'failed',
    vault: null,
    // true of a request that ConductorOne was asked for, and that an operator settled
    problem: { code: 'conductorone-unavailable', title: 'Nothing was done in ConductorOne' },
  })
  expect(settled.problem?.detail).toMatch(/^Ann says that no vault was created/)
  expect(settled).toMatchObject({
    settledBy: 'Ann',
    notes: [expect.stringContaining('Ann'), expect.any(String)],
  })
  expect(decide(settled, claimLike(unknown))).toBe('succeed')
})

test('settled with a vault it has a Workflow of its own for what is left to do', async () => {
  const unknown = advance(
    await entryIn('unknown', { credentialTtl: '1h' }, true),
    events['workflow-seen'],
    NOON,
  )
  const settled = advance(unknown, events.settled, NOON)
  expect(settled).toMatchObject({
    status: 'created',
    vault,
    run: 2,
    attempt: 1,
    workflow: 'due',
    expiry: 'pending',
    settledBy: 'operator',
  })
  const nothingLeft = advance(await entryIn('unknown', {}, true), events.settled, NOON)
  expect(nothingLeft).toMatchObject({ workflow: 'none' })
})

test('says everything once', async () => {
  const once = advance(await entryIn('created'), events.noted, NOON)
  expect(advance(once, events.noted, NOON).notes).toEqual(['by the way'])
})

const callbackUrl = 'https://hooks.example.com/'

test.each([
  ['nothing', {}, ['none', 'none', 'none']],
  ['an expiry to set', { credentialTtl: '1h' }, ['due', 'none', 'none']],
  ['somebody to tell', { callbackUrl }, ['due', 'due', 'due']],
])(
  'with %s left over a request that was waited for gets a Workflow, or none',
  async (_, fields, expected) => {
    const ends = await Promise.all(
      (['created', 'failed', 'unknown'] as const).map((status) => entryIn(status, fields)),
    )
    expect(ends.map(({ workflow }) => workflow)).toEqual(expected)
  },
)

test.each([
  ['set', events['expiry-set'], 'set'],
  ['refused', events['expiry-refused'], 'none'],
] as const)(
  'once the expiry is %s, a Workflow that was for nothing else is not started',
  async (_, event, expiry) => {
    const alone = await entryIn('created', { credentialTtl: '1h' })
    expect(advance(alone, event, NOON)).toMatchObject({ expiry, workflow: 'none' })
    const told = await entryIn('created', { credentialTtl: '1h', callbackUrl })
    expect(advance(told, event, NOON)).toMatchObject({ expiry, workflow: 'due' })
    const running = advance(alone, events['workflow-seen'], NOON)
    expect(advance(running, event, NOON)).toMatchObject({ expiry, workflow: 'started' })
  },
)

test('the ledger looks at a request again soon after its deadline, or 30 days after its end', async () => {
  const due = await Promise.all(statuses.map(async (status) => dueAt(await entryIn(status))))
  expect(due).toEqual([NOON + DAY + 5_000, NOON + 30_000, NOON + 30 * DAY, NOON + 30 * DAY, null])
})

test('the ledger looks soon at a request whose Workflow is not started, and later while it makes the attempt', async () => {
  const due = await Promise.all(
    statuses.map(async (status) => dueAt(await entryIn(status, { callbackUrl }, true))),
  )
  const [soon, untilDeadline] = [NOON + 5_000, NOON + 25_000 - 90_000]
  expect(due).toEqual([soon, untilDeadline, soon, soon, soon])
})

test('a Workflow that was to be started is not, if nothing remains at the end', async () => {
  const ends = await Promise.all(
    (['created', 'failed', 'unknown'] as const).map((status) => entryIn(status, {}, true)),
  )
  expect(ends.map(({ workflow }) => workflow)).toEqual(['none', 'none', 'none'])
  expect(advance(await entryIn('creating', {}, true), searched, NOON)).toMatchObject({ workflow: 'due' })
})

const searched = { ...events.lost, isSearchOn: true } as const

/** A request whose create was sent at noon and got no answer, and whose vault is searched for. */
async function searchedFor(fields: Readonly<Record<string, unknown>> = {}, background = false) {
  return advance(await entryIn('creating', fields, background), searched, NOON + 20_000)
}

test('a lost create gets a Workflow that searches for its vault, unless it has one', async () => {
  const lost = await searchedFor()
  expect(lost).toMatchObject({
    status: 'unknown',
    workflow: 'due',
    search: { sentAt: NOON, deadline: NOON + 25_000, looksCount: 0, isCallerAnswered: true },
  })
  const running = advance(await entryIn('creating', {}, true), events['workflow-seen'], NOON)
  expect(advance(running, searched, NOON)).toMatchObject({
    workflow: 'started',
    search: { isCallerAnswered: false },
  })
  expect(await entryIn('unknown')).toMatchObject({ workflow: 'none', search: { isOver: true } })
})

test('the search looks six times in 25 minutes, and says when it looks next and until when it looked', async () => {
  let entry = await searchedFor()
  const minutes: number[] = []
  for (let next = nextLookAt(entry); next !== null; next = nextLookAt(entry)) {
    minutes.push((next - NOON) / 60_000)
    expect(recordOf(entry).nextAttemptAt).toBe(new Date(next).toISOString())
    entry = advance(entry, events.looked, next + 500)
    expect(recordOf(entry).warnings.join()).toContain(new Date(next + 500).toISOString())
  }
  expect(minutes).toEqual([1, 2, 5, 10, 14, 25])
  expect(recordOf(entry)).toMatchObject({
    status: 'unknown',
    nextAttemptAt: null,
    updatedAt: recordOf(await searchedFor()).updatedAt,
  })
})

test("an operator's look is not one of the six", async () => {
  const looked = advance(await searchedFor(), { ...events.looked, isScheduled: false }, NOON + 30_000)
  expect(looked.search).toMatchObject({ looksCount: 0, lookedAt: NOON + 30_000 })
})

test.each([
  ['the right is missing', { ...events.looked, finding: 'forbidden' }, /may not read/],
  ['it is switched off', events['search-stopped'], undefined],
] as const)('the search ends if %s', async (_, event, warning) => {
  const ended = advance(await searchedFor(), event, NOON + 60_000)
  expect(isSearching(ended)).toBe(false)
  const { warnings } = recordOf(ended)
  if (warning) expect(warnings.join()).toMatch(warning)
  else expect(warnings).toEqual([])
})

test.each([
  ['found', (lost: Entry) => advance(lost, { ...events.settled, by: SYSTEM_LOG }, NOON + 60_000)],
  ['answered late', (lost: Entry) => advance(lost, events.created, NOON + 60_000)],
])('what was told is told anew if the vault is %s', async (_, settle) => {
  const told = advance(await searchedFor({ callbackUrl }), events['workflow-seen'], NOON + 21_000)
  expect(settle(told)).toMatchObject({ status: 'created', workflow: 'due', run: told.run + 1 })
})

test('a caller who was answered and has no callback is named', async () => {
  const { warnings } = recordOf(advance(await searchedFor(), events.settled, NOON + 60_000))
  expect(warnings).toContainEqual(expect.stringMatching(/^runbook was told/))
  const told = recordOf(advance(await searchedFor({ callbackUrl }), events.settled, NOON + 60_000))
  expect(told.warnings).not.toContainEqual(expect.stringMatching(/^runbook was told/))
})

test('a person whom no answer, callback, chat or comment reaches is named', async () => {
  const unknown = await entryIn('unknown', { requestedBy: 'Tim on Teams' }, true)
  const { warnings } = recordOf(advance(unknown, events.settled, NOON))
  expect(warnings).toContainEqual(expect.stringMatching(/^Tim on Teams cannot be told the outcome/))
})

test('a vault is its own by the line at the end of its description, not by a mention', async () => {
  const lost = await searchedFor()
  const line = `Requested via runbook, request ${lost.id}`
  const settledWith = (description: string) =>
    advance(lost, { ...events.settled, vault: { ...vault, description } }, NOON)
  expect(settledWith(`Wages\n\n${line}`)).toMatchObject({ isForced: false })
  const planted = settledWith(`${line}\n\nRequested via other, request req_other`)
  expect(planted).toMatchObject({ isForced: true, notes: expect.arrayContaining([FOREIGN_VAULT]) })
})

test('owners who are to be told need a Workflow once there is a vault, and each is told once', async () => {
  const sending = { ...events.sending, ownersToTell: ['u1', 'u2'] }
  const sent = advance(advance(await entryIn('accepted'), events.started, NOON), sending, NOON)
  expect(advance(sent, events.failed, NOON)).toMatchObject({ workflow: 'none' })
  const created = advance(sent, events.created, NOON)
  expect(created).toMatchObject({ workflow: 'due', ownersToTell: ['u1', 'u2'] })
  expect(advance(created, events['expiry-set'], NOON)).toMatchObject({ workflow: 'due' })
  const told = advance(created, events['owner-told'], NOON + 1_000)
  expect(told).toMatchObject({ ownersToTell: ['u2'], updatedAt: created.updatedAt })
  const again = advance(told, { ...events['owner-told'], isTold: false }, NOON)
  expect(again).toMatchObject({ ownersToTell: ['u2', 'u1'] })
})

test('owners are told of a vault that was found, and not of one that may be another’s', async () => {
  const sending = { ...events.sending, ownersToTell: ['u1'] }
  const sent = advance(advance(await entryIn('accepted'), events.started, NOON), sending, NOON)
  const lost = advance(sent, { ...events.lost, isSearchOn: false }, NOON)
  const own = { ...vault, description: `Requested via runbook, request ${lost.id}` }
  expect(advance(lost, { ...events.settled, vault: own }, NOON)).toMatchObject({
    isForced: false,
    ownersToTell: ['u1'],
    workflow: 'due',
  })
  expect(advance(lost, events.settled, NOON)).toMatchObject({
    isForced: true,
    ownersToTell: [],
    workflow: 'none',
  })
})

test('a Workflow is asked after ten minutes whether it is alive, and then every ten', async () => {
  const accepted = await entryIn('accepted', {}, true)
  const started = advance(accepted, events['workflow-seen'], NOON + 1_000)
  expect(dueAt(started)).toBe(NOON + 601_000)
  expect(dueAt(advance(started, events['workflow-seen'], NOON + 601_000))).toBe(NOON + 1_201_000)
  const lost = advance(started, events['workflow-lost'], NOON + 601_000)
  expect(lost).toMatchObject({
    workflow: 'due',
    run: started.run + 1,
    updatedAt: started.updatedAt,
  })
  expect(dueAt(advance(started, events['workflow-ended'], NOON + 2_000))).toBe(NOON + DAY + 5_000)
})

test('what ends overdue is told by a Workflow that is not the one that was lost', async () => {
  const started = advance(await entryIn('accepted', { callbackUrl }, true), events['workflow-seen'], NOON)
  const ended = advance(started, events.overdue, NOON + DAY)
  expect(ended).toMatchObject({ status: 'failed', workflow: 'due', run: started.run + 1 })
})

const anyEvent = fc.oneof(
  fc.constantFrom<Event>(...Object.values(events), searched, {
    type: 'settled',
    vault: null,
    by: 'operator',
  }),
)
const history = fc.array(fc.oneof({ weight: 6, arbitrary: anyEvent }, fc.constant('claim' as const)), {
  maxLength: 40,
})

/** Every state that a sequence of events leads through; an event that cannot happen is left out. */
function states(first: Entry, history: readonly (Event | 'claim')[]) {
  const passed: { readonly before: Entry; readonly event: Event | 'claim'; readonly after: Entry }[] = []
  let before = first
  for (const event of history) {
    const claim = claimLike(first)
    const again = () => (decide(before, claim) === 'retry' ? beginAttempt(claim, before, NOON) : undefined)
    const after = event === 'claim' ? again() : step(before, event)
    if (after) passed.push({ before, event, after })
    before = after ?? before
  }
  return passed
}

test.each([false, true])(
  'whatever happens, a state and what is known fit together (background: %s)',
  async (background) => {
    const first = await entryOf({ credentialTtl: '1h', callbackUrl }, {}, background)
    fc.assert(
      fc.property(history, (history) => {
        for (const { before, event, after } of states(first, history)) {
          expect(after.vault !== null).toBe(after.status === 'created')
          if (after.status === 'failed' || after.status === 'unknown') expect(after.problem).not.toBeNull()
          if (after.status === 'created' || after.status === 'creating') expect(after.owners).toEqual(owners)
          if (after.status === 'created') expect(after.problem).toBeNull()
          if (before.status === 'created') expect(after.status).toBe('created')
          if (event !== 'claim' && event.type === 'sending') expect(before.status).toBe('accepted')
          expect([after.id, after.key, after.createdAt]).toEqual([first.id, first.key, first.createdAt])
          expect(after.attempt).toBeGreaterThanOrEqual(before.attempt)
        }
      }),
    )
  },
)

test('whatever happens, nothing is sent twice unless somebody knows that the first time left nothing behind', async () => {
  const first = await entryOf()
  fc.assert(
    fc.property(history, (history) => {
      let inTheDark = false
      for (const { event, after } of states(first, history)) {
        const type = event === 'claim' ? event : event.type
        if (type === 'sending') {
          expect(inTheDark).toBe(false)
          inTheDark = true
        }
        // ConductorOne said no, or come later, or a person has looked
        const saidNo = type === 'failed' || type === 'postponed' || type === 'not-taken'
        if (saidNo || (type === 'settled' && after.status === 'failed')) inTheDark = false
      }
    }),
  )
})

test('an order is kept as it was given', async () => {
  const fields = { credentialTtl: '1h' }
  expect((await entryIn('created', fields)).order).toEqual(orderFor(fields))
})

test('a failed request of another person leaves the key to a new one', async () => {
  const failed = { ...(await entryIn('failed')), personId: 'u1' }
  expect(decide(failed, claimLike(failed, { personId: 'u1' }))).toBe('retry')
  expect(decide(failed, claimLike(failed, { personId: 'u2' }))).toBe('supersede')
  expect(decide(failed, claimLike(failed, { personId: null }))).toBe('supersede')
  const refusal = { code: 'invalid-request', detail: 'Wrong.', errors: [] } as const
  expect(decide(failed, claimLike(failed, { personId: 'u2', refusal }))).toBe('supersede')
  const created = { ...(await entryIn('created')), personId: 'u1' }
  expect(decide(created, claimLike(created, { personId: 'u2' }))).toBe('replay')
})

test('remembers how each attempt ended, and when the next one begins', async () => {
  const told = { ...problem, upstream: { status: 503 }, retryAfter: 60 }
  const first = advance(await entryIn('accepted', {}, true), events.started, NOON + 1)
  expect(first.attempts).toMatchObject([{ number: 1, startedAt: NOON + 1, endedAt: null, outcome: null }])
  const postponed = advance(first, { type: 'postponed', problem: told }, NOON + 5)
  const nextAttemptAt = NOON + 5 + 60_000
  expect(postponed).toMatchObject({ status: 'accepted', attempt: 2, nextAttemptAt })
  expect(postponed.attempts).toEqual([
    {
      number: 1,
      startedAt: NOON + 1,
      endedAt: NOON + 5,
      outcome: 'postponed',
      upstreamStatus: 503,
      problem: 'conductorone-unavailable',
      nextAttemptAt,
    },
  ])
  const second = advance(postponed, events.started, nextAttemptAt)
  expect(second).toMatchObject({ attempt: 2, nextAttemptAt: null, attempts: [{ number: 1 }, { number: 2 }] })
  const sending = advance(second, events.sending, nextAttemptAt)
  const created = advance(sending, events.created, nextAttemptAt + 7)
  expect(created.attempts.at(-1)).toMatchObject({ number: 2, endedAt: nextAttemptAt + 7, outcome: 'created' })
})

test('waits twice as long before each attempt, up to a quarter of an hour, and remembers the last ten', async () => {
  let entry = await entryIn('accepted', {}, true)
  const waits = []
  for (let attempt = 1; attempt <= 12; attempt++) {
    entry = advance(advance(entry, events.started, NOON), { type: 'postponed', problem }, NOON)
    waits.push(((entry.nextAttemptAt ?? 0) - NOON) / 1_000)
  }
  expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
  expect(entry.attempts.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(entry.attempt).toBe(13)
})

test('a request that ends without an attempt changes nothing of an earlier one', async () => {
  const failed = await entryIn('failed')
  const again = beginAttempt(claimLike(failed), failed, NOON + 1)
  const refused = advance(again, events.failed, NOON + 2)
  expect(refused.attempts).toEqual(failed.attempts)
})
