import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { BODY_HMAC } from './signature.ts'
import { hasLabel, ignored, nameOfPerson, type Revision, type Source, ticketOf } from './source.ts'

const Person = z.looseObject({
  id: z.optional(z.string()),
  type: z.optional(z.string()),
  email: z.nullish(z.string()),
  name: z.nullish(z.string()),
})

const IssueEvent = z.looseObject({
  type: z.enum(['Issue']),
  action: z.enum(['create', 'update', 'remove']),
  url: z.nullish(z.string()),
  actor: z.nullish(Person),
  data: z.looseObject({
    id: z.string(),
    identifier: z.optional(z.string()),
    number: z.optional(z.int()),
    team: z.optional(z.looseObject({ key: z.string() })),
    description: z.nullish(z.string()),
    updatedAt: z.nullish(z.string()),
    labels: z._default(z.array(z.looseObject({ id: z.optional(z.string()), name: z.string() })), []),
    creatorId: z.nullish(z.string()),
    creator: z.nullish(Person),
    assignee: z.nullish(Person),
  }),
  updatedFrom: z.nullish(z.looseObject({ labelIds: z.optional(z.array(z.string())) })),
})
type IssueEvent = z.output<typeof IssueEvent>

const Stamp = z.looseObject({ webhookTimestamp: z.int() })

/** Linear's ids are UUIDs, which mean one issue wherever it is. */
const SITE = 'linear.app'

/**
 * Reads Linear issues that carry the label: created with it, or labelled later, by a person of the workspace.
 *
 * @see https://linear.app/developers/webhooks
 */
export const linear: Source = {
  proofs: [{ ...BODY_HMAC, header: 'Linear-Signature' }],
  bodyTime: {
    sentAt: (json) => Stamp.safeParse(json).data?.webhookTimestamp,
    toleranceSeconds: 60,
    // the last retry comes after 6 hours, and may have the time of the first
    maxAgeSeconds: 7 * 3_600,
  },
  read({ json, options: { label } }) {
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { action, actor, data, updatedFrom, url } = parsed.data
    const wanted = data.labels.find(({ name }) => hasLabel([name], label))
    const before = updatedFrom?.labelIds
    const isLabelled =
      action === 'update' && wanted !== undefined && before !== undefined && !before.includes(wanted.id ?? '')
    const isCreated = action === 'create' && wanted !== undefined
    const revision = revisionOf(data)
    // integrations make and label issues from what strangers write
    if ((!isLabelled && !isCreated) || !isPerson(actor)) {
      // what may take back an earlier delivery: an edit under the label, other labels, or the end
      const isRelevant = wanted !== undefined || before !== undefined || action === 'remove'
      const reason =
        isLabelled || isCreated
          ? `${actor?.name ?? 'the actor'} is not a person; a person must put the label "${label}" on it`
          : `an issue asks for a vault when it gets the label "${label}"`
      return { kind: 'ignored', reason, revision: isRelevant ? revision : undefined }
    }
    const { answers, ...rest } = readForm(data.description ?? '')
    const key = data.team && data.number !== undefined ? `${data.team.key}-${data.number}` : data.id
    const isAuthor = !data.creatorId || !actor?.id || data.creatorId === actor.id
    return {
      kind: 'request',
      request: {
        ...answers,
        ticket: ticketOf(data.identifier ?? key, url),
        requestedBy: authorOf(parsed.data),
      },
      ...rest,
      fieldNames: HEADINGS,
      issue: { site: SITE, id: data.id },
      revision,
      personId: data.creatorId ?? (isCreated ? actor?.id : undefined),
      approvedBy: isLabelled && !isAuthor && actor ? nameOf(actor) : undefined,
    }
  },
  acceptedStatus: 200,
  // failures may switch the webhook off, and people do not see them
  refusedStatus: 200,
}

function revisionOf({ id, updatedAt }: IssueEvent['data']): Revision | undefined {
  const changedAt = Date.parse(updatedAt ?? '')
  return Number.isNaN(changedAt) ? undefined : { issue: { site: SITE, id }, changedAt }
}

function isPerson(actor: IssueEvent['actor']): boolean {
  return (actor?.type ?? 'user') === 'user'
}

/** Names the author. An event names the person who acts, and of the author perhaps only the id. */
function authorOf({ actor, data: { creatorId, creator, assignee } }: IssueEvent): string | undefined {
  if (creator) return nameOf(creator)
  const known = [actor, assignee].find((person) => person?.id !== undefined && person.id === creatorId)
  if (known) return nameOf(known)
  if (creatorId && actor?.id) return `user ${creatorId} on Linear`
  return actor ? nameOf(actor) : undefined
}

function nameOf({ email, name }: z.output<typeof Person>): string | undefined {
  return nameOfPerson(email) ?? nameOfPerson(name ?? 'somebody', 'Linear')
}
