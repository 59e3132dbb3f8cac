import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { type Answer, send } from '../support/tenant-client.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import type { Delivery } from './webhook-deliveries.ts'

const COMPLETE = { version: 'v1', complete: { comment: 'The vault is there.' } }
const JSON_TYPE = { 'content-type': 'application/json' }
let simulator: Simulator
let receiver: WebhookReceiver

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [] })
  receiver = await startWebhookReceiver()
})
afterAll(() => Promise.all([simulator.stop(), receiver.stop()]))
beforeEach(async () => {
  await simulator.control.reset()
  await simulator.control.webhooks.rotateKey('EdDSA')
})

/** A delivery that was answered 202. */
async function waiting(event = 'PayloadProvisionStep'): Promise<Delivery> {
  const { delivery } = await simulator.control.webhooks.send({ url: receiver.url.href, event })
  expect(delivery.state).toBe('WEBHOOK_STATE_WAITING_CALLBACK')
  return delivery
}

function callBack(
  { callbackUrl }: Delivery,
  document: unknown,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Answer> {
  const body = typeof document === 'string' ? document : JSON.stringify(document)
  return send(new URL(callbackUrl), { method: 'POST', headers, body })
}

test('a callback is accepted once, without a credential', async () => {
  const delivery = await waiting()
  expect((await callBack(delivery, COMPLETE)).status).toBe(200)
  const settled = await simulator.control.webhooks.delivery(delivery.id)
  expect(settled).toMatchObject({
    state: 'WEBHOOK_STATE_SUCCESS',
    document: COMPLETE,
    answeredBy: 'callback',
  })
  const again = await callBack(delivery, { version: 'v1', errored: {} })
  expect([again.status, again.json]).toMatchObject([
    400,
    { code: 3, message: expect.stringMatching(/used or expired/) },
  ])
  expect(await simulator.control.webhooks.deliveries()).toEqual([settled])
})

test('of callbacks at once one is accepted', async () => {
  const delivery = await waiting()
  const answers = await Promise.all(Array.from({ length: 10 }, () => callBack(delivery, COMPLETE)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(400)])
})

test('accepted and refused callbacks are in the journal, and the token is not', async () => {
  const delivery = await waiting()
  await simulator.control.clearJournal()
  await callBack(delivery, { version: 'v2' })
  await callBack(delivery, COMPLETE)
  const journal = await simulator.control.journal()
  expect(journal).toMatchObject([
    { step: 'callback', method: 'POST', body: { version: 'v2' }, status: 400 },
    { step: 'callback', body: COMPLETE, status: 200 },
  ])
  const { pathname } = new URL(delivery.callbackUrl)
  const token = pathname.split('/').at(-1) ?? ''
  expect(journal[0]?.path).toBe(pathname.replace(token, `${token.slice(0, 8)}…`))
})

test('a callback comes too late when its time is over, or the delivery was answered or given up', async () => {
  const expired = await waiting()
  await simulator.control.webhooks.expire(expired.id)
  receiver.will({ status: 200, body: COMPLETE }, { status: 410 }, { status: 202 })
  const order = { url: receiver.url.href, event: 'PayloadProvisionStep' }
  const answered = await simulator.control.webhooks.send(order)
  const gone = await simulator.control.webhooks.send(order)
  for (const delivery of [expired, answered.delivery, gone.delivery]) {
    expect((await callBack(delivery, COMPLETE)).status).toBe(400)
  }
  expect(
    (await simulator.control.webhooks.deliveries()).map(({ state, document }) => [state, document]),
  ).toEqual([
    ['WEBHOOK_STATE_FATAL_ERROR', null],
    ['WEBHOOK_STATE_SUCCESS', COMPLETE],
    ['WEBHOOK_STATE_FATAL_ERROR', null],
  ])
})

test('a callback may overtake the 202', async () => {
  const unsent = await simulator.control.webhooks.sign({
    url: receiver.url.href,
    event: 'PayloadProvisionStep',
  })
  expect((await callBack(unsent.delivery, COMPLETE)).status).toBe(200)
  const { delivery } = await simulator.control.webhooks.resend(unsent.delivery.id)
  expect(delivery).toMatchObject({ state: 'WEBHOOK_STATE_SUCCESS', document: COMPLETE })
})

test('a token that was never given out is refused, and so is another method', async () => {
  const delivery = await waiting()
  const wrong = { ...delivery, callbackUrl: `${delivery.callbackUrl}x` }
  expect((await callBack(wrong, COMPLETE)).status).toBe(400)
  expect((await send(new URL(delivery.callbackUrl))).status).toBe(501)
  expect((await callBack(delivery, COMPLETE)).status).toBe(200)
})

const COMMENT = 'é'.repeat(1_024)
const step = { approval: { webhook: { webhookId: 'w' } } }

test.each<[event: string, documents: object[]]>([
  [
    'PayloadProvisionStep',
    [{ complete: {} }, { errored: { comment: 'No.' } }, { complete: { comment: COMMENT } }],
  ],
  [
    'PayloadPolicyApprovalStep',
    [
      { approve: {} },
      { deny: { comment: COMMENT } },
      { reassign: { newStepUserIds: Array(32).fill('2mQg9IILyNefQ6oMTvolM4FjD01') } },
      { replacePolicy: { comment: '', policySteps: [step] } },
    ],
  ],
  ['PayloadWorkflowStep', [{ context: {} }, { context: { ticket_id: 'INC-1', nested: [null, 1] } }]],
  ['PayloadTest', [{}]],
  ['PayloadPolicyPostAction', [{}]],
])('%s takes each of its documents', async (event, documents) => {
  for (const document of documents) {
    const delivery = await waiting(event)
    const whole = { version: 'v1', ...document }
    expect((await callBack(delivery, whole)).json).toEqual({})
    expect(await simulator.control.webhooks.delivery(delivery.id)).toMatchObject({ document: whole })
  }
})

const WRONG: readonly [name: string, event: string, document: unknown, headers?: Record<string, string>][] = [
  ['empty', 'PayloadTest', ''],
  ['no JSON', 'PayloadTest', '{"version":"v1"'],
  ['a list', 'PayloadTest', [{ version: 'v1' }]],
  ['null', 'PayloadTest', null],
  ['a text', 'PayloadTest', '"v1"'],
  ['JSON with a mark before it', 'PayloadTest', '\uFEFF{"version":"v1"}'],
  ['of another media type', 'PayloadTest', { version: 'v1' }, { 'content-type': 'text/plain' }],
  ['of no version', 'PayloadProvisionStep', { complete: {} }],
  ['of another version', 'PayloadProvisionStep', { version: 'v2', complete: {} }],
  ['of a version that is a number', 'PayloadProvisionStep', { version: 1, complete: {} }],
  ['without an outcome', 'PayloadProvisionStep', { version: 'v1' }],
  ['with two outcomes', 'PayloadProvisionStep', { version: 'v1', complete: {}, errored: {} }],
  ['with an outcome that is null', 'PayloadProvisionStep', { version: 'v1', complete: null }],
  ['with an outcome that is a text', 'PayloadProvisionStep', { version: 'v1', complete: 'yes' }],
  ['with a policy step’s outcome', 'PayloadProvisionStep', { version: 'v1', approve: {} }],
  ['with an automation’s outcome', 'PayloadProvisionStep', { version: 'v1', context: {} }],
  ['with a field nobody knows', 'PayloadProvisionStep', { ...COMPLETE, vaultId: 'v' }],
  [
    'with an outcome’s field nobody knows',
    'PayloadProvisionStep',
    { version: 'v1', complete: { comment: '', vaultId: 'v' } },
  ],
  [
    'with a comment that is too long',
    'PayloadProvisionStep',
    { version: 'v1', errored: { comment: `${COMMENT}a` } },
  ],
  ['with a comment that is no text', 'PayloadProvisionStep', { version: 'v1', errored: { comment: 1 } }],
  ['larger than 250 KB', 'PayloadWorkflowStep', { version: 'v1', context: { a: 'a'.repeat(250_000) } }],
  ['with a provision step’s outcome', 'PayloadPolicyApprovalStep', { version: 'v1', complete: {} }],
  ['reassigned to nobody', 'PayloadPolicyApprovalStep', { version: 'v1', reassign: { newStepUserIds: [] } }],
  [
    'reassigned to 33',
    'PayloadPolicyApprovalStep',
    { version: 'v1', reassign: { newStepUserIds: Array(33).fill('u') } },
  ],
  ['replaced by no step', 'PayloadPolicyApprovalStep', { version: 'v1', replacePolicy: { policySteps: [] } }],
  [
    'replaced by what is no step',
    'PayloadPolicyApprovalStep',
    { version: 'v1', replacePolicy: { policySteps: [{ complete: {} }] } },
  ],
  ['without a context', 'PayloadWorkflowStep', { version: 'v1' }],
  ['with a context that is a list', 'PayloadWorkflowStep', { version: 'v1', context: [] }],
  ['with any outcome', 'PayloadTest', { version: 'v1', complete: {} }],
  ['with any outcome', 'PayloadOfTheFuture', { version: 'v1', complete: {} }],
]

test.each(WRONG)(
  'a document %s is refused for %s, and a right one may follow',
  async (_, event, document, headers) => {
    const delivery = await waiting(event)
    const refused = await callBack(delivery, document, headers)
    expect([refused.status, refused.json]).toMatchObject([400, { code: 3, message: expect.any(String) }])
    expect((await simulator.control.webhooks.delivery(delivery.id)).document).toBeNull()
    const right =
      {
        PayloadProvisionStep: { complete: {} },
        PayloadPolicyApprovalStep: { approve: {} },
        PayloadWorkflowStep: { context: {} },
      }[event] ?? {}
    expect((await callBack(delivery, { version: 'v1', ...right })).status).toBe(200)
  },
)

test('a document that is not UTF-8 is refused', async () => {
  const delivery = await waiting()
  const body = Buffer.concat([
    Buffer.from('{"version":"v1","complete":{"comment":"'),
    Buffer.of(0xff),
    Buffer.from('"}}'),
  ])
  const answer = await send(new URL(delivery.callbackUrl), { method: 'POST', headers: JSON_TYPE, body })
  expect(answer.status).toBe(400)
})

test('fails on request, before it takes the document or after', async () => {
  const delivery = await waiting()
  await simulator.control.fault('callback', 'internal')
  await simulator.control.fault('callback', 'unavailable')
  await simulator.control.fault('callback', 'internal', { when: 'after' })
  const statuses: number[] = []
  for (let number = 0; number < 4; number += 1) statuses.push((await callBack(delivery, COMPLETE)).status)
  expect(statuses).toEqual([500, 503, 500, 400])
  expect(await simulator.control.webhooks.delivery(delivery.id)).toMatchObject({ document: COMPLETE })
})

test('breaks the connection on request, with the document taken', async () => {
  const delivery = await waiting()
  await simulator.control.fault('callback', 'cut')
  await expect(callBack(delivery, COMPLETE)).rejects.toThrow()
  expect(await simulator.control.webhooks.delivery(delivery.id)).toMatchObject({ document: COMPLETE })
})

test('is late on request', async () => {
  const delivery = await waiting()
  await simulator.control.fault('callback', { kind: 'delay', ms: 1_000 })
  const late = callBack(delivery, COMPLETE)
  await expect.poll(() => simulator.control.faults()).toEqual([])
  expect((await simulator.control.webhooks.delivery(delivery.id)).document).toBeNull()
  expect((await late).status).toBe(200)
})
