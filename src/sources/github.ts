import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { hasLabel, ignored, type Source, ticketOf } from './source.ts'

const Label = z.looseObject({ name: z.string() })

const IssueEvent = z.looseObject({
  action: z.string(),
  label: z.optional(Label),
  issue: z.looseObject({
    number: z.int(),
    html_url: z.string(),
    body: z.nullish(z.string()),
    author_association: z._default(z.string(), 'NONE'),
    user: z.looseObject({ login: z.string() }),
    labels: z._default(z.array(Label), []),
  }),
  repository: z.looseObject({ full_name: z.string() }),
  sender: z.looseObject({ login: z.string(), type: z.optional(z.string()) }),
})

/** Associations that an organisation or a repository's owner gives: their holders may ask for a vault. */
const TRUSTED_ASSOCIATIONS = ['OWNER', 'MEMBER', 'COLLABORATOR']

/**
 * Reads GitHub issues that carry the label. Anyone may open an issue in a public repository, and a form then labels it
 * in the author's own name; so a label counts if another person put it there, or the author is trusted.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
 */
export const github: Source = {
  proofs: [
    {
      kind: 'signature',
      algorithm: 'HMAC-SHA-256',
      header: 'X-Hub-Signature-256',
      key: 'verbatim',
      prefix: 'sha256=',
      encoding: 'hex',
      text: ['body'],
    },
  ],
  read({ headers, json, options: { label } }) {
    const event = headers.get('X-GitHub-Event') ?? 'issues'
    if (event !== 'issues') return ignored(`${event} events ask for nothing here`)
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { action, issue, repository, sender, label: added } = parsed.data
    const labelled = action === 'labeled' && added !== undefined && hasLabel([added.name], label)
    const opened =
      action === 'opened' &&
      hasLabel(
        issue.labels.map(({ name }) => name),
        label,
      )
    if (!labelled && !opened) return ignored(`an issue asks for a vault when it gets the label "${label}"`)
    // a bot labels whatever strangers write
    const byAnother = labelled && sender.login !== issue.user.login && sender.type !== 'Bot'
    if (!byAnother && !TRUSTED_ASSOCIATIONS.includes(issue.author_association))
      return ignored(
        `the author is no owner, member or collaborator; one of those must put the label "${label}" on it`,
      )
    return {
      kind: 'request',
      request: {
        ...readForm(issue.body ?? ''),
        ticket: ticketOf(`${repository.full_name}#${issue.number}`, issue.html_url),
        requestedBy: `${issue.user.login} on GitHub`,
      },
      fieldNames: HEADINGS,
    }
  },
  acceptedStatus: 202,
  refusedStatus: 422,
}
