import * as z from 'zod/mini'
import { ifAny } from '../conductorone/wire.ts'
import type { SourceOptions } from '../config/source-options.ts'
import { readAnswers } from './questions.ts'

/** The envelope of every delivery of ConductorOne: `c1.webhooks.v1`. */
const Envelope = z.looseObject({
  version: z.enum(['v1']),
  event: z.string(),
  callbackUrl: z.nullish(z.string()),
  payload: z.looseObject({}),
})

const Text = ifAny(z.string())
const Named = z.looseObject({ displayName: Text })
const Person = z.looseObject({ displayName: Text, email: Text })
const Expanded = z.looseObject({
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
      data: ifAny(z.record(z.string(), z.unknown())),
      type: ifAny(z.looseObject({ grant: z.nullish(z.unknown()) })),
    }),
    appPath: Text,
    userPath: Text,
    entitlementsPath: Text,
  }),
  expanded: ifAny(z.array(z.unknown())),
})

const WorkflowStep = z.looseObject({ context: ifAny(z.record(z.string(), z.unknown())) })

/** What a delivery of ConductorOne asks for. */
export type ConductorOneReading =
  /** A test of the webhook. */
  | { readonly kind: 'test' }
  | { readonly kind: 'ignored'; readonly reason: string }
  /** A step of a task that this Worker cannot do. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  | {
      readonly kind: 'request'
      readonly request: Readonly<Record<string, unknown>>
      /** Field to what the author of the task calls it. */
      readonly fieldNames: Readonly<Record<string, string>>
      /** The address that takes the answer, once. */
      readonly callbackUrl: string
      readonly channel: 'conductorone-step' | 'conductorone-automation'
    }

/**
 * Reads a verified delivery of ConductorOne.
 *
 * @param json the body
 * @param options the names of the form answers that become fields of a request
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export function readConductorOne(json: unknown, options: SourceOptions): ConductorOneReading {
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) return { kind: 'ignored', reason: 'this is not a delivery of version v1' }
  const { event, payload, callbackUrl } = envelope.data
  switch (event.split('.').at(-1)) {
    case 'PayloadTest':
      return { kind: 'test' }
    case 'PayloadProvisionStep':
      return readStep(payload, callbackUrl ?? '', options)
    case 'PayloadWorkflowStep': {
      // a step that waits is answered whatever its context is: one that is not a request has faults
      const { context = {} } = WorkflowStep.parse(payload)
      return {
        kind: 'request',
        request: context,
        fieldNames: {},
        callbackUrl: callbackUrl ?? '',
        channel: 'conductorone-automation',
      }
    }
    default:
      return { kind: 'ignored', reason: `${event} events ask for nothing here` }
  }
}

const DO_IT_BY_HAND = 'Do this step by hand in ConductorOne.'

function readStep(
  payload: unknown,
  callbackUrl: string,
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
  const names: Readonly<Record<string, string | undefined>> = {
    $entitlement: objectAt(taskView.entitlementsPath, expanded).displayName,
    $app: objectAt(taskView.appPath, expanded).displayName,
    $task: task.displayName,
  }
  const map = { ...DEFAULT_FIELDS, ...conductorone.fields }
  const answers = readAnswers((field) => {
    const key = map[field]
    if (key.startsWith('$')) return names[key]
    const { data = {} } = task
    return Object.hasOwn(data, key) ? answerText(data[key]) : undefined
  })
  const requestedBy = user.email ?? user.displayName ?? task.userId
  return {
    kind: 'request',
    request: {
      name: names.$entitlement ?? names.$task,
      // the task's user is the owner, by the id that ConductorOne itself gives
      ...(task.userId && { owners: [task.userId] }),
      ...answers,
      ticket: { id: task.numericId ? `C1-${task.numericId}` : task.id },
      ...(requestedBy && { requestedBy }),
    },
    fieldNames: map,
    callbackUrl,
    channel: 'conductorone-step',
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
}

/** Finds an object around a task: they stand in a list, in no order, and a path such as `$.expanded[2]` leads to each. */
function objectAt(path: string | undefined, expanded: readonly unknown[]) {
  const index = /^\$\.expanded\[(\d{1,4})\]$/.exec(path ?? '')?.[1]
  const { displayName, email, user, app, appEntitlement } =
    Expanded.safeParse(index === undefined ? {} : expanded[Number(index)]).data ?? {}
  const inner = user ?? app ?? appEntitlement
  return {
    displayName: displayName || inner?.displayName || undefined,
    email: email || user?.email || undefined,
  }
}

/** Reads a form answer: text, a number, yes or no, or several of those. */
function answerText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(answerText).join(', ')
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value.trim() : undefined
}
