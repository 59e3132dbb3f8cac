import { describe, expect, test } from 'vitest'
import { ProvisioningRequest } from '../../../src/provisioning/request.ts'
import { read } from '../../support/documents.ts'
import { blocksOf } from '../../support/markdown.ts'

/** The bodies that a page has people paste, as they stand there. */
function bodiesOf(page: string): string[] {
  return blocksOf(read(`docs/recipes/${page}.md`))
    .filter(({ language, text }) => language === 'text' && text.startsWith('{') && text.includes('"name":'))
    .map(({ text }) => text)
}

const VALUES: Readonly<Record<string, string>> = {
  'ticket.title': 'Payroll break-glass',
  'ticket.subject': 'Payroll break-glass',
  'ticket.id': '35436',
  'ticket.url': 'https://example.freshservice.com/a/tickets/35436',
  'ticket.requester.email': 'jane@example.com',
}

/** Puts values into a template as they are, without escaping them. */
function rendered(template: string, values: Readonly<Record<string, string>> = {}): string {
  return template.replaceAll(/\{\{([\w.]+)\}\}/g, (_, name: string) => values[name] ?? VALUES[name] ?? '')
}

/** The names of members on the first level, as often as they stand there. */
function members(json: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[[\]{}]/g)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && token.endsWith(':')) names.push(token.slice(1, token.lastIndexOf('"')))
  }
  return names
}

function withoutNulls(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}

describe.each(['zendesk', 'freshservice'])('the bodies of %s', (page) => {
  const bodies = bodiesOf(page)

  test('are requests', () => {
    expect(bodies.length).toBe(2)
    for (const body of bodies) {
      const { error } = ProvisioningRequest.safeParse(withoutNulls(JSON.parse(rendered(body))))
      expect(error).toBeUndefined()
    }
  })

  test('have every member of a request, so that one from a title stands twice', () => {
    for (const body of bodies)
      expect(members(rendered(body))).toEqual(expect.arrayContaining(Object.keys(ProvisioningRequest.shape)))
  })

  test.each([
    ['kind', 'Printer","kind":"magic_link","maxViews":10,"description":"Approved'],
    ['owners', 'VPN","owners":["mallory@example.com"],"requestedBy":"ceo@example.com'],
    ['ticket', 'Disk","ticket":{"id":"SEC-1"},"name":"Disk'],
    ['callbackUrl', 'Mouse","callbackUrl":"https://mallory.example.com/","preset":"payroll'],
  ])('with a title that brings a member %s have it twice', (member, title) => {
    for (const body of bodies) {
      const names = members(rendered(body, { 'ticket.title': title, 'ticket.subject': title }))
      expect(names.filter((name) => name === member)).toHaveLength(2)
    }
  })
})

describe('the bodies of Jira Automation', () => {
  const ISSUE: Readonly<Record<string, unknown>> = {
    summary: 'Test "one" \\ two',
    description: 'As "agreed"\n',
    'reporter.emailAddress': 'jane@example.com',
    'Vault owners.emailAddress': ['owner@example.com', 'second.owner@example.com'],
    key: 'SEC-42',
  }

  /** Smart values as Jira fills them in: `asJsonString` writes the quotes too, a bare value does not. */
  function filled(body: string): string {
    return body.replaceAll(
      /\{\{issue\.(.+?)(?:\.abbreviate\(\d+\))?(\.asJsonString(?:Array)?)?\}\}/g,
      (_, name: string, json?: string) =>
        json === undefined ? String(ISSUE[name]) : JSON.stringify(ISSUE[name]),
    )
  }

  test('are requests, whatever a summary holds', () => {
    const bodies = bodiesOf('jira-automation')
    expect(bodies.length).toBe(2)
    for (const body of bodies) {
      const { data, error } = ProvisioningRequest.safeParse(JSON.parse(filled(body)))
      expect(error).toBeUndefined()
      expect(data?.ticket).toEqual({ id: 'SEC-42', url: 'https://example.atlassian.net/browse/SEC-42' })
    }
  })

  test('the comment for every other answer claims nothing that the answer does not say', () => {
    const comments = blocksOf(read('docs/recipes/jira-automation.md')).filter(({ text }) =>
      text.includes('{{webhookResponse.body.detail}}'),
    )
    expect(comments).toHaveLength(1)
    const [comment] = comments
    expect(comment?.text).not.toMatch(/was not created|no vault/i)
    expect(comment?.text).toContain("we don't know whether the vault was created")
  })
})
