import * as z from 'zod/mini'
import { FORM_WORDS, readForm } from './form.ts'
import { hasLabel } from './issue-label.ts'
import { ignored, type Source, ticket } from './source.ts'

const IssueEvent = z.looseObject({
  type: z.enum(['Issue']),
  action: z.enum(['create', 'update', 'remove']),
  url: z.nullish(z.string()),
  actor: z.nullish(
    z.looseObject({
      type: z.optional(z.string()),
      email: z.nullish(z.string()),
      name: z.nullish(z.string()),
    }),
  ),
  data: z.looseObject({
    id: z.string(),
    identifier: z.optional(z.string()),
    number: z.optional(z.int()),
    team: z.optional(z.looseObject({ key: z.string() })),
    description: z.nullish(z.string()),
    labels: z._default(z.array(z.looseObject({ id: z.optional(z.string()), name: z.string() })), []),
  }),
  updatedFrom: z.nullish(z.looseObject({ labelIds: z.optional(z.array(z.string())) })),
})

const Sent = z.looseObject({ webhookTimestamp: z.int() })

/**
 * Linear issues that carry the label: created with it by a person of the workspace, or labelled later.
 *
 * @see https://linear.app/developers/webhooks
 */
export const linear: Source = {
  proofs: [
    {
      kind: 'signature',
      algorithm: 'HMAC-SHA-256',
      header: 'Linear-Signature',
      key: 'verbatim',
      prefix: '',
      encoding: 'hex',
      text: ['body'],
    },
  ],
  // each try is stamped anew, and Linear advises a minute
  time: { sentAt: (json) => Sent.safeParse(json).data?.webhookTimestamp, window: 60 },
  read({ json, options: { label } }) {
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { action, actor, data, updatedFrom, url } = parsed.data
    const wanted = data.labels.find(({ name }) => hasLabel([name], label))
    const before = updatedFrom?.labelIds
    const added =
      action === 'update' && wanted !== undefined && before !== undefined && !before.includes(wanted.id ?? '')
    // integrations make issues from what strangers write
    const created = action === 'create' && wanted !== undefined && (actor?.type ?? 'user') === 'user'
    if (!added && !created) return ignored(`an issue asks for a vault when it gets the label "${label}"`)
    const key = data.team && data.number !== undefined ? `${data.team.key}-${data.number}` : data.id
    return {
      kind: 'request',
      request: {
        ...readForm(data.description ?? ''),
        ticket: ticket(data.identifier ?? key, url),
        ...(actor && { requestedBy: actor.email ?? `${actor.name ?? 'somebody'} on Linear` }),
      },
      words: FORM_WORDS,
    }
  },
  accepted: 200,
  // failures may switch the webhook off, and nobody reads them
  refused: 200,
}
