import { expect, test } from 'vitest'
import { discord } from '../../../src/chat/discord.ts'
import { readCommand } from '../../../src/chat/grammar.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import { mentioned, readSlack } from '../../../src/chat/slack.ts'
import { teams } from '../../../src/chat/teams.ts'
import { bytesOf } from '../../../src/encoding.ts'
import {
  discordCommand,
  mattermostCommand,
  slackCommand,
  slackPayload,
  teamsMessage,
} from '../../support/chats.ts'
import { NOON } from '../world.ts'

/** What is asked for by what was written in Slack. */
function inSlack(text: string): Readonly<Record<string, unknown>> {
  const event = readSlack(slackCommand({ text }))
  const command = readCommand(event.kind === 'command' ? event.text : '', '/vault')
  if (command.kind !== 'create') throw new Error(`it is ${command.kind}`)
  return command.request
}

test('slack: mentions and links are read as people meant them', () => {
  expect(
    inSlack(
      'create “R&amp;D &lt;keys&gt;” owners:<@U222|sam>,<mailto:owner@example.com|owner@example.com>,<@W333> ' +
        'ticket:<https://acme.atlassian.net/browse/SEC-42|SEC-42>',
    ),
  ).toEqual({
    name: 'R&D <keys>',
    owners: ['@U222', 'owner@example.com', '@W333'],
    ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
  })
  expect(['@U222', 'owner@example.com', '@W333', '@', 7].map(mentioned)).toEqual([
    'U222',
    undefined,
    'W333',
    undefined,
    undefined,
  ])
})

test('slack: the form reads as the command does', () => {
  const values = {
    name: { name: { type: 'plain_text_input', value: 'Payroll' } },
    owners: { owners: { type: 'multi_users_select', selected_users: ['U111', 'U222'] } },
    kind: { kind: { type: 'static_select', selected_option: { value: 'magic_link' } } },
    maxViews: { maxViews: { type: 'plain_text_input', value: '3' } },
    allowUnauthenticated: { allowUnauthenticated: { type: 'static_select', selected_option: null } },
    credentialTtl: { credentialTtl: { type: 'plain_text_input', value: null } },
  }
  const view = { private_metadata: 'https://hooks.slack.com/x', state: { values } }
  const user = { id: 'U111', username: 'jane' }
  expect(readSlack(slackPayload({ type: 'view_submission', user, view }))).toEqual({
    kind: 'form',
    request: { name: 'Payroll', owners: ['@U111', '@U222'], kind: 'magic_link', maxViews: 3 },
    user: { id: 'U111', name: 'jane' },
    replyTo: 'https://hooks.slack.com/x',
  })
})

test.each([
  ['nothing', ''],
  ['an event', slackPayload({ type: 'shortcut' })],
  [
    'another button',
    slackPayload({ type: 'block_actions', user: { id: 'U1' }, response_url: '', actions: [] }),
  ],
  ['no user', 'command=%2Fvault&text=help'],
])('slack: %s is nothing for us', (_, body) => {
  expect(readSlack(body)).toEqual({ kind: 'other' })
})

test.each([
  ['help', 'help'],
  [
    'create "A" owners:<a href="mailto:o@e.com">o@e.com</a>,<b>p@e.com</b>',
    'create "A" owners:o@e.com,p@e.com',
  ],
  ['create&nbsp;A<br>ttl:30d', 'create A ttl:30d'],
  ['create &quot;R&amp;D&quot; &constructor; &lt;b&gt;', 'create "R&D" &constructor; <b>'],
])('teams: %s is read as %s', (written, text) => {
  expect(teams.read(bytesOf(teamsMessage(written, NOON)), NOON)).toMatchObject({ kind: 'command', text })
})

test.each([
  ['five minutes old', NOON - 300_000, true],
  ['older', NOON - 300_001, false],
  ['five minutes ahead', NOON + 300_000, true],
  ['further ahead', NOON + 300_001, false],
])('teams: a message that is %s: %s', (_, at, taken) => {
  expect(teams.read(bytesOf(teamsMessage('help', at)), NOON) !== undefined).toBe(taken)
})

test('teams: a message without a time is not taken', () => {
  expect(
    teams.read(bytesOf(JSON.stringify({ text: 'help', from: { id: '1' }, timestamp: 'now' })), NOON),
  ).toBeUndefined()
  expect(teams.read(bytesOf(JSON.stringify({ text: 'help', from: { id: '1' } })), NOON)).toBeUndefined()
})

test('discord: a command is read, a ping is answered, and nothing else is taken', () => {
  expect(discord.read(bytesOf(discordCommand('create A', 'tok_1.2-3')), NOON)).toEqual({
    kind: 'command',
    text: 'create A',
    command: '/vault',
    user: { id: '53908232506183680', name: 'mason' },
    replyTo: 'https://discord.com/api/v10/webhooks/771825006014889984/tok_1.2-3/messages/@original',
  })
  expect(discord.read(bytesOf('{"type":1}'), NOON)).toEqual({ kind: 'protocol', answer: { type: 1 } })
  expect(discord.read(bytesOf('{"type":3}'), NOON)).toBeUndefined()
  // a token that would lead elsewhere
  expect(discord.read(bytesOf(discordCommand('create A', '../../evil')), NOON)).toBeUndefined()
})

test('mattermost: a command is read', () => {
  const replyTo = 'https://chat.example.com/hooks/commands/x'
  expect(mattermost.read(bytesOf(mattermostCommand({ text: 'help', response_url: replyTo })), NOON)).toEqual({
    kind: 'command',
    text: 'help',
    command: '/vault',
    user: { id: 'wk9tqgqsaigzdfaqr47cj3b8ac', name: 'jane' },
    replyTo,
  })
  expect(mattermost.read(bytesOf('text=help'), NOON)).toBeUndefined()
})

test.each([discord, teams])('$title: a body that is no JSON is told as such', ({ read }) => {
  expect(() => read(bytesOf('{'), NOON)).toThrow('not JSON')
})

test('slack: a payload that is no JSON is told as such', () => {
  expect(() => readSlack(`payload=${encodeURIComponent('{')}`)).toThrow('not JSON')
})
