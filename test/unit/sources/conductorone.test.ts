import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemOf } from '../../../src/conductorone/problem.ts'
import { SourceOptions } from '../../../src/config/source-options.ts'
import { type Entry, recordOf } from '../../../src/ledger/entry.ts'
import { unknownOutcome } from '../../../src/ledger/outcome-problems.ts'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { automationAnswer, stepAnswer, stepRefusal } from '../../../src/outcomes/conductorone-answer.ts'
import { readConductorOne } from '../../../src/sources/conductorone.ts'
import { readDocument } from '../../simulator/webhook-document.ts'
import { entryOf, NEXT, problemDocument, vault } from '../samples.ts'

const CALLBACK = 'https://acme.conductor.one/api/v1/webhooks/callback/x'
const STEP = 'c1.webhooks.v1.PayloadProvisionStep'
const AUTOMATION = 'c1.webhooks.v1.PayloadWorkflowStep'

function read(event: string, payload: unknown, fields = {}) {
  const options = SourceOptions.parse({ conductorone: { fields } })
  const envelope = { version: 'v1', webhookId: 'w1', event, callbackUrl: CALLBACK, payload }
  return readConductorOne(envelope, new Headers(), options)
}

function step(task: object = {}, view: object = {}, fields = {}) {
  const taskView = {
    task: { id: 't1', numericId: '42', displayName: 'The task', userId: 'u1', type: { grant: {} }, ...task },
    appPath: '$.expanded[2]',
    userPath: '$.expanded[0]',
    entitlementsPath: '$.expanded[1]',
    ...view,
  }
  const expanded = [
    { user: { displayName: 'Jane', email: 'jane@example.com' } },
    { appEntitlement: { displayName: 'Team vault' } },
    { app: { displayName: 'Payroll' } },
  ]
  return read(STEP, { taskView, expanded }, fields)
}

describe('a provisioning step', () => {
  test('puts a title that stands in for the name on one line and cuts it, with a warning', () => {
    const displayName = `Team\n${'a'.repeat(300)}`
    expect(step({ displayName }, { entitlementsPath: '' })).toMatchObject({
      request: { name: `Team ${'a'.repeat(249)}…` },
      warnings: ['“Entitlement” was cut to 255 characters to name the vault.'],
    })
  })

  test('asks for a vault of the entitlement’s name, owned by whom the task is for', () => {
    expect(step()).toMatchObject({
      kind: 'request',
      request: {
        name: 'Team vault',
        owners: ['u1'],
        ticket: { id: 'C1-42' },
        requestedBy: 'jane@example.com',
      },
      callbackUrl: CALLBACK,
      channel: 'conductorone-step',
    })
  })

  test.each([
    [
      'form answers',
      {},
      { vault_name: 'Keys', vault_owners: ['u2', 'u3'] },
      { name: 'Keys', owners: ['u2', 'u3'] },
    ],
    ['no answers', {}, { vault_owners: '', vault_name: ' ' }, { name: 'Team vault', owners: ['u1'] }],
    ['other names of answers', { owners: 'who' }, { who: 'a@example.com' }, { owners: ['a@example.com'] }],
    [
      'names around it',
      { name: '$app', description: '$task' },
      {},
      { name: 'Payroll', description: 'The task' },
    ],
    ['a number', {}, { vault_kind: 'magic link', vault_max_views: 3 }, { kind: 'magic_link', maxViews: 3 }],
    ['a truth', {}, { vault_allow_unauthenticated: false }, { allowUnauthenticated: false }],
    ['what every object has', { name: 'constructor' }, {}, { name: 'Team vault' }],
  ])('reads %s', (_, fields, data, request) => {
    expect(step({ data }, {}, fields)).toMatchObject({ request })
  })

  test.each([
    ['takes access away', { task: { id: 't1', type: { revoke: {}, grant: null } } }],
    ['has no task', {}],
    ['has a task without an id', { task: { id: '', type: { grant: {} } } }],
  ])('that %s is answered, so that nobody waits for it', (_, taskView) => {
    expect(read(STEP, { taskView })).toMatchObject({
      kind: 'unsupported',
      reason: expect.stringContaining('by hand'),
    })
  })
})

test.each([
  ['a request', { name: 'A' }, { name: 'A' }],
  ['nothing', undefined, {}],
  ['null', null, {}],
  ['a list', ['A'], {}],
  ['text', 'A', {}],
])('an automation’s context that is %s is a request with its faults', (_, context, request) => {
  expect(read(AUTOMATION, { context })).toMatchObject({
    kind: 'request',
    request,
    channel: 'conductorone-automation',
  })
})

test.each(['PayloadPolicyApprovalStep', 'PayloadPolicyPostAction', 'PayloadFindingDispatch', 'x'])(
  '%s grants nothing and is ignored',
  (event) => {
    expect(read(`c1.webhooks.v1.${event}`, {})).toMatchObject({ kind: 'ignored' })
  },
)

