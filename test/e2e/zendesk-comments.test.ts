import type { Request as Outgoing } from 'miniflare'
import { fetch, Response } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { senders } from '../support/senders.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'
import { Zendesk } from '../support/zendesk.ts'

const PATIENCE = { timeout: 40_000, interval: 100 }

const zendesk = new Zendesk(Date.now)
let simulator: Simulator
let worker: VaultWorker

async function outbound(request: Outgoing): Promise<Response> {
  if (new URL(request.url).host !== zendesk.host) return fetch(request)
  const headers = new Headers([...request.headers])
  const answer = await zendesk.answer(request.method, request.url, headers, await request.text())
  return Response.json(await answer.json(), { status: answer.status })
}

beforeAll(async () => {
  const credential = await newCredential('127.0.0.1')
  simulator = await startSimulator({ credentials: [credential.credential] })
  const bindings = {
    ...settings(credential, simulator.url),
    WEBHOOK_SECRETS: JSON.stringify({ zendesk: senders.zendesk?.secret }),
    TICKET_TOKENS: JSON.stringify({ zendesk: zendesk.client }),
  }
  worker = await startWorker(bindings, { outbound })
})
afterAll(async () => {
  await worker.stop()
  await simulator.stop()
})

/** A trigger of Zendesk fires for a ticket that asks for a vault. */
async function fire(number: number): Promise<string> {
  const sender = senders.zendesk
  if (!sender) throw new Error('there is no sender zendesk')
  const name = unique('Zendesk')
  const body = JSON.stringify(sender.payload({ number, name, owners: 'owner@example.com' }))
  const headers = sender.sign(body, sender.secret, sender.stamp(Date.now()))
  await worker.call('POST', '/webhooks/zendesk', { as: null, body, headers })
  return name
}

const commentsOn = (name: string) => zendesk.comments.filter(({ body }) => body.includes(name))

test('an OAuth client comments once on each ticket, with one token, and with a new one if that was ended', async () => {
  const first = await fire(1)
  await expect.poll(() => commentsOn(first), PATIENCE).toHaveLength(1)
  const second = await fire(2)
  await expect.poll(() => commentsOn(second), PATIENCE).toHaveLength(1)
  expect(zendesk.tokens).toHaveLength(1)
  zendesk.revoke()
  const third = await fire(3)
  await expect.poll(() => commentsOn(third), PATIENCE).toHaveLength(1)
  expect(zendesk.tokens).toHaveLength(2)
  expect([first, second, third].map((name) => commentsOn(name).length)).toEqual([1, 1, 1])
})

test('no log line and no answer holds the secret or a token', () => {
  const said = [...worker.logs, ...worker.answers].join('\n')
  expect(said).toContain('ticket.commented')
  for (const text of [zendesk.client.clientSecret, ...zendesk.tokens]) expect(said).not.toContain(text)
})
