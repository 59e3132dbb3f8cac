import * as z from 'zod/mini'
import { cut } from '../chat/message.ts'
import { ifAny } from '../conductorone/wire.ts'
import type { Config } from '../config/config.ts'
import type { SourceOptions } from '../config/source-options.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { outcome } from '../outcomes/outcome.ts'
import { readFields } from './form.ts'

/** What every delivery of ConductorOne begins with: `c1.webhooks.v1`. */
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
export type Delivered =
  /** its test button */
  | { readonly kind: 'test' }
  | { readonly kind: 'ignored'; readonly why: string }
  /** a step of a task that this Worker cannot do, and why */
  | { readonly kind: 'not-ours'; readonly why: string }
  | {
      readonly kind: 'request'
      readonly request: Readonly<Record<string, unknown>>
      readonly words: Readonly<Record<string, string>>
      /** where the answer goes, once */
      readonly callbackUrl: string
      readonly channel: 'conductorone-step' | 'conductorone-automation'
    }

/**
 * @param json a verified delivery
 * @param options where in a task the fields of a request are
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export function readDelivery(json: unknown, options: SourceOptions): Delivered {
  const envelope = Envelope.safeParse(json)
  if (!envelope.success) return { kind: 'ignored', why: 'this is not a delivery of version v1' }
  const { event, payload, callbackUrl } = envelope.data
  switch (event.split('.').at(-1)) {
    case 'PayloadTest':
      return { kind: 'test' }
    case 'PayloadProvisionStep':
      return readStep(payload, callbackUrl ?? '', options)
    case 'PayloadWorkflowStep': {
      // a step that waits is answered, whatever its context is: a context that is no request has faults
      const { context = {} } = WorkflowStep.parse(payload)
      return {
        kind: 'request',
        request: context,
        words: {},
        callbackUrl: callbackUrl ?? '',
        channel: 'conductorone-automation',
      }
    }
    default:
      return { kind: 'ignored', why: `${event} events ask for nothing here` }
  }
}

const BY_HAND = 'Do this step by hand in ConductorOne.'

function readStep(payload: unknown, callbackUrl: string, { conductorone }: SourceOptions): Delivered {
  const parsed = ProvisionStep.safeParse(payload)
  if (!parsed.success)
    return { kind: 'not-ours', why: `This Worker cannot read the task of this step. ${BY_HAND}` }
  const { taskView, expanded = [] } = parsed.data
  const { task } = taskView
  if (!task.type?.grant)
    return { kind: 'not-ours', why: `This Worker makes vaults and cannot take access away. ${BY_HAND}` }
  const user = at(taskView.userPath, expanded)
  const names: Readonly<Record<string, string | undefined>> = {
    $entitlement: at(taskView.entitlementsPath, expanded).displayName,
    $app: at(taskView.appPath, expanded).displayName,
    $task: task.displayName,
  }
  const map = { ...FIELDS, ...conductorone.fields }
  const answers = readFields((field) => {
    const place = map[field]
    if (place.startsWith('$')) return names[place]
    const { data = {} } = task
    return Object.hasOwn(data, place) ? textOf(data[place]) : undefined
  })
  const requestedBy = user.email ?? user.displayName ?? task.userId
  return {
    kind: 'request',
    request: {
      name: names.$entitlement ?? names.$task,
      // whoever asked is the owner, by the id that ConductorOne itself gives
      ...(task.userId && { owners: [task.userId] }),
      ...answers,
      ticket: { id: task.numericId ? `C1-${task.numericId}` : task.id },
      ...(requestedBy && { requestedBy }),
    },
    words: map,
    callbackUrl,
    channel: 'conductorone-step',
  }
}

/** The form answers that are read where no others are configured. */
const FIELDS = {
  name: 'vault_name',
  description: 'vault_description',
  kind: 'vault_kind',
  maxViews: 'vault_max_views',
  allowUnauthenticated: 'vault_allow_unauthenticated',
  owners: 'vault_owners',
  credentialTtl: 'vault_credential_ttl',
}

/** Objects around a task stand in a list, in no order, and are found by a path such as `$.expanded[2]`. */
function at(path: string | undefined, expanded: readonly unknown[]) {
  const index = /^\$\.expanded\[(\d{1,4})\]$/.exec(path ?? '')?.[1]
  const { displayName, email, user, app, appEntitlement } =
    Expanded.safeParse(index === undefined ? {} : expanded[Number(index)]).data ?? {}
  const inner = user ?? app ?? appEntitlement
  return {
    displayName: displayName || inner?.displayName || undefined,
    email: email || user?.email || undefined,
  }
}

/** A form answer is text, a number, a truth or several of those. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value.trim() : undefined
}

/** @returns whether an address is on the tenant's own host */
export function isTenants({ origin }: URL, { baseUrl, credentials }: Config): boolean {
  return origin === baseUrl.origin || origin === `https://${credentials.host}`
}

/** The most characters of a comment. */
const LONGEST_COMMENT = 1_024

/** @returns what a provisioning step is told: that it is complete, or why not and what to do */
export function stepAnswer(record: RequestRecord): Record<string, unknown> {
  return { version: 'v1', [record.status === 'created' ? 'complete' : 'errored']: commented(outcome(record)) }
}

/** @returns what a provisioning step is told that cannot be done */
export function stepRefused(why: string): Record<string, unknown> {
  return { version: 'v1', errored: commented(why) }
}

function commented(text: string): { comment: string } {
  return { comment: cut(text, LONGEST_COMMENT) }
}

/** @returns what an automation goes on with: the vault, or the problem */
export function automationAnswer({ id, status, vault, problem }: RequestRecord): Record<string, unknown> {
  return { version: 'v1', context: { vault, problem, request: { id, status } } }
}
