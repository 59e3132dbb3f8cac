import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { discord } from '../../../src/chat/discord.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import { SLACK_PROOFS } from '../../../src/chat/slack/read.ts'
import { teams } from '../../../src/chat/teams/teams.ts'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { type Proof, verify } from '../../../src/sources/proof.ts'
import { type ChatName, chats, slackHeaders } from '../../support/chats.ts'
import { NOON } from '../world.ts'

const proofs: Readonly<Record<ChatName, readonly Proof[]>> = {
  slack: SLACK_PROOFS,
  teams: teams.proofs,
  discord: discord.proofs,
  mattermost: mattermost.proofs,
}

function isGenuine(
  chat: ChatName,
  headers: Record<string, string>,
  body: string,
  { secret = chats[chat].secret as string, now = NOON } = {},
): Promise<boolean> {
  return verify(proofs[chat], [new Secret(secret)], new Headers(headers), bytesOf(body), now)
}

// https://docs.slack.dev/authentication/verifying-requests-from-slack
const SLACK = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  now: 1_531_420_618_000,
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
}

describe('slack: the published vector', () => {
  const headers = { 'X-Slack-Request-Timestamp': '1531420618', 'X-Slack-Signature': SLACK.signature }

  test('is taken, up to five minutes later or earlier', async () => {
    for (const off of [0, 300_000, -300_000])
      expect(await isGenuine('slack', headers, SLACK.body, { ...SLACK, now: SLACK.now + off })).toBe(true)
  })

  test.each([
    // github.com/slackapi/python-slack-sdk tests/slack_sdk/signature/test_signature_verifier.py
    ['with another body', headers, `${SLACK.body}------`, 0],
    ['too old', headers, SLACK.body, 300_001],
    ['in the future', headers, SLACK.body, -300_001],
    ['without v0=', { ...headers, 'X-Slack-Signature': SLACK.signature.slice(3) }, SLACK.body, 0],
    ['with v1=', { ...headers, 'X-Slack-Signature': SLACK.signature.replace('v0', 'v1') }, SLACK.body, 0],
    ['with another time', { ...headers, 'X-Slack-Request-Timestamp': '1531420619' }, SLACK.body, 0],
    ['without a time', { 'X-Slack-Signature': SLACK.signature }, SLACK.body, 0],
    ['without a signature', { 'X-Slack-Request-Timestamp': '1531420618' }, SLACK.body, 0],
    ['signed with another secret', slackHeaders(SLACK.body, 'another', '1531420618'), SLACK.body, 0],
  ] as const)('%s is refused', async (_, sent, body, off) => {
    expect(await isGenuine('slack', sent, body, { ...SLACK, now: SLACK.now + off })).toBe(false)
  })
})

describe('discord: a vector of another vendor with the same scheme and the same headers', () => {
  // https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html
  const secret = '8b28ded5630f9051c205dd04c6ec56ad0b08b8812b2fe30ee9aece0ab41926f3'
  const body = 'Arq0D5A61EgUu4OxUvOp'
  const headers = {
    'X-Signature-Timestamp': '1725442341',
    'X-Signature-Ed25519':
      '87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706',
  }
  const now = 1_725_442_341_000

  test('is taken, and refused with another body, time or clock', async () => {
    expect(await isGenuine('discord', headers, body, { secret, now })).toBe(true)
    expect(await isGenuine('discord', headers, `${body} `, { secret, now })).toBe(false)
    const later = { ...headers, 'X-Signature-Timestamp': '1725442342' }
    expect(await isGenuine('discord', later, body, { secret, now })).toBe(false)
    for (const off of [-300_001, 300_001])
      expect(await isGenuine('discord', headers, body, { secret, now: now + off })).toBe(false)
  })
})

test('teams: the key is the token’s bytes, not its text', async () => {
  const digest = createHmac('sha256', chats.teams.secret).update('{}').digest('base64')
  expect(await isGenuine('teams', { Authorization: `HMAC ${digest}` }, '{}')).toBe(false)
})

test.each(Object.keys(chats) as ChatName[])('%s: its own proof is taken and another is not', async (chat) => {
  const headers = chats[chat].sign('{}', NOON)
  expect(await isGenuine(chat, headers, '{}')).toBe(true)
  if (chat !== 'mattermost') expect(await isGenuine(chat, headers, '{} ')).toBe(false)
  expect(await isGenuine(chat, {}, '{}')).toBe(false)
  const cut = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.slice(0, -1)]))
  expect(await isGenuine(chat, cut, '{}')).toBe(false)
  const bare = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/^\w+[ =]/, '')]),
  )
  if (chat !== 'discord') expect(await isGenuine(chat, bare, '{}')).toBe(false)
})

describe('mattermost: the token in the form, where no header has it', () => {
  const form = (token: string) => new URLSearchParams({ text: 'help', token }).toString()
  const { secret } = chats.mattermost

  test('is taken, in the first field of that name', async () => {
    expect(await isGenuine('mattermost', {}, form(secret))).toBe(true)
    expect(await isGenuine('mattermost', {}, `${form('another-token')}&token=${secret}`)).toBe(false)
  })

  test.each([
    ['another', form('another-token')],
    ['an empty one', form('')],
    ['one in another field', new URLSearchParams({ text: secret }).toString()],
    ['one with a scheme', form(`Token ${secret}`)],
    ['one in JSON', JSON.stringify({ token: secret })],
    ['none', ''],
  ])('is refused: %s', async (_, body) => {
    expect(await isGenuine('mattermost', {}, body)).toBe(false)
  })
})
