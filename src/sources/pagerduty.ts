import * as z from 'zod/mini'
import { readFieldValue } from './field-value.ts'
import { readAnswers } from './questions.ts'
import { BODY_HMAC } from './signature.ts'
import { ignored, nameByTitle, nameOfPerson, type Source, ticketOf } from './source.ts'

const IncidentEvent = z.looseObject({
  event: z.looseObject({
    event_type: z.string().check(z.regex(/^incident\./)),
    agent: z.nullish(z.looseObject({ id: z.nullish(z.string()), summary: z.nullish(z.string()) })),
    data: z.looseObject({
      id: z.optional(z.string()),
      title: z.nullish(z.string()),
      html_url: z.nullish(z.string()),
      custom_fields: z._default(
        z.array(z.looseObject({ name: z.string(), value: z.optional(z.unknown()) })),
        [],
      ),
      /** Names the incident if only its fields changed. */
      incident: z.optional(
        z.looseObject({
          id: z.string(),
          html_url: z.nullish(z.string()),
          summary: z.nullish(z.string()),
        }),
      ),
    }),
  }),
})

/** The custom fields that are read if no others are configured. */
const DEFAULT_FIELDS = { name: 'vault_name', owners: 'vault_owners' }

/** PagerDuty's ids mean one incident in every account. */
const SITE = 'pagerduty.com'

/**
 * Reads PagerDuty incidents: triggered, as far as the webhook's subscription goes, or with the custom field for the
 * owners filled in. The vault's name is a custom field, else the incident's title.
 *
 * @see https://developer.pagerduty.com/docs/webhooks-overview
 */
export const pagerduty: Source = {
  proofs: [{ ...BODY_HMAC, header: 'X-PagerDuty-Signature', prefix: 'v1=', separator: ',' }],
  read({ json, options }) {
    const parsed = IncidentEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an incident event')
    const { event_type, data, agent } = parsed.data.event
    const map = { ...DEFAULT_FIELDS, ...options.pagerduty.fields }
    const incident = data.incident ?? data
    const values = new Map(data.custom_fields.map(({ name, value }) => [name, value]))
    const { answers, faults } = readAnswers((field) => readFieldValue(values.get(map[field] ?? '')), map)
    const triggered = event_type === 'incident.triggered'
    const filled =
      event_type === 'incident.custom_field_values.updated' &&
      ('owners' in answers || faults.some(({ pointer }) => pointer === '/owners'))
    if (!triggered && !filled)
      return ignored(
        `an incident asks for a vault when it is triggered, or its custom field "${map.owners}" is filled in`,
      )
    if (incident.id === undefined) return ignored('the incident has no id')
    const title = data.title ?? data.incident?.summary
    const answered = { answers, faults, fieldNames: map, warnings: [] }
    const { answers: named, ...rest } = nameByTitle(answered, title, 'Title')
    return {
      kind: 'request',
      request: {
        ...named,
        ticket: ticketOf(incident.id, incident.html_url),
        requestedBy: nameOfPerson(agent?.summary, 'PagerDuty'),
      },
      ...rest,
      issue: { site: SITE, id: incident.id },
      personId: agent?.id ?? undefined,
    }
  },
  acceptedStatus: 202,
  // three refused in a row switch the webhook off for a day
  refusedStatus: 200,
}
