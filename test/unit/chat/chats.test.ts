import { expect, test } from 'vitest'
import { discord } from '../../../src/chat/discord.ts'
import { readCommand } from '../../../src/chat/grammar.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import { mentionedUserId, readSlack } from '../../../src/chat/slack/read.ts'
import { teams } from '../../../src/chat/teams/teams.ts'
import { bytesOf } from '../../../src/lib/encoding.ts'
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
  const event = readSlack(bytesOf(slackCommand({ text })))
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
  expect(['@U222', 'owner@example.com', '@W333', '@', 7].map(mentionedUserId)).toEqual([
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
  expect(readSlack(bytesOf(slackPayload({ type: 'view_submission', user, view })))).toEqual({
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
  expect(readSlack(bytesOf(body))).toEqual({ kind: 'other' })
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
  expect(teams.read(bytesOf(teamsMessage(written, NOON)))).toMatchObject({ kind: 'command', text })
})

test('teams: the webhook is called by the name that the team gave it', () => {
  const called = (text: string) => teams.read(bytesOf(JSON.stringify({ text, from: { id: '29:1' } })))
  expect(called('<at>Access &amp; keys</at>&nbsp;help')).toMatchObject({
    command: '@Access & keys',
    text: 'help',
  })
  expect(called('<at id="0">Vault</at> create A for <at>Larry Brown</at>')).toMatchObject({
    command: '@Vault',
    text: 'create A for Larry Brown',
  })
  expect(called('help')).toMatchObject({ command: '@Vault', text: 'help' })
})

test('teams: mark-up without an end is read in no time', () => {
  for (const piece of ['<', '<at', '<br ', '<at>', '&'])
    expect(teams.read(bytesOf(teamsMessage(piece.repeat(60_000), NOON)))).toMatchObject({ kind: 'command' })
})

test.each([
  ['a time', teamsMessage('help', NOON), NOON],
  ['what is no time', JSON.stringify({ timestamp: 'now' }), Number.NaN],
  ['no time', '{}', Number.NaN],
  ['no object', '[]', Number.NaN],
])('teams: the time of a message with %s is %s', (_, body, at) => {
  expect(teams.bodyTime?.sentAt(JSON.parse(body))).toBe(at)
})

test('discord: a command is read, a ping is answered, and nothing else is taken', () => {
  expect(discord.read(bytesOf(discordCommand('create A', 'tok_1.2-3')))).toEqual({
    kind: 'command',
    text: 'create A',
    command: '/vault',
    user: { id: '53908232506183680', name: 'mason' },
    replyTo: 'https://discord.com/api/v10/webhooks/771825006014889984/tok_1.2-3/messages/@original',
  })
  expect(discord.read(bytesOf('{"type":1}'))).toEqual({ kind: 'protocol', answer: { type: 1 } })
  expect(discord.read(bytesOf('{"type":3}'))).toBeUndefined()
  // an option that is no text, which no conversion makes one of either
  const hostile = discordCommand('create A', 'tok_1').replace('"create A"', '{"toString":1}')
  expect(hostile).toContain('toString')
  expect(discord.read(bytesOf(hostile))).toBeUndefined()
  // a token that would lead elsewhere
  expect(discord.read(bytesOf(discordCommand('create A', '../../evil')))).toBeUndefined()
})

test('mattermost: an outgoing webhook is called by its own word, and has no address to answer at', () => {
  // the vendor's own sample, as it is sent
  const body = new URLSearchParams({
    channel_id: 'hawos4dqtby53pd64o4a4cmeoo',
    channel_name: 'town-square',
    team_domain: 'someteam',
    post_id: 'axdygg1957njfe5pu38saikdho',
    text: 'vault create A',
    timestamp: '1445532266',
    token: 'zmigewsanbbsdf59xnmduzypjc',
    trigger_word: 'vault',
    user_id: 'rnina9994bde8mua79zqcg5hmo',
    user_name: 'somename',
  })
  expect(mattermost.read(bytesOf(body.toString()))).toEqual({
    kind: 'command',
    text: ' create A',
    command: 'vault',
    user: { id: 'rnina9994bde8mua79zqcg5hmo', name: 'somename' },
  })
})

test('mattermost: a command is read', () => {
  const replyTo = 'https://chat.example.com/hooks/commands/x'
  expect(mattermost.read(bytesOf(mattermostCommand({ text: 'help', response_url: replyTo })))).toEqual({
    kind: 'command',
    text: 'help',
    command: '/vault',
    user: { id: 'wk9tqgqsaigzdfaqr47cj3b8ac', name: 'jane' },
    replyTo,
  })
  expect(mattermost.read(bytesOf('text=help'))).toBeUndefined()
})

test.each([discord, teams])('$title: a body that is no JSON is told as such', ({ read }) => {
  expect(() => read(bytesOf('{'))).toThrow('not JSON')
})

test('slack: a payload that is no JSON is told as such', () => {
  expect(() => readSlack(bytesOf(`payload=${encodeURIComponent('{')}`))).toThrow('not JSON')
})
