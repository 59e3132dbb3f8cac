import { newIdentifier } from './identifier.ts'

/** The webhook as it was set up, of which every delivery is an instance. */
const CONFIGURED_WEBHOOK_ID = '2wEbhOokOfTheSimulator00001'

/** The kinds of step, unset. */
const NO_INSTANCE = {
  accept: null,
  action: null,
  approval: null,
  form: null,
  provision: null,
  reject: null,
  wait: null,
}

/** The ways of provisioning, unset. */
const NO_PROVISION = {
  action: null,
  connector: null,
  delegated: null,
  devicePlacement: null,
  externalTicket: null,
  manual: null,
  multiStep: null,
  unconfigured: null,
  webhook: null,
}

/** Where a task stands in its policy; `none`: at its end. */
export type TaskStep = 'provision' | 'approval' | 'none'

/**
 * The policy of a task that waits for a webhook (`c1.api.policy.v1.PolicyInstance`).
 *
 * @param step the current step
 * @param webhookInstanceId the delivery
 * @param policyGenerationId of the task
 * @param provisionTarget what is to be provisioned
 * @returns the policy instance
 */
export function policyInstance(
  step: TaskStep,
  webhookInstanceId: string,
  policyGenerationId: string,
  provisionTarget: Readonly<Record<string, unknown>>,
) {
  const instance = { ...NO_INSTANCE, ...instanceAt(step, webhookInstanceId, provisionTarget) }
  const state = 'POLICY_STEP_STATE_ACTIVE'
  return {
    current: step === 'none' ? null : { id: newIdentifier(), policyGenerationId, state, ...instance },
    next: [],
    history: [],
    policy: null,
  }
}

function instanceAt(
  step: TaskStep,
  webhookInstanceId: string,
  provisionTarget: Readonly<Record<string, unknown>>,
): object {
  switch (step) {
    case 'none':
      return {}
    case 'provision':
      return { provision: provisionInstance(webhookInstanceId, provisionTarget) }
    case 'approval':
      return { approval: approvalInstance() }
  }
}

function provisionInstance(webhookInstanceId: string, provisionTarget: Readonly<Record<string, unknown>>) {
  return {
    provision: {
      assigned: true,
      provisionPolicy: { ...NO_PROVISION, webhook: { webhookId: CONFIGURED_WEBHOOK_ID } },
      provisionTarget,
    },
    state: 'PROVISION_INSTANCE_STATE_WEBHOOK',
    webhookId: CONFIGURED_WEBHOOK_ID,
    webhookInstanceId,
    batonActionInvocationId: '',
    externalTicketId: '',
    externalTicketProvisionerConfigId: '',
    notificationId: '',
    waitingOn: null,
    completed: null,
    cancelled: null,
    errored: null,
    reassignedByError: null,
    skipped: null,
  }
}

function approvalInstance() {
  return {
    approval: {
      assigned: true,
      allowDelegation: false,
      allowReassignment: true,
      allowedReassignees: [],
      escalationEnabled: false,
      requireApprovalReason: false,
      requireDenialReason: false,
      requireReassignmentReason: false,
      requiresStepUpProviderId: '',
      webhook: { webhookId: CONFIGURED_WEBHOOK_ID },
    },
    state: 'APPROVAL_INSTANCE_STATE_WAITING',
    assignedAt: new Date().toISOString(),
    approved: null,
    denied: null,
    escalationInstance: null,
    reassigned: null,
    reassignedByError: null,
    restarted: null,
    skipped: null,
  }
}
