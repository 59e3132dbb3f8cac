// What the vendors send, as short as their readers allow. Written after the vendors' documentation and samples.

const LABEL = 'vault-request'

/** @returns the text that an issue form makes of these answers, in this order */
export function formText(answers: Readonly<Record<string, string>>): string {
  return Object.entries(answers)
    .map(([heading, answer]) => `### ${heading}\n\n${answer}`)
    .join('\n\n')
}

/** A form that asks for a vault and nothing else. */
export const FORM_TEXT = formText({ 'Vault name': 'Payroll', Owners: 'owner@example.com' })

/** @returns an event `issues`; by default a maintainer labels what a stranger opened */
export function gitHubIssue({
  action = 'labeled',
  label = LABEL,
  labels = [LABEL],
  association = 'NONE',
  author = 'jane',
  sender = 'maintainer',
  senderType = 'User',
  number = 12,
  title = '[Vault] ' as string | null,
  body = FORM_TEXT as string | null,
} = {}) {
  return {
    action,
    ...(action.endsWith('labeled') && { label: { id: 1, name: label, color: 'd73a4a' } }),
    issue: {
      id: 444_500_000 + number,
      number,
      html_url: `https://github.com/acme/access/issues/${number}`,
      title,
      body,
      user: { login: author, type: 'User' },
      labels: labels.map((name) => ({ id: 1, name })),
      author_association: association,
    },
    repository: { full_name: 'acme/access', private: false },
    sender: { login: sender, type: senderType },
  }
}

/** @returns an issue event; by default an issue is opened with the label in a private project */
export function gitLabIssue({
  kind = 'issue',
  action = 'open',
  labels = [LABEL],
  changes = undefined as undefined | null | { previous: readonly string[]; current: readonly string[] },
  visibility = 0 as number | null,
  username = 'jane',
  iid = 12,
  description = FORM_TEXT as string | null,
} = {}) {
  const titles = (names: readonly string[]) => names.map((title) => ({ id: 1, title }))
  return {
    object_kind: kind,
    user: { username, email: '[REDACTED]' },
    project: {
      path_with_namespace: 'acme/it/access',
      ...(visibility !== null && { visibility_level: visibility }),
    },
    object_attributes: {
      iid,
      title: 'Vault',
      url: `https://gitlab.com/acme/it/access/-/issues/${iid}`,
      action,
      description,
    },
    labels: titles(labels),
    changes: changes
      ? { labels: { previous: titles(changes.previous), current: titles(changes.current) } }
      : changes,
  }
}

/** @returns an issue event; by default a person makes an issue that carries the label */
export function linearIssue({
  type = 'Issue',
  action = 'create',
  labels = [{ id: 'label-1', name: LABEL }],
  before = undefined as readonly string[] | undefined,
  actor = { type: 'user', name: 'Jane', email: 'jane@example.com' } as unknown,
  number = 12,
  identifier = `SEC-${number}` as string | null,
  description = FORM_TEXT as string | null,
  at = Date.now(),
} = {}) {
  return {
    action,
    type,
    actor,
    url: `https://linear.app/acme/issue/SEC-${number}/vault`,
    data: {
      id: `539068e2-ae88-4d09-bd75-${String(number).padStart(12, '0')}`,
      ...(identifier !== null && { identifier }),
      number,
      team: { key: 'SEC', name: 'Security' },
      title: 'Vault',
      description,
      labels,
    },
    ...(before && { updatedFrom: { labelIds: before, updatedAt: '2026-10-01T11:00:00.000Z' } }),
    webhookTimestamp: at,
  }
}

/** @returns an issue event; by default an issue is created with the label */
export function jiraIssue({
  event = 'jira:issue_created',
  labels = [LABEL],
  changes = [] as readonly unknown[],
  status = 'To Do',
  key = 'SEC-12',
  summary = 'Payroll' as string | null,
  reporter = { displayName: 'Jane', emailAddress: 'jane@example.com' } as unknown,
  fields = {} as Readonly<Record<string, unknown>>,
  names = undefined as undefined | Readonly<Record<string, string>>,
  self = 'https://acme.atlassian.net/rest/api/2/issue/99291',
} = {}) {
  return {
    timestamp: 1_606_480_436_302,
    webhookEvent: event,
    issue: {
      id: `99${key.replaceAll(/\D/g, '')}`,
      self,
      key,
      ...(names && { names }),
      fields: { summary, labels, status: { name: status }, reporter, ...fields },
    },
    changelog: { id: 10_124, items: changes },
  }
}

/** @returns what an event subscription sends; by default a ticket is created with the tag */
export function zendeskEvent({
  type = 'zen:event-type:ticket.created',
  id = '5158' as string | number,
  subject = 'Payroll' as string | null,
  description = formText({ Owners: 'owner@example.com' }) as string | null,
  tags = ['vault_request', LABEL],
  event = {} as unknown,
} = {}) {
  return {
    type,
    account_id: 12_514_403,
    id: '2b24ef10-19d4-4740-93cf-8f98ec4776c0',
    time: '2026-10-01T12:00:00Z',
    subject: `zen:ticket:${id}`,
    zendesk_event_version: '2022-11-06',
    detail: { id, subject, description, tags, requester_id: '6596848315901' },
    event,
  }
}

/** @returns an incident event; by default one whose custom fields are filled in */
export function pagerDutyIncident({
  type = 'incident.custom_field_values.updated',
  id = 'PGR0VU2' as string | null,
  title = 'A little bump in the road' as string | null,
  agent = { type: 'user_reference', summary: 'Jane' } as unknown,
  values = { vault_owners: 'owner@example.com' } as Readonly<Record<string, unknown>>,
} = {}) {
  const custom_fields = Object.entries(values).map(([name, value]) => ({ id: 'PICFVXX', name, value }))
  const incident = { ...(id !== null && { id }), html_url: `https://acme.pagerduty.com/incidents/${id}` }
  return {
    event: {
      id: '01BWDWL3NYY7LUFPZCC28QUCMK',
      event_type: type,
      agent,
      // where the fields changed, the incident is named beside them
      data: type.includes('custom_field')
        ? {
            type: 'incident_field_values',
            incident: { ...incident, type: 'incident_reference', summary: title },
            custom_fields,
          }
        : { ...incident, type: 'incident', title, custom_fields },
    },
  }
}
