import { base64url } from 'jose'
import * as z from 'zod'
import { newIdentifier } from './identifier.ts'
import { taskOrder } from './task-order.ts'
import { taskPayload } from './task-payload.ts'
import type { SimulatedUser } from './users.ts'
import { CALLBACK_PATH } from './webhook-callback.ts'
import type { Delivery } from './webhook-deliveries.ts'
import { tokenForgery } from './webhook-token.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/
const CALLBACK_WINDOW_MS = 8 * 86_400_000
const CALLBACK_TOKEN_BYTES = 150

const destination = z.url().refine((text) => {
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}, 'a webhook goes to an https URL without user info, or to this machine')

/** What a test changes about how a delivery is signed and sent. */
export const forgery = tokenForgery.extend({
  /** Headers that stand instead of those of these names; null leaves one out. */
  headers: z.record(z.string(), z.string().nullable()).exactOptional(),
  /** Sent in the place of the body that was signed. */
  sentBody: z.string().exactOptional(),
})

/** The same, as a test gives it. */
export type Forgery = z.output<typeof forgery>

/** A webhook that a test wants delivered. */
export const deliveryOrder = z.strictObject({
  /** Where to. C1 itself delivers to https on port 443 only. */
  url: destination,
  /** `PayloadProvisionStep`, and so on; a name with a dot in it is taken as it is. */
  event: z.string().min(1).default('PayloadTest'),
  /** What the task of a provision or policy step is about. */
  task: taskOrder.prefault({}),
  /** Fields that stand instead of those of the payload, or beside them. */
  payload: z.record(z.string(), z.unknown()).exactOptional(),
  /** The same for the envelope; null leaves a field out. */
  envelope: z.record(z.string(), z.unknown()).exactOptional(),
  /** Stands instead of the whole envelope, and is signed as it is. */
  body: z.string().exactOptional(),
  /** The delivery's own, unless a test needs two of the same. */
  webhookId: z.string().min(1).exactOptional(),
  /** The tenant as its receivers know it: its host is `iss`, and callbacks go there. By default where it is. */
  origin: z.url().exactOptional(),
})

/** The same, as a test writes it. */
export type DeliveryOrder = z.input<typeof deliveryOrder>

/**
 * Makes a delivery of what a test ordered. Nothing is sent.
 *
 * @param order the webhook
 * @param users the tenant's, who may be in it
 * @param here the tenant's own origin
 * @returns the delivery, and what its callback URL ends with
 */
export function newDelivery(
  order: z.output<typeof deliveryOrder>,
  users: readonly SimulatedUser[],
  here: string,
): { delivery: Delivery; token: string } {
  const origin = new URL(order.origin ?? here)
  const id = newIdentifier()
  const token = base64url.encode(crypto.getRandomValues(new Uint8Array(CALLBACK_TOKEN_BYTES)))
  const webhookId = order.webhookId ?? id
  const event = order.event.includes('.') ? order.event : `c1.webhooks.v1.${order.event}`
  const callbackUrl = new URL(CALLBACK_PATH + token, origin).href
  const envelope = {
    version: 'v1',
    webhookId,
    callbackUrl,
    event,
    payload: {
      '@type': `type.googleapis.com/${event}`,
      ...payloadOf(event, order, users, webhookId),
      ...order.payload,
    },
  }
  const fields = Object.entries({ ...envelope, ...order.envelope }).filter(([, value]) => value !== null)
  const delivery: Delivery = {
    id,
    webhookId,
    event,
    url: order.url,
    issuer: origin.hostname,
    callbackUrl,
    body: order.body ?? JSON.stringify(Object.fromEntries(fields)),
    state: 'WEBHOOK_STATE_PENDING',
    attempts: 0,
    document: null,
    answeredBy: null,
    problem: null,
    expiresAt: new Date(Date.now() + CALLBACK_WINDOW_MS).toISOString(),
  }
  return { delivery, token }
}

function payloadOf(
  event: string,
  { task }: z.output<typeof deliveryOrder>,
  users: readonly SimulatedUser[],
  webhookId: string,
): Record<string, unknown> {
  switch (event) {
    case 'c1.webhooks.v1.PayloadProvisionStep':
      return taskPayload(task, users, { step: 'provision', webhookId })
    case 'c1.webhooks.v1.PayloadPolicyApprovalStep':
      return taskPayload(task, users, { step: 'approval', webhookId })
    case 'c1.webhooks.v1.PayloadPolicyPostAction':
      return taskPayload(task, users, { step: 'none', webhookId })
    case 'c1.webhooks.v1.PayloadWorkflowStep':
      return {
        workflowId: newIdentifier(),
        workflowExecutionId: '4711',
        workflowExecutionStepId: newIdentifier(),
        context: {},
      }
    default:
      return {}
  }
}
