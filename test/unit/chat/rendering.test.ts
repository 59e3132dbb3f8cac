import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { discord } from '../../../src/chat/discord.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import type { Message } from '../../../src/chat/message.ts'
import { slackReply, slackShared } from '../../../src/chat/slack/blocks.ts'
import { formAnswer, formErrors, formView } from '../../../src/chat/slack/form.ts'
import { adaptiveCard } from '../../../src/chat/teams/adaptive-card.ts'
import { NEXT } from '../samples.ts'
import { HOSTILE, messages, record } from './messages.ts'

const asJson = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``

/** What each chat is sent, as a reviewer reads it. */
const renderers: Readonly<Record<string, (message: Message) => string>> = {
  slack: (message) => asJson(slackReply(message)),
  teams: (message) => asJson(adaptiveCard(message)),
  // as it is written, not as it is shown
  discord: (message) => `~~~\n${contentOf(message)}\n~~~`,
  mattermost: (message) => `~~~\n${textOf(message)}\n~~~`,
}

function contentOf(message: Message): string {
  return z.object({ data: z.object({ content: z.string() }) }).parse(discord.render(message)).data.content
}

function textOf(message: Message): string {
  return z.object({ text: z.string() }).parse(mattermost.render(message)).text
}

test.each(Object.entries(renderers))('%s: every message is as it was reviewed', async (chat, render) => {
  const text = Object.entries(messages).map(([name, message]) => `## ${name}\n\n${render(message)}\n`)
  await expect(text.join('\n')).toMatchFileSnapshot(`./__snapshots__/${chat}.md`)
})

const FAULTS = [
  { pointer: '/owners/0', detail: '“@U1” in “Owners” must be an owner' },
  { pointer: '/owners/1', detail: '“@U2” in “Owners” must be an owner' },
  { pointer: '/maxViews', detail: '“Maximum views” must be a whole number' },
  { pointer: '', detail: 'the whole is wrong' },
]

test('slack: the form, and what is shared, are as they were reviewed', async () => {
  const text = [
    `## the form\n\n${asJson(formView('U111', 'https://hooks.slack.com/commands/T1/1/x'))}`,
    `## its faults\n\n${asJson(formErrors(FAULTS))}`,
    `## what takes its place\n\n${asJson(formAnswer(messages['it was asked for before, and is there'] ?? help()))}`,
    `## a result for the channel\n\n${asJson(slackShared(record(), 'jane', NEXT))}`,
  ]
  await expect(`${text.join('\n\n')}\n`).toMatchFileSnapshot('./__snapshots__/slack-form.md')
})

/** Any message at all: what people wrote can be as long as they like. */
const long = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary', maxLength: 50 }),
  fc
    .tuple(fc.constantFrom(HOSTILE, '🔐', '_', 'a🔐'), fc.nat({ max: 3_000 }))
    .map(([text, length]) => `${text}${text.repeat(3_000).slice(0, length)}`),
)
const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    tone: fc.constantFrom('good', 'bad', 'neutral'),
    title: long,
    text: fc.array(fc.oneof(long, fc.constant('')), { maxLength: 5 }),
    facts: fc.array(fc.tuple(fc.constantFrom('Name', 'Owners'), long), { maxLength: 12 }),
    commands: fc.array(long, { maxLength: 3 }),
    share: fc.constant('req_3k0000000000000000000000'),
  },
  { requiredKeys: ['tone', 'title', 'text', 'facts'] },
)

function everyMessage(check: (message: Message) => void): void {
  for (const message of Object.values(messages)) check(message)
  fc.assert(fc.property(anyMessage, check), { numRuns: 100 })
}

