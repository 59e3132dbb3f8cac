import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../support/simulator.ts'
import { DEFAULT_USERS } from './users.ts'
import type { DeliveryOrder } from './webhook-order.ts'

const [OWNER, SECOND] = DEFAULT_USERS
let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [] })
  await simulator.control.webhooks.rotateKey('EdDSA')
})
afterAll(() => simulator.stop())

// biome-ignore lint/suspicious/noExplicitAny: what is in a payload is what a test is about
async function payload(task: DeliveryOrder['task'], event = 'PayloadProvisionStep'): Promise<any> {
  const url = 'https://vaults.example.com/webhooks/conductorone'
  const { body } = await simulator.control.webhooks.sign({ url, event, task })
  return JSON.parse(body).payload
}

/** The object that a path leads to. */
// biome-ignore lint/suspicious/noExplicitAny: as above
function objectAt({ expanded }: any, path: string): any {
  return expanded[Number(/^\$\.expanded\[(\d+)\]$/.exec(path)?.[1])]
}

const ORDER = {
  answers: { vaultName: 'Payroll', owner_emails: ['owner@example.com'], max_views: 3, open: true },
  description: 'For the new team.',
  app: { displayName: 'Secrets' },
  entitlement: { displayName: 'Payroll vault', description: 'A vault of its own.' },
  requestedFor: OWNER.email,
  requestedBy: SECOND.id,
  grantDuration: '3600s',
}

test.each([undefined, 1, 2, 3])('its paths lead to its objects, shuffled by %s', async (seed) => {
  const task = { ...ORDER, ...(seed !== undefined && { shuffle: seed }) }
  const whole = await payload(task)
  const { taskView, expanded } = whole
  const { grant } = taskView.task.type
  expect(taskView.task).toMatchObject({
    numericId: expect.stringMatching(/^\d+$/),
    displayName: 'Payroll vault in Secrets',
    description: 'For the new team.',
    state: 'TASK_STATE_OPEN',
    processing: 'TASK_PROCESSING_TYPE_WAITING',
    userId: OWNER.id,
    createdByUserId: SECOND.id,
    data: ORDER.answers,
    type: { grant: { identityUserId: OWNER.id, grantDuration: '3600s' }, revoke: null },
    deletedAt: null,
  })
  const user = 'type.googleapis.com/c1.api.user.v1.User'
  expect(objectAt(whole, taskView.userPath)).toMatchObject({
    '@type': user,
    id: OWNER.id,
    email: OWNER.email,
  })
  expect(taskView.identityUserPath).toBe(taskView.userPath)
  expect(objectAt(whole, taskView.createdByUserPath)).toMatchObject({ '@type': user, id: SECOND.id })
  expect(objectAt(whole, taskView.appPath)).toMatchObject({
    '@type': 'type.googleapis.com/c1.api.app.v1.App',
    id: grant.appId,
    displayName: 'Secrets',
  })
  expect(objectAt(whole, taskView.entitlementsPath)).toMatchObject({
    '@type': 'type.googleapis.com/c1.api.app.v1.AppEntitlement',
    id: grant.appEntitlementId,
    appId: grant.appId,
    displayName: 'Payroll vault',
    description: 'A vault of its own.',
  })
  expect(objectAt(whole, taskView.appUserPath)).toMatchObject({
    '@type': 'type.googleapis.com/c1.api.app.v1.AppUser',
    id: grant.appUserId,
    identityUserId: OWNER.id,
  })
  expect(taskView.stepApproversPath).toBe('')
  expect(expanded).toHaveLength(seed === undefined ? 5 : 9)
})

test('another seed is another order, and the same seed the same one', async () => {
  const types = async (shuffle: number) =>
    (await payload({ ...ORDER, shuffle })).expanded.map((object: object) => Object.values(object)[0])
  const [one, again, other] = [await types(1), await types(1), await types(2)]
  expect(again).toEqual(one)
  expect(other).not.toEqual(one)
})

test('whoever asks for himself is there once', async () => {
  const { taskView, expanded } = await payload({})
  expect(taskView.createdByUserPath).toBe(taskView.userPath)
  expect(taskView.task).toMatchObject({ userId: OWNER.id, createdByUserId: OWNER.id, data: null, form: null })
  expect(expanded).toHaveLength(4)
})

test('the form has a field of the fitting type for each answer', async () => {
  const { taskView } = await payload(ORDER)
  expect(taskView.task.form.fields).toMatchObject([
    { name: 'vaultName', displayName: 'Vault name', stringField: { textField: {} }, boolField: null },
    { name: 'owner_emails', displayName: 'Owner emails', stringSliceField: { chipsField: {} } },
    { name: 'max_views', int64Field: { numberField: {} } },
    { name: 'open', boolField: { checkboxField: {} } },
  ])
})

test('the task is at the step of its event', async () => {
  const { taskView } = await payload(ORDER)
  const { appEntitlementId } = taskView.task.type.grant
  expect(taskView.task.policy.current).toMatchObject({
    state: 'POLICY_STEP_STATE_ACTIVE',
    approval: null,
    provision: {
      state: 'PROVISION_INSTANCE_STATE_WEBHOOK',
      provision: {
        provisionPolicy: { webhook: { webhookId: expect.any(String) }, manual: null },
        provisionTarget: { appEntitlementId },
      },
      webhookInstanceId: expect.any(String),
    },
  })
  const approval = await payload(ORDER, 'PayloadPolicyApprovalStep')
  expect(approval['@type']).toBe('type.googleapis.com/c1.webhooks.v1.PayloadPolicyApprovalStep')
  expect(approval.taskView.task.policy.current).toMatchObject({
    provision: null,
    approval: { approval: { webhook: { webhookId: expect.any(String) } } },
  })
  const after = await payload(ORDER, 'PayloadPolicyPostAction')
  expect(after.taskView.task.policy.current).toBeNull()
})

test('a task of another type has nothing to grant', async () => {
  const revoke = await payload({ type: 'revoke' })
  expect(revoke.taskView.task.type).toMatchObject({ grant: null, revoke: { identityUserId: OWNER.id } })
  const certify = await payload({ type: 'certify' })
  expect(certify.taskView.task.type).toMatchObject({ grant: null, certify: {} })
})

test('a test can change any field of the task and of its view', async () => {
  const fields = { userId: 'nobody', state: 'TASK_STATE_CLOSED', fieldFromTheFuture: {} }
  const { taskView } = await payload({ fields, view: { userPath: '', appPath: '$.expanded[99]' } })
  expect(taskView).toMatchObject({ task: fields, userPath: '', appPath: '$.expanded[99]' })
})

test('a user whom the tenant does not have is a mistake in the test', async () => {
  await expect(payload({ requestedFor: 'nobody@example.com' })).rejects.toThrow(/no user nobody@example.com/)
})
