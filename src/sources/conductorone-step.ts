import * as z from 'zod/mini'
import { ifAny } from '../conductorone/wire.ts'
import type { SourceOptions } from '../config/source-options.ts'
import { readFieldValue } from './field-value.ts'
import { readAnswers } from './questions.ts'
import { nameByTitle, nameOfPerson, type ReadRequest } from './source.ts'

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

const DO_IT_BY_HAND = 'Do this step by hand in ConductorOne.'

/** What a step of a task asks for; one that this Worker cannot do has a reason. */
type StepReading =
  | { readonly kind: 'unsupported'; readonly reason: string }
  | ({ readonly kind: 'request' } & ReadRequest)

/**
 * Reads a step of a task: a person gets an entitlement, and the vault is made for that person.
 *
 * @param payload the step
 * @param options the names of the form answers that become fields of a request
 */
export function readStep(payload: unknown, { conductorone }: SourceOptions): StepReading {
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
  // without a creator, the person whom the task is for asked
  const askerId = task.createdByUserId || requester.id || task.userId || undefined
  const requestedBy =
    requester.email ??
    requester.displayName ??
    (task.createdByUserId || user.email || user.displayName || task.userId)
  const answered = { answers, faults, fieldNames: map, warnings: [] }
  const title = names.$entitlement ?? names.$task
  const { answers: named, ...rest } =
    title === undefined ? answered : nameByTitle(answered, title, 'Entitlement')
  return {
    kind: 'request',
    request: {
      // the person whom the task is for, by the id that ConductorOne itself gives; another person may have asked
      ...(ownerId && { owners: [ownerId] }),
      ...named,
      ticket: { id: task.numericId ? `C1-${task.numericId}` : task.id },
      requestedBy: nameOfPerson(requestedBy),
    },
    ...rest,
    // the tenant is the only site
    issue: { site: '', id: task.id },
    personId: askerId,
    approvedBy: approversOf(taskView, expanded, askerId),
  }
}

type TaskView = z.output<typeof ProvisionStep>['taskView']

/** Names the people who approved the task, other than the one who asked for it; undefined if the task names none. */
function approversOf(
  { task, approversPath }: TaskView,
  expanded: readonly unknown[],
  askerId: string | undefined,
): string | undefined {
  const ids = (task.policy?.history ?? [])
    .map(({ approval }) => approval?.approved?.userId)
    .filter((id) => id !== undefined && id !== '')
  const known = expanded.map(personOf)
  const people =
    ids.length > 0
      ? ids.map((id) => known.find((person) => person.id === id) ?? { id, name: `user ${id}` })
      : [personOf(expandedAt(approversPath, expanded))]
  const names = people.filter(({ id, name }) => name !== undefined && id !== askerId).map(({ name }) => name)
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
