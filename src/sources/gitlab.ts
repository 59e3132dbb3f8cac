import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { STANDARD_WEBHOOKS } from './signature.ts'
import { hasLabel, hostOf, ignored, nameOfPerson, type Source, ticketOf } from './source.ts'

const Labels = z._default(z.array(z.looseObject({ title: z.string() })), [])
const User = z.looseObject({ id: z.optional(z.int()), username: z.string() })

const IssueEvent = z.looseObject({
  object_kind: z.enum(['issue', 'work_item']),
  object_attributes: z.looseObject({
    id: z.optional(z.int()),
    iid: z.int(),
    url: z.string(),
    action: z.optional(z.string()),
    author_id: z.nullish(z.int()),
    description: z.nullish(z.string()),
  }),
  labels: Labels,
  assignees: z._default(z.array(User), []),
  changes: z.nullish(
    z.looseObject({ labels: z.optional(z.looseObject({ previous: Labels, current: Labels })) }),
  ),
  project: z.looseObject({ path_with_namespace: z.string(), visibility_level: z.optional(z.int()) }),
  user: User,
})
type IssueEvent = z.output<typeof IssueEvent>

/** `visibility_level` of a project in which anyone on the internet can open issues. */
const PUBLIC_VISIBILITY = 20

/** Users whom GitLab makes: for access tokens, for service accounts, and its own, such as Service Desk's. */
const BOT = /^(?:project|group)_\d+_bot(?:\d*$|_)|^service_account_|-bot\d*$/i

/**
 * Reads GitLab issues that get the label. The author of an issue may give it labels, so in a public project only a
 * label that is added later counts: that takes a member. Bots do not count as people.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#issue-events
 */
export const gitlab: Source = {
  proofs: [
    STANDARD_WEBHOOKS,
    { kind: 'token', place: 'header', name: 'X-Gitlab-Token', secrets: /^(?!whsec_)/ },
  ],
  read({ json, options: { label } }) {
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { object_attributes: issue, project, user, changes } = parsed.data
    const { previous = [], current = [] } = changes?.labels ?? {}
    const carries = (labels: typeof current) =>
      hasLabel(
        labels.map(({ title }) => title),
        label,
      )
    const isLabelled = issue.action === 'update' && carries(current) && !carries(previous)
    const isOpened = issue.action === 'open' && carries(parsed.data.labels)
    if (!isLabelled && !isOpened)
      return ignored(`an issue asks for a vault when it gets the label "${label}"`)
    if (BOT.test(user.username))
      return ignored(`${user.username} is a bot; a person must put the label "${label}" on it`)
    const authorId = issue.author_id ?? undefined
    const isAuthor = authorId === undefined || user.id === undefined || authorId === user.id
    // the person who moves an issue opens it in another author's name
    if (isOpened && !isAuthor)
      return ignored(`an issue that was moved or cloned must get the label "${label}" afterwards`)
    if (isOpened && (project.visibility_level ?? PUBLIC_VISIBILITY) >= PUBLIC_VISIBILITY)
      return ignored(
        `anyone may open issues in a public project; a member must add the label "${label}" afterwards`,
      )
    const { answers, ...rest } = readForm(issue.description ?? '')
    const readableId = `${project.path_with_namespace}#${issue.iid}`
    return {
      kind: 'request',
      request: {
        ...answers,
        ticket: ticketOf(readableId, issue.url),
        requestedBy: authorOf(parsed.data, isAuthor),
      },
      ...rest,
      fieldNames: HEADINGS,
      issue: { site: hostOf(issue.url), id: String(issue.id ?? readableId) },
      // an id only: a name can pass to another person
      personId: (authorId ?? (isOpened ? user.id : undefined))?.toString(),
      approvedBy: isAuthor ? undefined : personOf(user),
    }
  },
  acceptedStatus: 202,
  // four failures in a row pause the webhook, and people do not see them
  refusedStatus: 200,
}

/** Names the author. An event names the person who acts, and of the author only the id unless assigned too. */
function authorOf(
  { user, assignees, object_attributes: { author_id } }: IssueEvent,
  isAuthor: boolean,
): string | undefined {
  if (isAuthor) return personOf(user)
  const assigned = assignees.find(({ id }) => id === author_id)
  return assigned ? personOf(assigned) : `user ${author_id} on GitLab`
}

function personOf({ username }: z.output<typeof User>): string | undefined {
  return nameOfPerson(username, 'GitLab')
}
