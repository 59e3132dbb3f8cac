import type { TicketSystem } from '../config/senders.ts'
import type { TicketToken } from '../config/ticket-tokens.ts'
import { bytesOf, toBase64 } from '../lib/encoding.ts'
import { brokenText, markdownText } from './ticket-text.ts'

/** One call to a ticketing system: a path on its host and a body to send as JSON. */
export type TicketCall = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: unknown
}

/** The way to a value inside an answer, name by name. */
type Path = readonly string[]

/** How comments are read and written in a ticketing system; each has a row. */
export type TicketApi = {
  /** the host that all customers share; the others are configured */
  readonly host?: string
  readonly authorization: (access: TicketToken) => string
  /** writes foreign text into a comment so that it stays text */
  readonly escape: (foreign: string) => string
  /** lists the newest comments of a ticket, at least those since then; undefined if the id is not one of its own */
  readonly find: (ticket: string, since: string) => TicketCall | undefined
  /** where the list of comments is in the answer, and in each comment its text and the id of its author */
  readonly found: { readonly list: Path; readonly text: Path; readonly author: Path }
  readonly write: (ticket: string, text: string) => TicketCall | undefined
  /** asks whom the token belongs to, and where the id is in the answer, as comments name their author */
  readonly self: TicketCall & { readonly account: Path }
}

const basic = (name: string, { token }: TicketToken) =>
  `Basic ${toBase64(bytesOf(`${name}:${token.reveal()}`))}`
const bearer = ({ token }: TicketToken) => `Bearer ${token.reveal()}`

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
  return /^[A-Z][A-Z0-9_]*-\d+$/.test(ticket) ? `/rest/api/3/issue/${ticket}/comment` : undefined
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

/** Text in Jira's document format, in which a character never means more than itself. */
function jiraDocument(text: string) {
  const paragraphs = text.split('\n\n').filter(Boolean)
  const content = paragraphs.map((line) => ({ type: 'paragraph', content: [{ type: 'text', text: line }] }))
  return { type: 'doc', version: 1, content }
}

/** The ticketing systems that a result can be written into. */
export const ticketApis: Readonly<Record<TicketSystem, TicketApi>> = {
  // https://docs.github.com/en/rest/issues/comments
  github: {
    host: 'api.github.com',
    authorization: bearer,
    escape: markdownText,
    // the oldest come first, so comments from before that day are left out
    find: (ticket, since) =>
      call('GET', gitHubComments(ticket)?.concat(`?since=${since.slice(0, 10)}T00:00:00Z&per_page=100`)),
    found: { list: [], text: ['body'], author: ['user', 'id'] },
    write: (ticket, body) => call('POST', gitHubComments(ticket), { body }),
    self: { method: 'GET', path: '/user', account: ['id'] },
  },
  // https://docs.gitlab.com/api/notes/#issues
  gitlab: {
    host: 'gitlab.com',
    authorization: bearer,
    escape: markdownText,
    find: (ticket) => call('GET', gitLabNotes(ticket)?.concat('?sort=desc&per_page=100')),
    found: { list: [], text: ['body'], author: ['author', 'id'] },
    write: (ticket, body) => call('POST', gitLabNotes(ticket), { body }),
    self: { method: 'GET', path: '/api/v4/user', account: ['id'] },
  },
  // https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
  jira: {
    authorization: (access) => basic(access.user ?? '', access),
    escape: (text) => text,
    find: (ticket) => call('GET', jiraComments(ticket)?.concat('?orderBy=-created&maxResults=100')),
    found: { list: ['comments'], text: ['body'], author: ['author', 'accountId'] },
    write: (ticket, text) => call('POST', jiraComments(ticket), { body: jiraDocument(text) }),
    self: { method: 'GET', path: '/rest/api/3/myself', account: ['accountId'] },
  },
  // https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
  zendesk: {
    // a token of an OAuth client has no user beside it
    authorization: (access) =>
      access.user === undefined ? bearer(access) : basic(`${access.user}/token`, access),
    escape: brokenText,
    find: (ticket) =>
      /^\d+$/.test(ticket)
        ? call('GET', `/api/v2/tickets/${ticket}/comments.json?sort_order=desc`)
        : undefined,
    found: { list: ['comments'], text: ['body'], author: ['author_id'] },
    write: (ticket, body) =>
      /^\d+$/.test(ticket)
        ? call('PUT', `/api/v2/tickets/${ticket}.json`, { ticket: { comment: { body, public: true } } })
        : undefined,
    self: { method: 'GET', path: '/api/v2/users/me.json', account: ['user', 'id'] },
  },
  // https://linear.app/developers/graphql
  linear: {
    host: 'api.linear.app',
    authorization: ({ token }) => token.reveal(),
    escape: markdownText,
    find: (id) =>
      linearCall(
        'query($id: String!) { issue(id: $id) { comments(last: 100) { nodes { body user { id } } } } }',
        { id },
      ),
    found: { list: ['data', 'issue', 'comments', 'nodes'], text: ['body'], author: ['user', 'id'] },
    write: (issueId, body) =>
      linearCall('mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }', {
        input: { issueId, body },
      }),
    self: { ...linearCall('query { viewer { id } }', {}), account: ['data', 'viewer', 'id'] },
  },
}