test('any delivery is read', () => {
  const payload = fc.oneof(fc.object(), fc.record({ taskView: fc.anything(), expanded: fc.anything() }))
  fc.assert(
    fc.property(fc.constantFrom(STEP, AUTOMATION), payload, (event, json) => {
      expect(['request', 'unsupported', 'ignored']).toContain(read(event, json).kind)
    }),
  )
})

describe('what ConductorOne is told', () => {
  const changes: Readonly<Record<string, Partial<Entry>>> = {
    created: { status: 'created', vault, owners: [{ input: 'jane@example.com', id: 'u1' }] },
    failed: { status: 'failed', problem: problemDocument('owner-not-found', 'x@x.com is nobody.') },
  }
  const document = (answer: object, event: string) =>
    readDocument('application/json', bytesOf(JSON.stringify(answer)), event)

  test.each(Object.keys(changes))('of a request that is %s is a document that it takes', async (status) => {
    const record = recordOf(await entryOf({}, changes[status]))
    const outcome = status === 'created' ? 'complete' : 'errored'
    expect(document(stepAnswer(record, NEXT), STEP)).toEqual({
      version: 'v1',
      [outcome]: { comment: expect.any(String) },
    })
    expect(document(automationAnswer(record), AUTOMATION)).toMatchObject({ context: { request: { status } } })
  })

  test('of an unknown outcome is no lie, and says what to do', async () => {
    const entry = await entryOf({ ticket: { id: 'C1-42' } })
    const problem = unknownOutcome(entry, problemOf({ kind: 'lost', reason: 'HTTP 500' }), false)
    const record = recordOf({ ...entry, status: 'unknown', problem })
    const { errored } = document(stepAnswer(record, NEXT), STEP) as { errored: { comment: string } }
    expect(errored.comment).toMatch(/^We don’t know whether the vault “Payroll” was created\./)
    expect(errored.comment).toContain(`request ${record.id}”`)
    expect(errored.comment).toContain('there could be two vaults')
    expect(errored.comment).not.toMatch(/no vault was created/i)
    expect(automationAnswer(record)).toMatchObject({
      context: { vault: null, problem: { code: 'outcome-unknown' }, request: { status: 'unknown' } },
    })
  })

  test('is never longer than it takes, nor half a character', () => {
    for (const why of ['🔐'.repeat(600), `a${'🔐'.repeat(600)}`]) {
      const answer = document(stepRefusal(why), STEP)
      expect(JSON.stringify(answer)).not.toMatch(/\\ud[89a-f]/i)
    }
  })
})

describe('who is who in a step', () => {
  const people = [
    { user: { id: 'u-for', displayName: 'Jane', email: 'jane@example.com' } },
    { '@type': 'type.googleapis.com/c1.api.user.v1.User', id: 'u-by', email: 'sam@example.com' },
    { user: { id: 'u-behind', email: 'behind@example.com' } },
    { user: { displayName: 'No address' } },
  ]
  const who = (view: object, task: object = {}) => {
    const taskView = { task: { id: 't1', numericId: '42', type: { grant: {} }, ...task }, ...view }
    const reading = read(STEP, { taskView, expanded: people })
    if (reading.kind !== 'request') throw new Error(reading.kind)
    return { owners: reading.request.owners, requestedBy: reading.request.requestedBy }
  }

  test.each([
    [
      'the requester asked, and the vault is for the other',
      { userPath: '$.expanded[0]', identityUserPath: '$.expanded[2]', createdByUserPath: '$.expanded[1]' },
      { userId: 'u-for', createdByUserId: 'u-by' },
      { owners: ['u-for'], requestedBy: 'sam@example.com' },
    ],
    [
      'the person behind an app account, if the task names no user',
      { userPath: '', identityUserPath: '$.expanded[2]', createdByUserPath: '$.expanded[1]' },
      {},
      { owners: ['u-behind'], requestedBy: 'sam@example.com' },
    ],
    [
      'a requester by id, if that is all there is',
      { userPath: '$.expanded[0]', createdByUserPath: '' },
      { createdByUserId: 'u-by' },
      { owners: ['u-for'], requestedBy: 'u-by' },
    ],
    [
      'a requester by name',
      { userPath: '$.expanded[0]', createdByUserPath: '$.expanded[3]' },
      {},
      { owners: ['u-for'], requestedBy: 'No address' },
    ],
    [
      'the ids of the task, if its paths lead nowhere',
      { userPath: '$.expanded[9]' },
      { userId: 'u-for' },
      { owners: ['u-for'], requestedBy: 'u-for' },
    ],
  ])('%s', (_, view, task, expected) => {
    expect(who(view, task)).toEqual(expected)
  })

  test.each([
    ['u-by', 'u-for', 'u-by', undefined],
    ['u-by', 'u-for', 'u-for', 'jane@example.com'],
    ['u-by', 'u-for', 'u-behind', 'user u-behind'],
    ['', 'u-for', 'u-for', undefined],
    ['', 'u-for', 'u-by', 'sam@example.com'],
  ])('created by “%s” for %s and approved by %s: approved by %s', (createdByUserId, userId, approver, by) => {
    const policy = { history: [{ approval: { approved: { userId: approver } } }] }
    const task = { id: 't1', type: { grant: {} }, createdByUserId, userId, policy }
    const expanded = people.slice(0, 2)
    expect(read(STEP, { taskView: { task, userPath: '$.expanded[0]' }, expanded })).toMatchObject({
      approvedBy: by,
    })
  })

  test('the person at the path of the requester did not approve, if the task names no id', () => {
    const policy = { history: [{ approval: { approved: { userId: 'u-by' } } }] }
    const task = { id: 't1', type: { grant: {} }, userId: 'u-for', policy }
    const taskView = { task, userPath: '$.expanded[0]', createdByUserPath: '$.expanded[1]' }
    expect(read(STEP, { taskView, expanded: people })).toMatchObject({
      request: { requestedBy: 'sam@example.com' },
      personId: 'u-by',
      approvedBy: undefined,
    })
  })
})

