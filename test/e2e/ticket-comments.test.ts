import type { Request as Outgoing } from 'miniflare'
import { fetch, Response } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { senders } from '../support/senders.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

const PATIENCE = { timeout: 40_000, interval: 100 }
const TOKEN = 'ghp_0123456789-ticket-token'
const API = 'https://api.github.com/repos/acme/access/issues'

/** What the ticketing system has, and what it does with the next comments: takes it and loses the answer, or fails. */
const comments = new Map<string, string[]>()
const troubles: ('lost' | number)[] = []
const seen: string[] = []
let simulator: Simulator
let worker: VaultWorker

/** GitHub's comments, as far as they matter here; everything else goes its way. */
async function outbound(request: Outgoing): Promise<Response> {
  if (!request.url.startsWith(API)) return fetch(request)
  const url = new URL(request.url)
  seen.push(`${request.method} ${url.pathname} ${request.headers.get('authorization')}`)
  const kept = comments.get(url.pathname) ?? []
  comments.set(url.pathname, kept)
  if (request.method === 'GET') return Response.json(kept.map((body, id) => ({ id, body })))
  const trouble = troubles.shift()
  if (typeof trouble === 'number') return Response.json({ message: 'no' }, { status: trouble })
  kept.push(((await request.json()) as { body: string }).body) // ours, or the test fails on it
  if (trouble === 'lost') throw new Error('the connection broke')
  return Response.json({ id: kept.length }, { status: 201 })
}

beforeAll(async () => {
  const credential = await newCredential('127.0.0.1')
  simulator = await startSimulator({ credentials: [credential.credential] })
  const bindings = {
    ...settings(credential, simulator.url),
    WEBHOOK_SECRETS: JSON.stringify({ github: senders.github?.secret }),
    TICKET_TOKENS: JSON.stringify({ github: TOKEN }),
  }
  worker = await startWorker(bindings, { outbound })
})
afterAll(async () => {
  await worker.stop()
  await simulator.stop()
})

let tickets = 0
/** Opens an issue that asks for a vault. */
async function open(owners = 'owner@example.com', number = ++tickets, name = unique('Commented')) {
  const sender = senders.github
  if (!sender) throw new Error('there is no sender github')
  const body = JSON.stringify(sender.payload({ number, name, owners }))
  const { status } = await worker.call('POST', '/webhooks/github', {
    as: null,
    body,
    headers: sender.sign(body, sender.secret, ''),
  })
  const path = `/repos/acme/access/issues/${number}/comments`
  return { name, number, path, status, written: () => comments.get(path) ?? [] }
}

test('the vault is told in its ticket, once', async () => {
  const { name, path, written } = await open()
  await expect.poll(written, PATIENCE).toHaveLength(1)
  const [vault] = (await simulator.control.vaults()).filter(({ displayName }) => displayName === name)
  expect(written()[0]).toContain(`The vault “${name}” was created in ConductorOne (id ${vault?.id}).`)
  expect(seen.filter((call) => call.includes(path))).toEqual([
    `GET ${path} Bearer ${TOKEN}`,
    `POST ${path} Bearer ${TOKEN}`,
  ])
})

test('what is wrong is told in the ticket, and the vault once it is corrected', async () => {
  const { name, number, status, written } = await open('nobody')
  expect(status).toBe(422)
  await expect.poll(written, PATIENCE).toHaveLength(1)
  expect(written()[0]).toContain(`The vault “${name}” was not created: “Owners” must be`)
  await open('owner@example.com', number, name)
  await expect.poll(written, PATIENCE).toHaveLength(2)
  expect(written()[1]).toContain(`The vault “${name}” was created`)
})

test('a comment whose answer was lost is not written again', async () => {
  troubles.push('lost')
  const { path, written } = await open()
  await expect.poll(() => seen.filter((call) => call.startsWith(`GET ${path}`)), PATIENCE).toHaveLength(2)
  await finished()
  expect(written()).toHaveLength(1)
})

test('a comment that cannot be written now is written later', async () => {
  troubles.push(502)
  const { written } = await open()
  await expect.poll(written, PATIENCE).toHaveLength(1)
})

test('a comment that may not be written is given up, with a warning on the record', async () => {
  troubles.push(403)
  const { name, written } = await open()
  const find = async () => {
    const { body } = await worker.call('GET', '/v1/requests', { as: 'operator' })
    return body.requests.find((request: { name: string }) => request.name === name)
  }
  await expect.poll(async () => (await find()).warnings, PATIENCE).toEqual([expect.stringContaining('403')])
  expect(await find()).toMatchObject({ status: 'created' })
  expect(written()).toEqual([])
})

test('no log line and no answer holds the token', () => {
  expect(worker.logs.join('\n')).toContain('ticket.commented')
  expect([...worker.logs, ...worker.answers].join('\n')).not.toContain(TOKEN)
})

/** Another ticket is through: whatever was to be done for those before is done. */
async function finished(): Promise<void> {
  const { written } = await open()
  await expect.poll(written, PATIENCE).toHaveLength(1)
}
