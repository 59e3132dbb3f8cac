import { seeded } from '../support/random.ts'
import { newIdentifier } from './identifier.ts'
import { Mistake } from './mistake.ts'
import { policyInstance, type TaskStep } from './policy-instance.ts'
import { requestForm } from './request-form.ts'
import { appEntitlementView, appUserView, appView } from './task-objects.ts'
import type { TaskOrder } from './task-order.ts'
import { userView } from './user-view.ts'
import type { SimulatedUser } from './users.ts'

/**
 * The payload of a provision or policy step: a task as `GET /api/v1/tasks/{id}` shows it, and the objects that
 * its paths lead to. Unset fields are present, as everywhere in C1's answers.
 *
 * @param order what the task is about
 * @param users the tenant's
 * @param at the step it is at, and the webhook of that step
 * @returns `taskView` and `expanded`
 * @throws Mistake where a user is meant that the tenant does not have
 */
export function taskPayload(
  order: TaskOrder,
  users: readonly SimulatedUser[],
  at: { readonly step: TaskStep; readonly webhookId: string },
): { taskView: Record<string, unknown>; expanded: readonly unknown[] } {
  const target = userOf(order.requestedFor, users)
  const requester = order.requestedBy === undefined ? target : userOf(order.requestedBy, users)
  const app = appView(order.app)
  const entitlement = appEntitlementView(order.entitlement, app.id)
  const appUser = appUserView(target, app.id)
  const targetView = typed('c1.api.user.v1.User', userView(target, 'super-admin').user)
  // One who asks for himself is in the list once.
  const requesterView =
    requester.id === target.id
      ? targetView
      : typed('c1.api.user.v1.User', userView(requester, 'super-admin').user)
  const own = [...new Set([targetView, requesterView, app, entitlement, appUser])]
  const expanded = order.shuffle === undefined ? own : shuffled([...own, ...strangers()], order.shuffle)
  const pathOf = (object: unknown) => `$.expanded[${expanded.indexOf(object)}]`
  const access = {
    appId: app.id,
    appEntitlementId: entitlement.id,
    appUserId: appUser.id,
    identityUserId: target.id,
  }
  const taskView = {
    task: { ...task(order, at, access, { target, requester }), ...order.fields },
    appPath: pathOf(app),
    userPath: pathOf(targetView),
    identityUserPath: pathOf(targetView),
    appUserPath: pathOf(appUser),
    entitlementsPath: pathOf(entitlement),
    createdByUserPath: pathOf(requesterView),
    accessReviewPath: '',
    appUserLastUsagePath: '',
    approversPath: '',
    insightsPath: '',
    principalResourcePath: '',
    resourceBindingsPath: '',
    roleResourcePath: '',
    scopeResourcePath: '',
    stepApproversPath: '',
    objectPermissions: null,
    ...order.view,
  }
  return { taskView, expanded }
}

type Access = Record<'appId' | 'appEntitlementId' | 'appUserId' | 'identityUserId', string>

function task(
  order: TaskOrder,
  at: { readonly step: TaskStep; readonly webhookId: string },
  access: Access,
  { target, requester }: { target: SimulatedUser; requester: SimulatedUser },
) {
  const now = new Date().toISOString()
  const policyGenerationId = newIdentifier()
  return {
    id: newIdentifier(),
    numericId: '1042',
    displayName: order.displayName ?? `${order.entitlement.displayName} in ${order.app.displayName}`,
    description: order.description,
    state: 'TASK_STATE_OPEN',
    processing: 'TASK_PROCESSING_TYPE_WAITING',
    origin: 'TASK_ORIGIN_WEBAPP',
    userId: target.id,
    createdByUserId: requester.id,
    data: order.answers,
    form: order.answers && requestForm(order.answers),
    type: typeOf(order, access),
    policy: policyInstance(at.step, at.webhookId, policyGenerationId, {
      ...access,
      grantDuration: order.grantDuration,
    }),
    policyGenerationId,
    recommendation: 'INSIGHT_RECOMMENDATION_UNSPECIFIED',
    emergencyAccess: false,
    analysisId: '',
    commentCount: 0,
    actions: [],
    annotations: [],
    approverIds: [],
    externalRefs: [],
    insightIds: [],
    revocationTargets: [],
    stepApproverIds: [],
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
}

function typeOf({ type, grantDuration }: TaskOrder, access: Access): Record<string, unknown> {
  const none = { grant: null, revoke: null, certify: null, offboarding: null, action: null, finding: null }
  const outcomeTime = null
  switch (type) {
    case 'grant': {
      const outcome = 'GRANT_OUTCOME_UNSPECIFIED'
      return { ...none, grant: { ...access, grantDuration, outcome, outcomeTime, source: null } }
    }
    case 'revoke': {
      const outcome = 'REVOKE_OUTCOME_UNSPECIFIED'
      return { ...none, revoke: { ...access, resource: null, outcome, outcomeTime, source: null } }
    }
    default:
      return { ...none, [type]: {} }
  }
}

function userOf(reference: string | undefined, users: readonly SimulatedUser[]): SimulatedUser {
  const user =
    reference === undefined
      ? users[0]
      : users.find(({ id, email }) => id === reference || email === reference)
  if (user) return user
  throw new Mistake(`the tenant has no user ${reference ?? 'at all'}`)
}

function typed<Fields extends object>(type: string, object: Fields) {
  return { '@type': `type.googleapis.com/${type}`, ...object }
}

/** Objects of the same types that no path leads to. */
function strangers(): unknown[] {
  const stranger = {
    id: newIdentifier(),
    email: 'stranger@example.com',
    displayName: 'Sten Stranger',
    status: 'ENABLED' as const,
  }
  const app = appView({ displayName: 'Another app' })
  return [
    typed('c1.api.user.v1.User', userView(stranger, 'super-admin').user),
    app,
    appEntitlementView({ displayName: 'Another entitlement', description: '', slug: 'other' }, app.id),
    typed('c1.api.app.v1.AppResource', {
      id: newIdentifier(),
      appId: app.id,
      displayName: 'Another resource',
    }),
  ]
}

function shuffled(objects: readonly unknown[], seed: number): unknown[] {
  const random = seeded(seed)
  return objects
    .map((object) => ({ object, rank: random.next() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ object }) => object)
}