describe('slack', () => {
  // https://docs.slack.dev/reference/block-kit/blocks and /composition-objects
  const plain = (longest: number) =>
    z.strictObject({
      type: z.literal('plain_text'),
      text: z.string().min(1).max(longest),
      emoji: z.boolean().optional(),
    })
  const option = z.strictObject({ text: plain(75), value: z.string().min(1).max(150) })
  const Block = z.union([
    z.strictObject({ type: z.literal('header'), text: plain(150) }),
    z.union([
      z.strictObject({ type: z.literal('section'), text: plain(3_000) }),
      z.strictObject({ type: z.literal('section'), fields: z.array(plain(2_000)).min(1).max(10) }),
    ]),
    z.strictObject({
      type: z.literal('rich_text'),
      elements: z.tuple([
        z.strictObject({
          type: z.literal('rich_text_preformatted'),
          elements: z.tuple([z.strictObject({ type: z.literal('text'), text: z.string().min(1) })]),
        }),
      ]),
    }),
    z.strictObject({
      type: z.literal('actions'),
      elements: z.tuple([
        z.strictObject({
          type: z.literal('button'),
          action_id: z.string().min(1).max(255),
          value: z.string().max(2_000),
          text: plain(75),
        }),
      ]),
    }),
  ])
  const Reply = z.strictObject({
    response_type: z.enum(['ephemeral', 'in_channel']),
    replace_original: z.literal(false).optional(),
    text: z.string().min(1),
    blocks: z.array(Block).min(1).max(50),
  })
  // https://docs.slack.dev/reference/views/modal-views
  const View = z.strictObject({
    type: z.literal('modal'),
    private_metadata: z.string().max(3_000),
    title: plain(24),
    submit: plain(24),
    close: plain(24),
    blocks: z
      .array(
        z.strictObject({
          type: z.literal('input'),
          block_id: z.string().min(1).max(255),
          optional: z.boolean(),
          label: plain(2_000),
          hint: plain(2_000),
          element: z.discriminatedUnion('type', [
            z.strictObject({
              type: z.literal('plain_text_input'),
              action_id: z.string(),
              multiline: z.boolean().optional(),
            }),
            z.strictObject({
              type: z.literal('multi_users_select'),
              action_id: z.string(),
              initial_users: z.array(z.string()),
              max_selected_items: z.int().min(1),
            }),
            z.strictObject({
              type: z.literal('static_select'),
              action_id: z.string(),
              options: z.array(option).min(1).max(100),
            }),
          ]),
        }),
      )
      .min(1)
      .max(100),
  })

  test('no message breaks a limit of Block Kit', () => {
    everyMessage((message) => {
      Reply.parse(slackReply(message))
    })
    Reply.parse(slackShared(record({ name: HOSTILE }), 'j'.repeat(5_000), NEXT))
  })

  test('no message is cut in the middle of a character', () => {
    everyMessage((message) => {
      if (JSON.stringify(message).isWellFormed() && isWhole(message))
        expect(isWhole(slackReply(message))).toBe(true)
    })
  })

  test('the form is a modal', () => {
    expect(View.parse(formView('U111', 'https://hooks.slack.com/commands/T1/1/x')).blocks).toHaveLength(9)
  })

  test('what takes the place of the form is a modal without a button, whatever it says', () => {
    const Answer = z.strictObject({
      response_action: z.literal('update'),
      view: z.strictObject({
        type: z.literal('modal'),
        title: plain(24),
        close: plain(24),
        blocks: z.array(Block).min(1).max(100),
      }),
    })
    everyMessage((message) => {
      const { view } = Answer.parse(formAnswer(message))
      expect(view.blocks.map(({ type }) => type)).not.toContain('actions')
    })
  })

  test('what people wrote stands in plain text only, and the title and the fallback are ours', () => {
    const reply = slackReply(messages['a name has mark-up'] ?? help())
    const { text, blocks } = Reply.parse(reply)
    expect(text).toBe('The vault was created')
    const places = JSON.stringify(blocks).match(/"type":"[a-z_]+","text":"[^"]*<!channel>/g)
    expect(places).toEqual([expect.stringMatching(/^"type":"plain_text"/)])
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn')
  })
})

describe('teams', () => {
  // https://adaptivecards.io/schemas/adaptive-card.json, as far as these cards go
  const TextRun = z.strictObject({
    type: z.literal('TextRun'),
    text: z.string().min(1),
    size: z.enum(['Default', 'Small', 'Medium', 'Large', 'ExtraLarge']).optional(),
    weight: z.enum(['Default', 'Lighter', 'Bolder']).optional(),
    color: z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention']).optional(),
    fontType: z.enum(['Default', 'Monospace']).optional(),
  })
  const Answer = z.strictObject({
    type: z.literal('message'),
    attachments: z.tuple([
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json').optional(),
          type: z.literal('AdaptiveCard'),
          // the newest that Teams shows everywhere
          version: z.enum(['1.2', '1.3', '1.4']),
          body: z
            .array(z.strictObject({ type: z.literal('RichTextBlock'), inlines: z.array(TextRun).min(1) }))
            .min(1),
        }),
      }),
    ]),
  })

  test('every message is an Adaptive Card of text runs, in which nothing has an effect', () => {
    everyMessage((message) => {
      Answer.parse(adaptiveCard(message))
    })
  })
})

