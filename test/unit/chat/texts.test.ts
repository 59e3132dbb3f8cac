import { describe, expect, test } from 'vitest'
import { readCommand } from '../../../src/chat/grammar.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import { readSlack } from '../../../src/chat/slack/read.ts'
import { teams } from '../../../src/chat/teams/teams.ts'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { slackCommand, teamsMessage } from '../../support/chats.ts'
import { NOON } from '../world.ts'

function requestOf(text: string) {
  const command = readCommand(text, '/vault')
  return command.kind === 'create' ? { ...command.request, mistakes: command.mistakes } : command
}

function inSlack(text: string) {
  const event = readSlack(bytesOf(slackCommand({ text })))
  return event.kind === 'command' ? requestOf(event.text) : event
}

describe('Slack’s marks give what people see', () => {
  test.each([
    [
      'create "<http://payroll.example.com|payroll.example.com> break-glass"',
      { name: 'payroll.example.com break-glass' },
    ],
    ['create "Payroll for <#C123|payroll>"', { name: 'Payroll for #payroll' }],
    ['create "Payroll for <#C123>"', { name: 'Payroll for #C123' }],
    ['create "Payroll for <#C123|>"', { name: 'Payroll for #C123' }],
    ['create "Payroll for <!subteam^S1|@oncall> <!here>"', { name: 'Payroll for @oncall @here' }],
    ['create "<https://example.com/a?b=1&amp;c=2>"', { name: 'https://example.com/a?b=1&c=2' }],
    [
      'create A owners:<mailto:jane@example.com|jane@example.com>',
      { name: 'A', owners: ['jane@example.com'] },
    ],
    ['create A owners:<mailto:jane@example.com|Jane>', { name: 'A', owners: ['jane@example.com'] }],
    // nobody can tell which of the two was meant
    [
      'create A owners:<mailto:bob@example.com|jane@example.com>',
      { name: 'A', owners: ['jane@example.com <bob@example.com>'] },
    ],
    [
      'create A ticket:<https://linear.app/acme/issue/SEC-5/x|the ticket>',
      { name: 'A', ticket: { id: 'SEC-5', url: 'https://linear.app/acme/issue/SEC-5/x' } },
    ],
    [
      'create A ticket:«<https://linear.app/acme/issue/SEC-5/x|the ticket>»',
      { name: 'A', ticket: { id: 'SEC-5', url: 'https://linear.app/acme/issue/SEC-5/x' } },
    ],
  ])('%s', (text, request) => {
    expect(inSlack(text)).toEqual({ ...request, mistakes: [] })
  })
})

describe('HTML’s character references are decoded, all of them', () => {
  test.each([
    ['R&amp;D', 'R&D'],
    ['Andr&eacute; &Auml;rzte', 'André Ärzte'],
    ['it&#39;s &#x27;ours&#x27; &apos;', "it's 'ours' '"],
    ['a &hellip; b &mdash; c &euro; &trade;', 'a … b — c € ™'],
    ['&lt;b&gt; &notanentity; &amp;lt;', '<b> &notanentity; &lt;'],
    ['&#128274;', '🔒'],
  ])('%s', (written, name) => {
    const inTeams = teams.read(bytesOf(teamsMessage(`create "${written}"`, NOON)))
    const form = new URLSearchParams({ user_id: 'u1', command: '/vault', text: `create "${written}"` })
    const inMattermost = mattermost.read(bytesOf(form.toString()))
    for (const event of [inTeams, inMattermost])
      expect(event?.kind === 'command' && requestOf(event.text)).toEqual({ name, mistakes: [] })
  })
})

describe('quotation marks of every script close what they open', () => {
  test.each([
    '"Payroll run"',
    '“Payroll run”',
    '„Payroll run“',
    '„Payroll run”',
    '”Payroll run”',
    '«Payroll run»',
    '»Payroll run«',
    '»Payroll run»',
    '‹Payroll run›',
    '「Payroll run」',
    '『Payroll run』',
    '《Payroll run》',
    '〝Payroll run〟',
    '＂Payroll run＂',
    '❝Payroll run❞',
  ])('%s', (name) => {
    expect(requestOf(`create ${name} owners:a@example.com ticket:${name}`)).toEqual({
      name: 'Payroll run',
      owners: ['a@example.com'],
      ticket: { id: 'Payroll run' },
      mistakes: [],
    })
  })

  test.each([
    ['"Payroll «prod» run"', 'Payroll «prod» run'],
    ['«Payroll "prod" run»', 'Payroll "prod" run'],
    ['「Payroll 『prod』」', 'Payroll 『prod』'],
  ])('marks of another family inside %s stay', (text, name) => {
    expect(requestOf(`create ${text}`)).toEqual({ name, mistakes: [] })
  })

  test.each(['"Payroll', 'Payroll"', '«Payroll', 'Payroll」', '「Payroll"'])(
    'a mark that is left open in %s is a mistake',
    (text) => {
      expect(requestOf(`create ${text}`)).toEqual({
        name: 'Payroll',
        mistakes: ['A quotation mark is not closed.'],
      })
    },
  )
})

describe('Teams’ marks give what people see', () => {
  const link = '<a href="https://linear.app/acme/issue/SEC-5/x" title="x">the ticket</a>'
  test.each([
    [`create A ticket:${link}`, { ticket: { id: 'SEC-5', url: 'https://linear.app/acme/issue/SEC-5/x' } }],
    [
      `create A ticket: &quot;${link}&quot;`,
      { ticket: { id: 'SEC-5', url: 'https://linear.app/acme/issue/SEC-5/x' } },
    ],
    [`create A owners:<s>bob@example.com</s>`, { owners: ['~~bob@example.com~~'] }],
    [`create A desc:"see ${link}"`, { description: 'see the ticket' }],
  ])('%s', (text, request) => {
    const event = teams.read(bytesOf(teamsMessage(text, NOON)))
    expect(event?.kind === 'command' && requestOf(event.text)).toMatchObject({ ...request, mistakes: [] })
  })
})
