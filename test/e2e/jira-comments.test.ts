import type { Request as Outgoing } from 'miniflare'
import { fetch, Response } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jiraIssue } from '../support/payloads.ts'
import { senders } from '../support/senders.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

// A service account of Jira has tokens with scopes only, and those work at Atlassian's gateway only.

const PATIENCE = { timeout: 40_000, interval: 100 }
const CLOUD_ID = '1c1c1c1c-2222-3333-4444-555555555555'
const GATEWAY = `api.atlassian.com/ex/jira/${CLOUD_ID}`
const TOKEN = 'ATSTT3xFfGF0-scoped-token'
const USER = 'vault-bot@serviceaccount.atlassian.com'

/** The comments of each issue, each a document; and whom the gateway was asked by. */
const comments = new Map<string, unknown[]>()
const callers = new Set<string | null>()
let losesAnswer = false
let simulator: Simulator
let worker: VaultWorker

/** The gateway's way to one site. Any other host than the tenant's is an error of the test. */
async function outbound(request: Outgoing): Promise<Response> {
  const url = new URL(request.url)
  if (url.hostname === '127.0.0.1') return fetch(request)
  const [, issue] = /^\/rest\/api\/3\/issue\/([A-Z]+-\d+)\/comment$/.exec(pathAtSite(url)) ?? []
  callers.add(request.headers.get('authorization'))
  if (pathAtSite(url) === '/rest/api/3/myself') return Response.json({ accountId: '5b10' })
  if (issue === undefined) return Response.json({}, { status: 404 })
  const kept = comments.get(issue) ?? []
  comments.set(issue, kept)
  if (request.method === 'GET')
    return Response.json({ comments: kept.map((body) => ({ body, author: { accountId: '5b10' } })) })
  kept.push(((await request.json()) as { body: unknown }).body) // ours, or the test fails on it
  if (!losesAnswer) return Response.json({ id: '10000' }, { status: 201 })
  losesAnswer = false
  throw new Error('the connection broke')
}

function pathAtSite({ host, pathname }: URL): string {
  const place = `${host}${pathname}`
  return place.startsWith(GATEWAY) ? place.slice(GATEWAY.length) : ''
}

beforeAll(async () => {
  const credential = await newCredential('127.0.0.1')
  simulator = await startSimulator({ credentials: [credential.credential] })
  const bindings = {
    ...settings(credential, simulator.url),
    WEBHOOK_SECRETS: JSON.stringify({ jira: senders.jira?.secret }),
    TICKET_TOKENS: JSON.stringify({ jira: { token: TOKEN, user: USER, host: GATEWAY } }),
    SOURCES: JSON.stringify({
      jira: { fields: { owners: 'customfield_10050' }, sites: { [CLOUD_ID]: 'acme.atlassian.net' } },
    }),
  }
  worker = await startWorker(bindings, { outbound })
})
afterAll(async () => {
  await worker.stop()
  await simulator.stop()
})

/** An issue is created, whose address is the gateway's. */
async function create(key: string, cloudId = CLOUD_ID): Promise<string> {
  const self = `https://api.atlassian.com/ex/jira/${cloudId}/rest/api/2/issue/99291`
  const fields = { customfield_10050: 'owner@example.com' }
  const body = JSON.stringify(jiraIssue({ key, summary: unique('Jira'), self, fields }))
  const headers = senders.jira?.sign(body, senders.jira.secret, '') ?? {}
  const answer = await worker.call('POST', '/webhooks/jira', { as: null, body, headers })
  return answer.body.request.id
}

async function read(id: string) {
  return (await worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
}

const commentsOn = (key: string) => comments.get(key) ?? []

test('a result is written through the gateway, once, and every link leads to the site', async () => {
  losesAnswer = true
  const id = await create('SEC-1')
  await expect.poll(() => commentsOn('SEC-1'), PATIENCE).toHaveLength(1)
  await create('SEC-2')
  await expect.poll(() => commentsOn('SEC-2'), PATIENCE).toHaveLength(1)
  expect(commentsOn('SEC-1')).toEqual([expect.objectContaining({ type: 'doc', version: 1 })])
  expect(callers).toEqual(new Set([`Basic ${Buffer.from(`${USER}:${TOKEN}`).toString('base64')}`]))

  const record = await read(id)
  expect(record.ticket).toEqual({ id: 'SEC-1', url: 'https://acme.atlassian.net/browse/SEC-1' })
  const vaults = await simulator.control.vaults()
  expect(vaults.map(({ description }) => description)).toContainEqual(
    expect.stringContaining('ticket SEC-1 (https://acme.atlassian.net/browse/SEC-1)'),
  )
  expect(JSON.stringify([record, vaults, [...comments.values()]])).not.toContain('api.atlassian.com')
})

test('a site that is not mapped has no link, rather than one to the gateway', async () => {
  const id = await create('OPS-1', '99999999-2222-3333-4444-555555555555')
  await expect.poll(async () => (await read(id)).status, PATIENCE).toBe('created')
  expect((await read(id)).ticket).toEqual({ id: 'OPS-1' })
  expect(JSON.stringify(await simulator.control.vaults())).not.toContain('api.atlassian.com')
})

test('no log line and no answer holds the token', () => {
  expect([...worker.logs, ...worker.answers].join('\n')).not.toContain(TOKEN)
})
