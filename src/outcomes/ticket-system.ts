import type { TicketSystem } from '../config/senders.ts'
import type { TicketAccess } from '../config/ticket-tokens.ts'
import { bytesOf, toBase64 } from '../lib/encoding.ts'

/** One call to a ticketing system: a path on its host and a body to send as JSON. */
export type TicketCall = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: unknown
}

/** How comments are read and written in a ticketing system; each has a row. */
export type TicketApi = {
  /** the host that all customers share; the others are configured */
  readonly host?: string
  readonly authorization: (access: TicketAccess) => string
  /** lists the newest comments of a ticket, at least those since then; undefined if the id is not one of its own */
  readonly find: (ticket: string, since: string) => TicketCall | undefined
  readonly write: (ticket: string, text: string) => TicketCall | undefined
}

const basic = (name: string, { token }: TicketAccess) =>
  `Basic ${toBase64(bytesOf(`${name}:${token.reveal()}`))}`
const bearer = ({ token }: TicketAccess) => `Bearer ${token.reveal()}`

/** Reads `owner/repository#12` or `group/subgroup/project#12`. */
function numbered(ticket: string): { project: string; number: string } | undefined {
  const [, project, number] = /^([\w.-]+(?:\/[\w.-]+)+)#(\d+)$/.exec(ticket) ?? []
  return project !== undefined && number !== undefined ? { project, number } : undefined
}

function gitHubComments(ticket: string): string | undefined {
  const issue = numbered(ticket)
  return issue && `/repos/${issue.project}/issues/${issue.number}/comments`
}

function gitLabNotes(ticket: string): string | undefined {
  const issue = numbered(ticket)
  return issue && `/api/v4/projects/${encodeURIComponent(issue.project)}/issues/${issue.number}/notes`
}

function jiraComments(ticket: string): string | undefined {
  return /^[A-Z][A-Z0-9_]*-\d+$/.test(ticket) ? `/rest/api/2/issue/${ticket}/comment` : undefined
}

function call(
  method: TicketCall['method'],
  path: string | undefined,
  body?: unknown,
): TicketCall | undefined {
  return path === undefined ? undefined : { method, path, body }
}

function linearCall(query: string, variables: Record<string, unknown>): TicketCall {
  return { method: 'POST', path: '/graphql', body: { query, variables } }
}

/** The ticketing systems that a result can be written into. */
export const ticketApis: Readonly<Record<TicketSystem, TicketApi>> = {
  // https://docs.github.com/en/rest/issues/comments
  github: {
    host: 'api.github.com',
    authorization: bearer,
    // the oldest come first, so comments from before that day are left out
    find: (ticket, since) =>
      call('GET', gitHubComments(ticket)?.concat(`?since=${since.slice(0, 10)}T00:00:00Z&per_page=100`)),
    write: (ticket, body) => call('POST', gitHubComments(ticket), { body }),
  },
  // https://docs.gitlab.com/api/notes/#issues
  gitlab: {
    host: 'gitlab.com',
    authorization: bearer,
    find: (ticket) => call('GET', gitLabNotes(ticket)?.concat('?sort=desc&per_page=100')),
    write: (ticket, body) => call('POST', gitLabNotes(ticket), { body }),
  },
  // https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/
  jira: {
    authorization: (access) => basic(access.user ?? '', access),
    find: (ticket) => call('GET', jiraComments(ticket)?.concat('?orderBy=-created&maxResults=100')),
    write: (ticket, body) => call('POST', jiraComments(ticket), { body }),
  },
  // https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
  zendesk: {
    authorization: (access) => basic(`${access.user}/token`, access),
    find: (ticket) =>
      /^\d+$/.test(ticket)
        ? call('GET', `/api/v2/tickets/${ticket}/comments.json?sort_order=desc`)
        : undefined,
    write: (ticket, body) =>
      /^\d+$/.test(ticket)
        ? call('PUT', `/api/v2/tickets/${ticket}.json`, { ticket: { comment: { body, public: true } } })
        : undefined,
  },
  // https://linear.app/developers/graphql
  linear: {
    host: 'api.linear.app',
    authorization: ({ token }) => token.reveal(),
    find: (id) =>
      linearCall('query($id: String!) { issue(id: $id) { comments(last: 100) { nodes { body } } } }', { id }),
    write: (issueId, body) =>
      linearCall('mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }', {
        input: { issueId, body },
      }),
  },
}
