import * as z from 'zod/mini'
import { ifAny } from '../conductorone/wire.ts'
import type { SourceOptions } from '../config/source-options.ts'
import { readFieldValue } from './field-value.ts'
import { readAnswers } from './questions.ts'
import { nameOfPerson, type ReadRequest, writtenRequest } from './source.ts'

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

const Text = ifAny(z.string())
const Named = z.looseObject({ displayName: Text })
const Person = z.looseObject({ id: Text, displayName: Text, email: Text })
const Approval = z.looseObject({
  approved: ifAny(z.looseObject({ userId: Text })),
})
const Expanded = z.looseObject({
  id: Text,
  displayName: Text,
  email: Text,
  user: ifAny(Person),
  app: ifAny(Named),
  appEntitlement: ifAny(Named),
})

const ProvisionStep = z.looseObject({
  taskView: z.looseObject({
    task: z.looseObject({
      id: z.string().check(z.minLength(1)),
      numericId: Text,
      displayName: Text,
      userId: Text,
      createdByUserId: Text,
      data: ifAny(z.record(z.string(), z.unknown())),
      type: ifAny(z.looseObject({ grant: z.nullish(z.unknown()) })),
      policy: ifAny(z.looseObject({ history: ifAny(z.array(z.looseObject({ approval: ifAny(Approval) }))) })),
    }),
    appPath: Text,
    approversPath: Text,
    userPath: Text,
    identityUserPath: Text,
    createdByUserPath: Text,
    entitlementsPath: Text,
  }),
  expanded: ifAny(z.array(z.unknown())),
})

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
  const { event } = envelope
  switch (event.split('.').at(-1)) {
    case 'PayloadTest':
      return { kind: 'test' }
    case 'PayloadProvisionStep':
      return readStep(envelope, options)
    case 'PayloadWorkflowStep':
      return readAutomation(envelope)
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
function readAutomation({ payload, webhookId, callbackUrl }: Envelope): ConductorOneReading {
  const { context, workflowExecutionId, workflowExecutionStepId } = WorkflowStep.parse(payload)
  const isExecution = workflowExecutionId !== undefined && workflowExecutionStepId !== undefined
  const { '@type': _, ...bare } = payload
  return {
    kind: 'request',
    // without a context around it, the payload itself is what the automation's author wrote
    ...writtenRequest(context ?? (isExecution ? {} : bare)),
    callbackUrl: callbackUrl ?? '',
    deliveryId: isExecution
      ? `${workflowExecutionId}/${workflowExecutionStepId}`
      : webhookId || callbackUrl || '',
    channel: 'conductorone-automation',
  }
}

const DO_IT_BY_HAND = 'Do this step by hand in ConductorOne.'

function readStep(
  { payload, webhookId, callbackUrl }: Envelope,
  { conductorone }: SourceOptions,
): ConductorOneReading {
  const parsed = ProvisionStep.safeParse(payload)
  if (!parsed.success)
    return { kind: 'unsupported', reason: `This Worker cannot read the task of this step. ${DO_IT_BY_HAND}` }
  const { taskView, expanded = [] } = parsed.data
  const { task } = taskView
  if (!task.type?.grant)
    return {
      kind: 'unsupported',
      reason: `This Worker makes vaults and cannot take access away. ${DO_IT_BY_HAND}`,
    }
  const user = objectAt(taskView.userPath, expanded)
  const requester = objectAt(taskView.createdByUserPath, expanded)
  const ownerId = user.id ?? objectAt(taskView.identityUserPath, expanded).id ?? task.userId
  const names: Readonly<Record<string, string | undefined>> = {
    $entitlement: objectAt(taskView.entitlementsPath, expanded).displayName,
    $app: objectAt(taskView.appPath, expanded).displayName,
    $task: task.displayName,
  }
  const map = { ...DEFAULT_FIELDS, ...conductorone.fields }
  const { data = {} } = task
  const { answers, faults } = readAnswers((field) => {
    const key = map[field]
    if (key.startsWith('$')) return { text: names[key] ?? '' }
    return readFieldValue(Object.hasOwn(data, key) ? data[key] : undefined)
  }, map)
  const requestedBy =
    requester.email ??
    requester.displayName ??
    (task.createdByUserId || user.email || user.displayName || task.userId)
  return {
    kind: 'request',
    request: {
      name: names.$entitlement ?? names.$task,
      // the person whom the task is for, by the id that ConductorOne itself gives; another person may have asked
      ...(ownerId && { owners: [ownerId] }),
      ...answers,
      ticket: { id: task.numericId ? `C1-${task.numericId}` : task.id },
      requestedBy: nameOfPerson(requestedBy),
    },
    fieldNames: map,
    faults,
    warnings: [],
    // the tenant is the only site
    issue: { site: '', id: task.id },
    personId: task.createdByUserId || task.userId || undefined,
    approvedBy: approversOf(taskView, expanded),
    callbackUrl: callbackUrl ?? '',
    deliveryId: webhookId || callbackUrl || '',
    channel: 'conductorone-step',
  }
}

type TaskView = z.output<typeof ProvisionStep>['taskView']

/** Names the people who approved the task, other than the person whom it is for; undefined if the task names none. */
function approversOf({ task, approversPath }: TaskView, expanded: readonly unknown[]): string | undefined {
  const ids = (task.policy?.history ?? [])
    .map(({ approval }) => approval?.approved?.userId)
    .filter((id) => id !== undefined && id !== '')
  const known = expanded.map(personOf)
  const people =
    ids.length > 0
      ? ids.map((id) => known.find((person) => person.id === id) ?? { id, name: `user ${id}` })
      : [personOf(expandedAt(approversPath, expanded))]
  const names = people
    .filter(({ id, name }) => name !== undefined && id !== task.userId)
    .map(({ name }) => name)
  return nameOfPerson([...new Set(names)].join(', '))
}

function personOf(object: unknown): { readonly id: string | undefined; readonly name: string | undefined } {
  const { id, displayName, email, user } = Expanded.safeParse(object).data ?? {}
  return {
    id: user?.id || id || undefined,
    name: user?.email || email || user?.displayName || displayName || undefined,
  }
}

/** The form answers that are read if no others are configured. */
const DEFAULT_FIELDS = {
  name: 'vault_name',
  description: 'vault_description',
  kind: 'vault_kind',
  maxViews: 'vault_max_views',
  allowUnauthenticated: 'vault_allow_unauthenticated',
  owners: 'vault_owners',
  credentialTtl: 'vault_credential_ttl',
  preset: 'vault_preset',
}

/** Finds an object around a task: they stand in a list, in no order, and a path such as `$.expanded[2]` leads to each. */
function objectAt(path: string | undefined, expanded: readonly unknown[]) {
  const { id, displayName, email, user, app, appEntitlement } =
    Expanded.safeParse(expandedAt(path, expanded)).data ?? {}
  const inner = user ?? app ?? appEntitlement
  return {
    id: id || user?.id || undefined,
    displayName: displayName || inner?.displayName || undefined,
    email: email || user?.email || undefined,
  }
}

function expandedAt(path: string | undefined, expanded: readonly unknown[]): unknown {
  const index = /^\$\.expanded\[(\d{1,4})\]$/.exec(path ?? '')?.[1]
  return index === undefined ? {} : expanded[Number(index)]
}
