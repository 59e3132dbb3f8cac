import * as z from 'zod/mini'
import { readForm } from './form.ts'
import { HEADINGS } from './questions.ts'
import { BODY_HMAC } from './signature.ts'
import { hasLabel, ignored, nameByTitle, type Reading, type Source } from './source.ts'
import { readWrittenRequest } from './standard.ts'

const EventType = z.string().check(z.regex(/^zen:event-type:/))
// an event has no name; a body that has one was written, and its title may have brought the type
const SubscribedEvent = z.looseObject({ type: EventType, name: z.optional(z.never()) })

const TicketEvent = z.looseObject({
  type: EventType,
  account_id: z.optional(z.union([z.string(), z.number()])),
  detail: z.optional(
    z.looseObject({
      id: z.union([z.string(), z.number()]),
      subject: z.nullish(z.string()),
      description: z.nullish(z.string()),
      tags: z.nullish(z.array(z.string())),
      requester_id: z.nullish(z.union([z.string(), z.number()])),
    }),
  ),
  event: z.nullish(z.looseObject({ tags_added: z.optional(z.array(z.string())) })),
})

/**
 * Reads Zendesk's two kinds of webhooks: a trigger's body is what the administrator wrote, the simplified request itself;
 * an event subscription sends tickets, which ask for a vault when they get the tag.
 *
 * @see https://developer.zendesk.com/documentation/webhooks/verifying/
 */
export const zendesk: Source = {
  proofs: [
    {
      ...BODY_HMAC, // its secret looks like base64 and is used as it is written
      header: 'X-Zendesk-Webhook-Signature',
      encoding: 'base64',
      text: [{ header: 'X-Zendesk-Webhook-Signature-Timestamp' }, 'body'],
      // Zendesk prescribes none; an hour leaves room for its retries
      time: { header: 'X-Zendesk-Webhook-Signature-Timestamp', unit: 'RFC 3339', toleranceSeconds: 3_600 },
    },
  ],
  read({ json, options: { label } }) {
    if (!SubscribedEvent.safeParse(json).success) return readWrittenRequest(json)
    const event = TicketEvent.safeParse(json)
    return event.success ? readEvent(event.data, label) : ignored('this is not a ticket event')
  },
  acceptedStatus: 202,
  refusedStatus: 422,
}

function readEvent(
  { type, account_id, detail, event }: z.output<typeof TicketEvent>,
  label: string,
): Reading {
  const created = type === 'zen:event-type:ticket.created' && hasLabel(detail?.tags ?? [], label)
  const tagged = type === 'zen:event-type:ticket.tags_changed' && hasLabel(event?.tags_added ?? [], label)
  if (!detail || (!created && !tagged))
    return ignored(`a ticket asks for a vault when it gets the tag "${label}"`)
  const form = { ...readForm(detail.description ?? ''), fieldNames: HEADINGS }
  const { answers, ...rest } = nameByTitle(form, detail.subject, 'Subject')
  return {
    kind: 'request',
    request: { ...answers, ticket: { id: String(detail.id) } },
    ...rest,
    issue: { site: String(account_id ?? ''), id: String(detail.id) },
    // the event does not say which person set the tag
    personId: detail.requester_id ? String(detail.requester_id) : undefined,
  }
}