describe('discord and mattermost', () => {
  test('no message is longer than Discord takes', () => {
    everyMessage((message) => {
      expect(contentOf(message).length).toBeLessThanOrEqual(2_000)
    })
  })

  test('nobody is called', () => {
    everyMessage((message) => {
      expect(discord.render(message)).toMatchObject({ data: { allowed_mentions: { parse: [] }, flags: 64 } })
    })
  })

  test('what is said in full is said in full', () => {
    for (const [name, message] of Object.entries(messages))
      if (!name.includes('mark-up'))
        for (const render of [contentOf, textOf])
          for (const text of [...message.text, ...message.facts.flat()])
            expect(shown(render(message)), name).toContain(text)
  })

  // what stands behind a backslash is shown as it is: any punctuation in Discord, and these in Mattermost,
  // https://github.com/mattermost/marked/blob/master/lib/marked.js
  const escapes = { discord: /\\([^0-9A-Za-z\s])/g, mattermost: /\\([`*{}[\]()#+\-.!_>|~]|\\(?!\w))/g }
  const ADDRESS = 'https://acme.example/browse/SEC-42_a?b=c#d'

  test.each([
    ['discord', contentOf, escapes.discord],
    ['mattermost', textOf, escapes.mattermost],
  ])('%s: a name with mark-up is shown as it was written, and has no effect', (_, render, escaped) => {
    const written = render({ tone: 'good', title: 'T', text: [HOSTILE], facts: [['Name', HOSTILE]] })
    const shown = written.replaceAll(escaped, '$1').replaceAll('\u200b', '')
    expect(shown).toContain(`\n\n${HOSTILE}\n\n**Name** ${HOSTILE}`)
    const effective = written
      .replaceAll(escaped, '')
      .replaceAll('**', '')
      .replaceAll(/https:\/\/[a-z.]+/g, '')
    // no emphasis, code, link, spoiler, quote, heading, end of a tag, and nobody who is called
    expect(effective).not.toMatch(/[*_`[\]()~|>#]|@[a-z0-9]/i)
  })

  test.each([
    ['discord', contentOf],
    ['mattermost', textOf],
  ])('%s: addresses stay as they are', (_, render) => {
    const written = render({
      tone: 'good',
      title: 'T',
      text: [`See ${ADDRESS}.`],
      facts: [['Ticket', ADDRESS]],
    })
    expect(written).toContain(`See ${ADDRESS}\\.`)
    expect(written.endsWith(ADDRESS)).toBe(true)
    const mail = render({ tone: 'good', title: 'T', text: ['Ask jane@example.com'], facts: [] })
    expect(mail.replaceAll(escapes.mattermost, '$1')).toContain('jane@example.com')
  })

  test('a command cannot leave its block', () => {
    const commands = ['/vault create "```\n@everyone ``` `` `"']
    for (const render of [contentOf, textOf]) {
      const written = render({ tone: 'bad', title: 'T', text: [], facts: [], commands })
      expect(written.split('```')).toHaveLength(3)
      expect(written.endsWith('\n```')).toBe(true)
    }
  })

  test('a block of commands is whole, or is left out', () => {
    everyMessage((message) => {
      for (const render of [contentOf, textOf]) {
        const blocks = render(message).split('\n```').length - 1
        expect([0, 2]).toContain(blocks)
      }
    })
    const commands = [`/vault create "${'x'.repeat(1_000)}"`]
    const written = contentOf({ tone: 'bad', title: 'T', text: ['y'.repeat(1_500)], facts: [], commands })
    expect(written.endsWith(`\n\`\`\`\n${commands[0]}\n\`\`\``)).toBe(true)
  })
})

/** What is left when the backslashes have done their work. */
function shown(markdown: string): string {
  return markdown.replaceAll(/\\([^A-Za-z0-9])/g, '$1')
}

function isWhole(value: unknown): boolean {
  // JSON writes half of a surrogate pair as an escape
  return !/\\ud[89a-f]/i.test(JSON.stringify(value))
}

function help(): never {
  throw new Error('there is no such message')
}
