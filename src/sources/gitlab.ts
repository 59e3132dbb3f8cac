import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { STANDARD_WEBHOOKS } from './proof.ts'
import { HEADINGS } from './questions.ts'
import { hasLabel, ignored, type Source, ticketOf } from './source.ts'

const Labels = z._default(z.array(z.looseObject({ title: z.string() })), [])

const IssueEvent = z.looseObject({
  object_kind: z.enum(['issue', 'work_item']),
  object_attributes: z.looseObject({
    iid: z.int(),
    url: z.string(),
    action: z.optional(z.string()),
    description: z.nullish(z.string()),
  }),
  labels: Labels,
  changes: z.nullish(
    z.looseObject({ labels: z.optional(z.looseObject({ previous: Labels, current: Labels })) }),
  ),
  project: z.looseObject({ path_with_namespace: z.string(), visibility_level: z.optional(z.int()) }),
  user: z.looseObject({ username: z.string() }),
})

/** `visibility_level` of a project in which anyone on the internet can open issues. */
const PUBLIC_VISIBILITY = 20

/**
 * Reads GitLab issues that get the label. The author of an issue may give it labels, so in a public project only a
 * label that is added later counts: that takes a member.
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
    const added = issue.action === 'update' && carries(current) && !carries(previous)
    const opened = issue.action === 'open' && carries(parsed.data.labels)
    if (!added && !opened) return ignored(`an issue asks for a vault when it gets the label "${label}"`)
    if (opened && (project.visibility_level ?? PUBLIC_VISIBILITY) >= PUBLIC_VISIBILITY)
      return ignored(
        `anyone may open issues in a public project; a member must add the label "${label}" afterwards`,
      )
    return {
      kind: 'request',
      request: {
        ...readForm(issue.description ?? ''),
        ticket: ticketOf(`${project.path_with_namespace}#${issue.iid}`, issue.url),
        requestedBy: `${user.username} on GitLab`,
      },
      fieldNames: HEADINGS,
    }
  },
  acceptedStatus: 202,
  // four failures in a row pause the webhook, and people do not see them
  refusedStatus: 200,
}