describe('what tells one delivery from another', () => {
  const options = SourceOptions.parse({})
  const deliveryId = (json: object, headers: Record<string, string> = {}) => {
    const reading = readConductorOne(json, new Headers(headers), options)
    return reading.kind === 'request' ? reading.deliveryId : reading.kind
  }
  const envelope = (event: string, payload: object, more: object = {}) => ({
    version: 'v1',
    webhookId: 'w1',
    callbackUrl: CALLBACK,
    event,
    payload,
    ...more,
  })
  const execution = { workflowExecutionId: '7', workflowExecutionStepId: 's1', context: { name: 'Keys' } }

  test('an automation: its execution and step, whatever the webhook and the callback address are', () => {
    for (const more of [{}, { webhookId: 'w2' }, { callbackUrl: `${CALLBACK}/2` }])
      expect(deliveryId(envelope(AUTOMATION, execution, more))).toBe('7/s1')
    expect(deliveryId(envelope(AUTOMATION, { ...execution, workflowExecutionStepId: 's2' }))).toBe('7/s2')
  })

  test('a step: its webhook id, whatever the callback address is', () => {
    const payload = { taskView: { task: { id: 't1', type: { grant: {} } } } }
    for (const more of [{}, { callbackUrl: `${CALLBACK}/2` }])
      expect(deliveryId(envelope(STEP, payload, more))).toBe('w1')
  })

  test('the callback address, if there is nothing else', () => {
    expect(deliveryId(envelope(AUTOMATION, { context: {} }, { webhookId: '' }))).toBe(CALLBACK)
  })
})

describe('the step “Run webhook” with its payload as the whole body', () => {
  const headers = {
    'Webhook-Version': 'v1',
    'Webhook-Id': 'w1',
    'Webhook-Event': AUTOMATION,
    'Webhook-Callback-Url': CALLBACK,
  }
  const readBare = (json: unknown, changes: Record<string, string> = {}) =>
    readConductorOne(json, new Headers({ ...headers, ...changes }), SourceOptions.parse({}))

  test.each([
    ['the context in the documented payload', { workflowId: 'f', context: { name: 'Keys' } }],
    ['what the author wrote', { name: 'Keys' }],
    ['what the author wrote, with its type', { '@type': 'x', name: 'Keys' }],
  ])('reads %s, and the rest from the headers', (_, json) => {
    expect(readBare(json)).toMatchObject({
      kind: 'request',
      request: { name: 'Keys' },
      callbackUrl: CALLBACK,
      deliveryId: 'w1',
      channel: 'conductorone-automation',
    })
  })

  test('is known by its execution, if the body names it', () => {
    const json = { workflowExecutionId: 7, workflowExecutionStepId: 's1', context: { name: 'Keys' } }
    expect(readBare(json)).toMatchObject({ deliveryId: '7/s1' })
  })

  test.each([
    ['of another version', {}, { 'Webhook-Version': 'v2' }],
    ['an envelope of another version', { version: 'v2', event: AUTOMATION, payload: {} }, {}],
    ['a list', [], {}],
  ])('does not read %s', (_, json, changes) => {
    expect(readBare(json, changes)).toMatchObject({ kind: 'ignored' })
  })

  test('is nothing without its headers', () => {
    expect(readConductorOne({ name: 'Keys' }, new Headers(), SourceOptions.parse({}))).toMatchObject({
      kind: 'ignored',
    })
  })
})
