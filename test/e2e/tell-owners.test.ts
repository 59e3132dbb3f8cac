import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_USERS } from '../simulator/users.ts'
import { type ChatServers, startChatServers } from '../support/chats.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const TOKEN = 'xoxb-0123456789-bot-token-of-the-test'
const POST = 'https://slack.com/api/chat.postMessage'
const PATIENCE = { timeout: 50_000, interval: 100 }
const SECOND = DEFAULT_USERS[1]
let servers: ChatServers
let stage: Stage

beforeAll(async () => {
  servers = await startChatServers(['slack.com'])
  const { outbound } = servers
  const settings = { POLICY: JSON.stringify({ tellOwners: true }), SLACK_BOT_TOKEN: TOKEN }
  stage = await startStage(settings, { outbound })
})
afterAll(async () => {
  await stage.stop()
  await servers.stop()
})
beforeEach(() => {
  servers.told.length = 0
  servers.will('auth.test', () => ({ ok: true, team_id: 'T1' }))
  servers.will('users.lookupByEmail', ({ url }) => {
    const email = new URL(url).searchParams.get('email')
    return { ok: true, user: { id: email === SECOND?.email ? 'U222' : 'U111', team_id: 'T1' } }
  })
  servers.will('chat.postMessage', () => ({ ok: true }))
})

/** The messages that name a vault. */
const messagesOn = (name: string) => servers.at(POST).filter(({ body }) => body.text.includes(name))

async function recordOf(id: string) {
  return (await stage.worker.call('GET', `/v1/requests/${id}`)).body
}

test('every owner of a vault that was made is told once, and a replay tells no one', async () => {
  const name = unique('Told')
  // one by another case of the address, one by id: both are told at ConductorOne's own address
  const request = {
    name,
    owners: ['OWNER@example.com', SECOND?.id],
    requestedBy: 'jane@example.com',
    ticket: { id: name },
  }
  const made = await stage.worker.create(request)
  expect(made.status).toBe(201)
  await expect.poll(() => messagesOn(name).length, PATIENCE).toBe(2)
  expect(new Set(messagesOn(name).map(({ body }) => body.channel))).toEqual(new Set(['U111', 'U222']))
  expect(servers.at('https://slack.com/api/auth.test')).toHaveLength(1)
  const [message] = messagesOn(name)
  expect(message?.headers.authorization).toBe(`Bearer ${TOKEN}`)
  expect(message?.body).toMatchObject({ unfurl_links: false, unfurl_media: false })
  for (const part of [name, 'jane@example.com', made.body.request.id, 'My vaults'])
    expect(message?.body.text).toContain(part)
  const again = await stage.worker.create(request)
  expect(again.headers.get('Idempotent-Replayed')).toBe('true')
  const other = unique('Next')
  await stage.worker.create({ name: other, owners: ['owner@example.com'] })
  await expect.poll(() => messagesOn(other).length, PATIENCE).toBe(1)
  expect(messagesOn(name)).toHaveLength(2)
  expect((await recordOf(made.body.request.id)).warnings).toEqual([])
})

test('an owner who could not be told is a warning on the record', async () => {
  servers.will('users.lookupByEmail', () => ({ ok: false, error: 'users_not_found' }))
  const made = await stage.worker.create({ name: unique('Untold'), owners: ['owner@example.com'] })
  const { id } = made.body.request
  await expect
    .poll(async () => (await recordOf(id)).warnings, PATIENCE)
    .toEqual([
      'The owner owner@example.com may not know of the vault: nobody in Slack has the e-mail address that ConductorOne has.',
    ])
  expect(servers.at(POST)).toEqual([])
})

test('owners of a vault that was not made are told nothing', async () => {
  await stage.simulator.control.fault('create', 'throttled-long')
  const name = unique('Refused')
  expect((await stage.worker.create({ name, owners: ['owner@example.com'] })).status).toBe(503)
  const next = unique('Next')
  await stage.worker.create({ name: next, owners: ['owner@example.com'] })
  await expect.poll(() => messagesOn(next).length, PATIENCE).toBe(1)
  expect(messagesOn(name)).toEqual([])
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
