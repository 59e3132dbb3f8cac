import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import { recordOf } from '../../../src/ledger/entry.ts'
import type { ReplyChannel } from '../../../src/ledger/tell.ts'
import { replyTo, sendReply } from '../../../src/outcomes/reply.ts'
import { CLIENT_ID, CLIENT_SECRET, entryOf, vault } from '../samples.ts'
import { json, type Step, TestWorld } from '../world.ts'

beforeEach(() => {
  for (const method of ['log', 'warn'] as const) vi.spyOn(console, method).mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const ADDRESSES: Readonly<Record<ReplyChannel, string>> = {
  slack: 'https://hooks.slack.com/commands/T1/1/x',
  discord: 'https://discord.com/api/v10/webhooks/1/token/messages/@original',
  mattermost: 'https://chat.example.com/hooks/commands/x',
  'conductorone-step': 'https://acme.conductor.one/api/v1/webhooks/callback/x',
  'conductorone-automation': 'https://acme.conductor.one/api/v1/webhooks/callback/y',
}
const channels = Object.keys(ADDRESSES) as ReplyChannel[] // Object.keys forgets that its names are known

function configOf(allowedCallbackHosts = ['chat.example.com']): Config {
  return parseConfig({
    CONDUCTORONE_CLIENT_ID: CLIENT_ID,
    CONDUCTORONE_CLIENT_SECRET: CLIENT_SECRET,
    API_KEYS: { runbook: 'runbook-key-0123456789-abcdefghijklmnop' },
    CALLBACK_SECRET: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
    POLICY: { allowedCallbackHosts },
    TOKEN_CACHE: {},
    LEDGER: {},
    PROVISION: {},
  })
}

async function tell(channel: ReplyChannel, step: Step, later = configOf()) {
  const world = new TestWorld(step)
  const sealed = await replyTo(channel, ADDRESSES[channel], configOf(), world)
  if (!sealed || sealed.kind === 'ticket') throw new Error('results do not go there')
  expect(JSON.stringify(sealed)).not.toContain('https:')
  const record = recordOf(await entryOf({}, { status: 'created', vault }))
  return { delivery: await sendReply(record, sealed, later, world), sent: world.sent }
}

test.each(channels)('%s: the result goes to the address that came with the request', async (channel) => {
  const { delivery, sent } = await tell(channel, json({ ok: true }))
  expect(delivery).toEqual({ kind: 'delivered' })
  expect(sent).toMatchObject([
    {
      url: ADDRESSES[channel],
      init: { method: channel === 'discord' ? 'PATCH' : 'POST', redirect: 'manual' },
    },
  ])
  expect(String(sent[0]?.init.body).replaceAll('\\', '')).toContain(vault.id)
})

test.each(channels)('%s: an address anywhere else is not taken', async (channel) => {
  const { hostname } = new URL(ADDRESSES[channel])
  for (const address of [
    ADDRESSES[channel].replace('https:', 'http:'),
    ADDRESSES[channel].replace(hostname, `${hostname}.evil.example`),
    ADDRESSES[channel].replace(hostname, `evil.example/${hostname}`),
    ADDRESSES[channel].replace(hostname, `${hostname}:8443`),
    ADDRESSES[channel].replace(hostname, `${hostname}@evil.example`),
    `//${hostname}/x`,
    '',
    undefined,
  ])
    expect(await replyTo(channel, address, configOf(), new TestWorld()), address).toBeNull()
})

test.each(channels)('%s: what may pass is tried again', async (channel) => {
  for (const step of [json({}, 500), json({}, 503), json({}, 429), json({}, 408), new TypeError('cut')])
    expect((await tell(channel, step)).delivery).toMatchObject({ kind: 'again' })
})

test.each(channels)(
  '%s: an address that is used up ends it, and nobody claims to know by what',
  async (channel) => {
    const { delivery } = await tell(channel, json({}, channel === 'discord' ? 401 : 400))
    expect(delivery).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(
        /^it answered HTTP 40[01]; the address was used before, perhaps by this very result/,
      ),
    })
  },
)

// https://github.com/discord/discord-api-docs/issues/7220
test('discord: a result that comes before its answer is known there is told again', async () => {
  expect((await tell('discord', json({}, 404))).delivery).toMatchObject({ kind: 'again' })
  expect((await tell('slack', json({}, 404))).delivery).toMatchObject({ kind: 'refused' })
})

test('mattermost: what was allowed when the request came may not be allowed any more', async () => {
  const { delivery, sent } = await tell('mattermost', json({}), configOf([]))
  expect([delivery.kind, sent]).toEqual(['refused', []])
})

test('discord: calls name themselves in the form that Discord requires', async () => {
  const { sent } = await tell('discord', json({}))
  expect(new Headers(sent[0]?.init.headers).get('user-agent')).toMatch(
    /^DiscordBot \(https:\/\/\S+, \d[\d.]*\)/,
  )
})

// https://github.com/discord/discord-api-docs/issues/7137
test('discord: a refusal of the shared egress address is tried again', async () => {
  for (const step of [
    json({ message: 'You are being blocked from accessing our API temporarily', code: 40062 }, 403),
    new Response('error code: 1015', { status: 429 }),
    new Response('error code: 1015', { status: 403 }),
  ])
    expect((await tell('discord', step)).delivery).toMatchObject({ kind: 'again' })
  expect((await tell('slack', json({}, 403))).delivery).toMatchObject({ kind: 'refused' })
})
