import { afterAll, beforeAll, expect, test } from 'vitest'
import { slackHeaders } from '../support/chats.ts'
import { tokenCache } from '../support/kv.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { KEYS, settings, startWorker, type VaultWorker } from '../support/worker.ts'

// what every Worker of a test is looked through for when it stops must be found where it is

const SIGNING_SECRET = 'slack-signing-secret-of-this-test'
const TICKET_TOKEN = 'ticket-token-0123'
const CALLBACK = 'https://localhost:1/a-callback-of-this-test'
const SIGNATURE = slackHeaders('a body', SIGNING_SECRET, '1760000000')['X-Slack-Signature'] ?? ''

const credential = await newCredential('127.0.0.1')
const privatePart: string = JSON.parse(
  Buffer.from(credential.clientSecret.split(':').at(-1) ?? '', 'base64url').toString(),
).d
let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [credential.credential] })
})
afterAll(() => simulator.stop())

/** What may be left behind, and what it is called when it is found. */
const planted: readonly (readonly [found: string, text: string])[] = [
  ['a configured secret', KEYS.other],
  ['a configured secret', SIGNING_SECRET],
  ['a configured secret', TICKET_TOKEN],
  ['a configured secret', credential.clientSecret.slice(-40)],
  ['a configured secret', privatePart],
  ['a configured secret', privatePart.slice(21)],
  ['an access token', 'simulated-access-token-0'],
  ['a JWT', 'eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLWl0'],
  ['an address for replies', 'https://hooks.slack.com/commands/T111/1/x'],
  ['an address for replies', 'https://discord.com/api/v10/webhooks/1/x/messages/@original'],
  ['an address for replies', 'https://acme.conductor.one/api/v1/webhooks/callback/x'],
  ['a callback address', CALLBACK],
  ['a signature or a key that was sent', SIGNATURE],
]

const places = {
  async 'the log'(worker, text) {
    worker.logs.push(JSON.stringify({ event: 'planted', text }))
  },
  async kv(worker, text) {
    await (await tokenCache(worker)).put('planted', text)
  },
  async do(worker, text) {
    const json = { name: 'Planted', description: text, owners: ['owner@example.com'] }
    expect((await worker.create(json)).status).toBe(201)
  },
  async workflows(worker, text) {
    const bindings: { PROVISION?: Workflow } = await worker.miniflare.getBindings()
    await bindings.PROVISION?.create({ params: { id: text } })
  },
} as const satisfies Record<string, (worker: VaultWorker, text: string) => Promise<void>>

const start = () =>
  startWorker({
    ...settings(credential, simulator.url),
    WEBHOOK_SECRETS: JSON.stringify({ slack: SIGNING_SECRET }),
    TICKET_TOKENS: JSON.stringify({ github: TICKET_TOKEN }),
  })

test.each(Object.entries(places))(
  'what is left in %s is found when the Worker stops',
  async (place, plant) => {
    for (let which = 0, count = 1; which < count; which++) {
      const worker = await start()
      count = place === 'the log' ? planted.length : 1
      const [found, text] = planted[which] ?? []
      await worker.call('GET', '/healthz', { as: null, headers: { 'X-Slack-Signature': SIGNATURE } })
      // refused, as no host is allowed
      await worker.create({ name: 'X', owners: ['owner@example.com'], callbackUrl: CALLBACK })
      await plant(worker, text ?? '')
      await expect(worker.stop(), text).rejects.toThrow(new RegExp(`^${found} was left behind in .*${place}`))
    }
  },
)
