import * as z from 'zod/mini'
import type { SourceOptions } from '../config/source-options.ts'
import { readAnswers } from './questions.ts'
import { MAX_DOCUMENT_DEPTH, plainText } from './rich-text.ts'
import { hasLabel, ignored, type Source, ticketOf } from './source.ts'

const Change = z.looseObject({
  field: z.optional(z.string()),
  fromString: z.optional(z.unknown()),
  toString: z.optional(z.unknown()),
})

const IssueEvent = z.looseObject({
  webhookEvent: z.string(),
  issue: z.looseObject({
    key: z.string(),
    self: z.string(),
    fields: z.looseObject({
      summary: z.nullish(z.string()),
      status: z.nullish(z.looseObject({ name: z.string() })),
      reporter: z.nullish(
        z.looseObject({ emailAddress: z.nullish(z.string()), displayName: z.nullish(z.string()) }),
      ),
    }),
    /** Custom field id to name, if the webhook sends it. */
    names: z.optional(z.record(z.string(), z.string())),
  }),
  changelog: z.nullish(z.looseObject({ items: z._default(z.array(Change), []) })),
})
type Event = z.output<typeof IssueEvent>

const Option = z.looseObject({
  value: z.optional(z.unknown()),
  emailAddress: z.optional(z.unknown()),
  name: z.optional(z.unknown()),
})

/**
 * Reads Jira Cloud issues: created, as far as the webhook's JQL lets them through, or given the label later. If a status
 * is configured, entering that status counts instead, as it takes someone who may move the issue there.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/webhooks/
 */
export const jira: Source = {
  proofs: [
    {
      kind: 'signature',
      algorithm: 'HMAC-SHA-256',
      header: 'X-Hub-Signature',
      key: 'verbatim',
      prefix: 'sha256=',
      encoding: 'hex',
      text: ['body'],
    },
  ],
  read({ json, options }) {
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { issue } = parsed.data
    const reason = reasonToIgnore(parsed.data, options)
    if (reason !== undefined) return ignored(reason)
    const map = options.jira.fields
    const answers = readAnswers((field) => customField(issue, map[field]))
    const { reporter } = issue.fields
    const requestedBy = reporter?.emailAddress ?? reporter?.displayName
    return {
      kind: 'request',
      request: {
        name: issue.fields.summary ?? undefined,
        ...answers,
        ticket: ticketOf(issue.key, `${URL.parse(issue.self)?.origin}/browse/${issue.key}`),
        ...(requestedBy !== undefined && { requestedBy }),
      },
      fieldNames: { name: 'Summary', ...fieldNamesOf(map) },
    }
  },
  acceptedStatus: 202,
  // people do not see a failure, and it is not sent again
  refusedStatus: 200,
}

function reasonToIgnore(
  { webhookEvent, issue, changelog }: Event,
  { label, jira: { status } }: SourceOptions,
): string | undefined {
  const changes = changelog?.items ?? []
  const created = webhookEvent === 'jira:issue_created'
  if (!created && webhookEvent !== 'jira:issue_updated') return `${webhookEvent} events ask for nothing here`
  if (status !== undefined) {
    const entered = created
      ? equalsIgnoringCase(issue.fields.status?.name, status)
      : changes.some(
          (change) =>
            change.field === 'status' &&
            equalsIgnoringCase(change.toString, status) &&
            !equalsIgnoringCase(change.fromString, status),
        )
    return entered ? undefined : `an issue asks for a vault when it enters the status "${status}"`
  }
  const labelled = changes.some(
    (change) =>
      change.field === 'labels' &&
      includesLabel(change.toString, label) &&
      !includesLabel(change.fromString, label),
  )
  return created || labelled
    ? undefined
    : `an issue asks for a vault when it is created, or gets the label "${label}" later`
}

/** Names each custom field by our field and its id: deliveries have the ids only, and people do not know those. */
function fieldNamesOf(map: SourceOptions['jira']['fields']): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([field, id]) => [field, `${field} (${id})`]))
}

function equalsIgnoringCase(a: unknown, b: string): boolean {
  return typeof a === 'string' && a.toLowerCase() === b.toLowerCase()
}

/** Looks for a label in a change of labels, which has them all, separated by spaces. */
function includesLabel(labels: unknown, label: string): boolean {
  return typeof labels === 'string' && hasLabel(labels.split(' '), label)
}

function customField(
  { fields, names = {} }: Event['issue'],
  idOrName: string | undefined,
): string | undefined {
  if (idOrName === undefined) return undefined
  const id = Object.keys(names).find((key) => equalsIgnoringCase(names[key], idOrName)) ?? idOrName
  return Object.hasOwn(fields, id) ? fieldText(fields[id]) : undefined
}

/** Reads a custom field: text, a number, a document, an option, a user, or a list of those. */
function fieldText(value: unknown, depth = 0): string {
  if (depth > MAX_DOCUMENT_DEPTH) return ''
  if (Array.isArray(value)) return value.map((item) => fieldText(item, depth + 1)).join(', ')
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const option = Option.safeParse(value)
  const inner = option.success
    ? (option.data.value ?? option.data.emailAddress ?? option.data.name)
    : undefined
  return (inner === undefined ? plainText(value) : fieldText(inner, depth + 1)).trim()
}
