import * as z from 'zod/mini'
import { ifAny } from '../conductorone/wire.ts'
import type { SourceOptions } from '../config/source-options.ts'
import { readStep } from './conductorone-step.ts'
import { type ReadRequest, writtenRequest } from './source.ts'

/** The envelope of every delivery of ConductorOne: `c1.webhooks.v1`. */
const Envelope = z.looseObject({
  version: z.enum(['v1']),
  event: z.string(),
  webhookId: z.nullish(z.string()),
  callbackUrl: z.nullish(z.string()),
  payload: z.looseObject({}),
})
type Envelope = z.output<typeof Envelope>

/** Any JSON object: the body of the step "Run webhook" as its reference page documents it. */
const BarePayload = z.looseObject({})

const WorkflowStep = z.looseObject({
  context: ifAny(z.record(z.string(), z.unknown())),
  workflowExecutionId: ifAny(z.union([z.string().check(z.minLength(1)), z.number()])),
  workflowExecutionStepId: ifAny(z.string().check(z.minLength(1))),
})

/** What a delivery of ConductorOne asks for. */
export type ConductorOneReading =
  /** A test of the webhook. */
  | { readonly kind: 'test' }
  | { readonly kind: 'ignored'; readonly reason: string }
  /** A step of a task that this Worker cannot do. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  | ({
      readonly kind: 'request'
      /** The address that takes the answer, once. */
      readonly callbackUrl: string
      /** What tells this step from another one: a repeated delivery has the same. */
      readonly deliveryId: string
      readonly channel: 'conductorone-step' | 'conductorone-automation'
    } & ReadRequest)

/**
 * Reads a verified delivery of ConductorOne.
 *
 * @param json the body
 * @param headers the request's headers, which say what the body doesn't if it is not an envelope
 * @param options the names of the form answers that become fields of a request
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export function readConductorOne(
  json: unknown,
  headers: Headers,
  options: SourceOptions,
): ConductorOneReading {
  const envelope = readEnvelope(json, headers)
  if (!envelope) return { kind: 'ignored', reason: 'this is not a delivery of version v1' }
  const { event, payload, webhookId, callbackUrl } = envelope
  const delivery = { callbackUrl: callbackUrl ?? '', deliveryId: webhookId || callbackUrl || '' }
  switch (event.split('.').at(-1)) {
    case 'PayloadTest':
      return { kind: 'test' }
    case 'PayloadProvisionStep': {
      const step = readStep(payload, options)
      return step.kind === 'request' ? { ...step, ...delivery, channel: 'conductorone-step' } : step
    }
    case 'PayloadWorkflowStep':
      return { ...delivery, ...readAutomation(payload), channel: 'conductorone-automation' }
    default:
      return { kind: 'ignored', reason: `${event} events ask for nothing here` }
  }
}

/**
 * Reads the envelope. The step "Run webhook" is documented in two forms: with an envelope, and with its payload as the
 * whole body. The headers stand on both.
 *
 * @see https://www.conductorone.com/docs/product/admin/automations-steps-reference
 */
function readEnvelope(json: unknown, headers: Headers): Envelope | undefined {
  const envelope = Envelope.safeParse(json)
  if (envelope.success) return envelope.data
  const event = headers.get('Webhook-Event')
  const payload = BarePayload.safeParse(json)
  // an envelope of another version is not a payload
  const isBare = payload.success && !('event' in payload.data && 'payload' in payload.data)
  if (event === null || !isBare || (headers.get('Webhook-Version') ?? 'v1') !== 'v1') return undefined
  return {
    version: 'v1',
    event,
    webhookId: headers.get('Webhook-Id'),
    callbackUrl: headers.get('Webhook-Callback-Url'),
    payload: payload.data,
  }
}

/** Reads a step of an automation. It waits for an answer whatever its context is: one that is not a request has faults. */
function readAutomation(payload: Envelope['payload']) {
  const { context, workflowExecutionId, workflowExecutionStepId } = WorkflowStep.parse(payload)
  const isExecution = workflowExecutionId !== undefined && workflowExecutionStepId !== undefined
  const { '@type': _, ...bare } = payload
  return {
    kind: 'request' as const,
    // without a context around it, the payload itself is what the automation's author wrote
    ...writtenRequest(context ?? (isExecution ? {} : bare)),
    ...(isExecution && { deliveryId: `${workflowExecutionId}/${workflowExecutionStepId}` }),
  }
}
