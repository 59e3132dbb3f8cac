import * as z from 'zod/mini'
import type { SourceOptions } from '../config/source-options.ts'
import { readJiraField } from './jira-field.ts'
import { readAnswers } from './questions.ts'
import { BODY_HMAC } from './signature.ts'
import { hasLabel, ignored, nameByTitle, nameOfPerson, type Source, ticketOf } from './source.ts'

const Change = z.looseObject({
  field: z.optional(z.string()),
  fromString: z.optional(z.unknown()),
  toString: z.optional(z.unknown()),
})

const User = z.looseObject({
  accountId: z.nullish(z.string()),
  accountType: z.nullish(z.string()),
  emailAddress: z.nullish(z.string()),
  displayName: z.nullish(z.string()),
})

const IssueEvent = z.looseObject({
  webhookEvent: z.string(),
  user: z.nullish(User),
  issue: z.looseObject({
    id: z.optional(z.union([z.string(), z.number()])),
    key: z.string(),
    self: z.string(),
    fields: z.looseObject({
      summary: z.nullish(z.string()),
      status: z.nullish(z.looseObject({ name: z.string() })),
      reporter: z.nullish(User),
    }),
    /** Custom field id to name, if the webhook sends it. */
    names: z.optional(z.record(z.string(), z.string())),
  }),
  changelog: z.nullish(z.looseObject({ items: z._default(z.array(Change), []) })),
})
type IssueEvent = z.output<typeof IssueEvent>

/**
 * Reads Jira Cloud issues: created, as far as the webhook's JQL lets them through, or given the label later. If a status
 * is configured, entering that status counts instead, as it takes someone who may move the issue there.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/webhooks/
 */
export const jira: Source = {
  proofs: [{ ...BODY_HMAC, header: 'X-Hub-Signature', prefix: 'sha256=' }],
  read({ json, options }) {
    const parsed = IssueEvent.safeParse(json)
    if (!parsed.success) return ignored('this is not an issue event')
    const { issue } = parsed.data
    const reason = reasonToIgnore(parsed.data, options)
    if (reason !== undefined) return ignored(reason)
    const map = options.jira.fields
    const fieldNames = fieldNamesOf(map)
    const read = readAnswers(
      (field) => readJiraField(customField(issue, map[field]), fieldNames[field] ?? field),
      fieldNames,
    )
    const { site, host } = siteOf(issue.self, options.jira.sites)
    const { reporter, summary } = issue.fields
    const { answers, ...rest } = nameByTitle({ ...read, fieldNames, warnings: [] }, summary, 'Summary')
    return {
      kind: 'request',
      request: {
        ...answers,
        ticket: ticketOf(issue.key, host && `https://${host}/browse/${issue.key}`),
        requestedBy: personOf(reporter),
      },
      ...rest,
      issue: { site, id: String(issue.id ?? issue.key) },
      personId: reporter?.accountId ?? undefined,
      approvedBy: approverOf(parsed.data),
    }
  },
  acceptedStatus: 202,
  // people do not see a failure, and it is not sent again
  refusedStatus: 200,
}

function reasonToIgnore(
  { webhookEvent, issue, changelog }: IssueEvent,
  { label, jira: { status } }: SourceOptions,
): string | undefined {
  const changes = changelog?.items ?? []
  const isCreated = webhookEvent === 'jira:issue_created'
  if (!isCreated && webhookEvent !== 'jira:issue_updated')
    return `${webhookEvent} events ask for nothing here`
  if (status !== undefined) {
    const hasEntered = isCreated
      ? equalsIgnoringCase(issue.fields.status?.name, status)
      : changes.some(
          (change) =>
            change.field === 'status' &&
            equalsIgnoringCase(change.toString, status) &&
            !equalsIgnoringCase(change.fromString, status),
        )
    return hasEntered ? undefined : `an issue asks for a vault when it enters the status "${status}"`
  }
  const isLabelled = changes.some(
    (change) =>
      change.field === 'labels' &&
      includesLabel(change.toString, label) &&
      !includesLabel(change.fromString, label),
  )
  return isCreated || isLabelled
    ? undefined
    : `an issue asks for a vault when it is created, or gets the label "${label}" later`
}

const GATEWAY = 'api.atlassian.com'

/**
 * Finds the site of an issue. Its address has the site's host, or the gateway's with the site's cloud id, which the
 * configuration maps to the host, so that the two are one.
 *
 * @returns the site for keys, and the host for links, if it is known
 */
function siteOf(
  self: string,
  sites: SourceOptions['jira']['sites'],
): { readonly site: string; readonly host: string | undefined } {
  const url = URL.parse(self)
  if (url?.host !== GATEWAY)
    return { site: url?.host ?? '', host: url?.protocol === 'https:' ? url.host : undefined }
  const cloudId = /^\/ex\/jira\/([^/]+)/.exec(url.pathname)?.[1]?.toLowerCase() ?? ''
  const host = Object.hasOwn(sites, cloudId) ? sites[cloudId] : undefined
  return { site: host ?? cloudId, host }
}

/** Names the person who put the label on or moved the issue, if that is a person, and another one. */
function approverOf({ webhookEvent, user, issue }: IssueEvent): string | undefined {
  const { reporter } = issue.fields
  if (webhookEvent !== 'jira:issue_updated' || !user || user.accountType === 'app') return undefined
  const isReporter = user.accountId
    ? user.accountId === reporter?.accountId
    : personOf(user) === personOf(reporter)
  return isReporter ? undefined : personOf(user)
}

function personOf(user: z.output<typeof User> | null | undefined): string | undefined {
  return nameOfPerson(user?.emailAddress || user?.displayName)
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

function customField({ fields, names = {} }: IssueEvent['issue'], idOrName: string | undefined): unknown {
  if (idOrName === undefined) return undefined
  const id = Object.keys(names).find((key) => equalsIgnoringCase(names[key], idOrName)) ?? idOrName
  return Object.hasOwn(fields, id) ? fields[id] : undefined
}
