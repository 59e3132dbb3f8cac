import { describe, expect, test } from 'vitest'
import { readCommand } from '../../../src/chat/grammar.ts'
import { readSlack } from '../../../src/chat/slack/read.ts'
import { teams } from '../../../src/chat/teams/teams.ts'
import { bytesOf } from '../../../src/lib/encoding.ts'
import { readForm } from '../../../src/sources/form.ts'
import { QUESTIONS } from '../../../src/sources/questions.ts'
import { plainText } from '../../../src/sources/rich-text.ts'
import { slackCommand, teamsMessage } from '../../support/chats.ts'
import { NOON } from '../world.ts'

/** As long as a delivery may be. Whoever looks back at every character of it does not come to an end in time. */
const LENGTH = 256 * 1_024

/** What expressions that read text may look back over. */
const PIECES = [
  ...[' ', '\n', '\t', '<', '>', '[', ']', '`', '"', '“', '*', '-', '@', '.', ':', ',', ';', '&', '\\', '#'],
  ...['<a ', '<p ', '<@', '<a|', '<at>', '<mailto:', '[a](mailto:', '[a|mailto:', '### ', '&lt;', '&a', '-*'],
  ...['a ', 'a:', 'a@b.', 'owners:', 'name: ', '"a', ' "', '" ', '\r\n'],
]

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a form': (text) => readForm(`### Owners\n\n${text}\n\n### Vault name\n\n${text}`),
  'an answer': (text) => QUESTIONS.map(({ read }) => read(text)),
  'a document': (text) => plainText({ type: 'doc', content: [{ type: 'text', text }] }),
  'a message in Teams': (text) => {
    const event = teams.read(bytesOf(teamsMessage(text, NOON)))
    return event?.kind === 'command' && readCommand(event.text, event.command)
  },
  'a command in Slack': (text) => {
    const event = readSlack(bytesOf(slackCommand({ text })))
    return event.kind === 'command' && readCommand(event.text, event.command)
  },
}

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test.each(PIECES)('of %j and nothing else is read to its end', (piece) => {
    const text = piece.repeat(LENGTH / piece.length)
    for (const whole of [`create ${text}a`, `create "a" ${text}"`]) expect(read(whole)).toBeDefined()
  })
})
