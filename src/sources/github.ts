import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { BODY_HMAC } from './signature.ts'
import {
  hasLabel,
  hostOf,
  type Issue,
  ignored,
  nameByTitle,
  nameOfPerson,
  type Reading,
  type Source,
  ticketOf,
} from './source.ts'

const Label = z.looseObject({ name: z.string() })
const User = z.looseObject({
  id: z.optional(z.int()),
  login: z.string(),
  type: z.optional(z.string()),
})
const Repository = z.looseObject({ full_name: z.string() })
const Place = z.looseObject({ id: z.optional(z.int()), number: z.int(), html_url: z.string() })

const IssueEvent = z.looseObject({
  action: z.string(),
  label: z.optional(Label),
  issue: z.looseObject({
    ...Place.shape,
    title: z.nullish(z.string()),
    body: z.nullish(z.string()),
    author_association: z._default(z.string(), 'NONE'),
    user: User,
    labels: z._default(z.array(Label), []),
  }),
  repository: Repository,
  sender: User,
  changes: z.nullish(
    z.looseObject({
      old_issue: z.nullish(Place),
      old_repository: z.nullish(Repository),
      new_issue: z.nullish(Place),
      new_repository: z.nullish(Repository),
    }),
  ),
})
type IssueEvent = z.output<typeof IssueEvent>

/** Associations that an organisation or a repository's owner gives: their holders may ask for a vault. */
const TRUSTED_ASSOCIATIONS = ['OWNER', 'MEMBER', 'COLLABORATOR']

/**
 * Reads GitHub issues that carry the label. Anyone may open an issue in a public repository, and a form then labels it
 * in the author's own name; so a label counts if another person put it there, or the author is trusted.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
 */
export const github: Source = {
  proofs: [{ ...BODY_HMAC, header: 'X-Hub-Signature-256', prefix: 'sha256=' }],
  read({ headers, json, options: { label } }) {
    const event = headers.get('X-GitHub-Event') ?? 'issues'
    if (event !== 'issues') return ignored(`${event} events ask for nothing here`)
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { action, issue, repository, sender, label: added } = parsed.data
    const transfer = readTransfer(parsed.data)
    if (transfer) return transfer
    const isLabelled = action === 'labeled' && added !== undefined && hasLabel([added.name], label)
    const isOpened =
      action === 'opened' &&
      hasLabel(
        issue.labels.map(({ name }) => name),
        label,
      )
    if (!isLabelled && !isOpened)
      return ignored(`an issue asks for a vault when it gets the label "${label}"`)
    // a bot labels whatever strangers write
    const isApproved = isLabelled && sender.login !== issue.user.login && sender.type !== 'Bot'
    if (!isApproved && !TRUSTED_ASSOCIATIONS.includes(issue.author_association))
      return ignored(
        `the author is not an owner, member or collaborator; one of those must put the label "${label}" on it`,
      )
    const form = { ...readForm(issue.body ?? ''), fieldNames: HEADINGS }
    const { answers, ...rest } = isBareTag(issue.title) ? form : nameByTitle(form, issue.title, 'Title')
    return {
      kind: 'request',
      request: {
        ...answers,
        ticket: ticketOf(readableId(repository, issue), issue.html_url),
        requestedBy: nameOfPerson(issue.user.login, 'GitHub'),
      },
      ...rest,
      issue: issueOf(repository, issue),
      // an id only: a name can pass to another person
      personId: issue.user.id?.toString(),
      approvedBy: isApproved ? nameOfPerson(sender.login, 'GitHub') : undefined,
    }
  },
  acceptedStatus: 202,
  refusedStatus: 422,
}

/** Says whether a title is no more than what an issue form begins it with, such as `Vault: ` or `[Vault] `. */
function isBareTag(title: string | null | undefined): boolean {
  return /^(?:\[[^\]]*\]|[^:]*:)?$/.test((title ?? '').trim())
}

/** Reads either of the two events of a transfer: the old repository names the new issue, the new one the old issue. */
function readTransfer({ action, issue, repository, changes }: IssueEvent): Reading | undefined {
  const here = issueOf(repository, issue)
  const { old_issue, old_repository, new_issue, new_repository } = changes ?? {}
  if (action === 'opened' && old_issue)
    return { kind: 'transferred', from: issueOf(old_repository, old_issue), to: here, reason: TRANSFERRED }
  if (action === 'transferred' && new_issue)
    return { kind: 'transferred', from: here, to: issueOf(new_repository, new_issue), reason: TRANSFERRED }
  return action === 'transferred' ? ignored(TRANSFERRED) : undefined
}

const TRANSFERRED = 'a transfer asks for nothing'

function issueOf(
  repository: z.output<typeof Repository> | null | undefined,
  place: z.output<typeof Place>,
): Issue {
  return { site: hostOf(place.html_url), id: String(place.id ?? readableId(repository, place)) }
}

function readableId(
  repository: z.output<typeof Repository> | null | undefined,
  { number }: z.output<typeof Place>,
): string {
  return `${repository?.full_name ?? ''}#${number}`
}
