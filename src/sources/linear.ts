import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { hasLabel, ignored, type Source, ticketOf } from './source.ts'

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

const Stamp = z.looseObject({ webhookTimestamp: z.int() })

/**
 * Reads Linear issues that carry the label: created with it by a person of the workspace, or labelled later.
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
  // each attempt is stamped anew, and Linear advises a minute
  bodyTime: { sentAt: (json) => Stamp.safeParse(json).data?.webhookTimestamp, toleranceSeconds: 60 },
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
        ticket: ticketOf(data.identifier ?? key, url),
        ...(actor && { requestedBy: actor.email ?? `${actor.name ?? 'somebody'} on Linear` }),
      },
      fieldNames: HEADINGS,
    }
  },
  acceptedStatus: 200,
  // failures may switch the webhook off, and people do not see them
  refusedStatus: 200,
}
