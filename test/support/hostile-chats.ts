import fc from 'fast-check'
import {
  type ChatName,
  chats,
  discordCommand,
  mattermostCommand,
  slackCommand,
  slackPayload,
} from './chats.ts'
import { escaped, replaced, text, utf8, value } from './curious.ts'
import type { Shot } from './hostile.ts'

// what reaches the code behind a signature: each delivery is signed as it must be, whatever is in it

const quoted = text.map((text) => `"${text}"`)
/** What somebody writes behind `/vault`. */
const command = fc.oneof(
  { weight: 1, arbitrary: fc.nat(49).map((number) => `create "Chat ${number}"`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('create', 'CREATE', 'status', 'help', 'destroy', ''),
        fc.array(
          fc.oneof(
            text,
            quoted,
            fc
              .tuple(
                fc.constantFrom(
                  'owners',
                  'kind',
                  'views',
                  'ttl',
                  'desc',
                  'ticket',
                  'public',
                  '__proto__',
                  'name',
                ),
                fc.oneof(
                  text,
                  quoted,
                  fc.constantFrom('owner@example.com', '<@U1|a>', 'magic_link', '1e9', ''),
                ),
              )
              .map(([word, value]) => `${word}:${value}`),
          ),
          { maxLength: 5 },
        ),
      )
      .map(([verb, words]) => [verb, ...words].join(' ')),
  },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.nat(9).map((number) => `status req_01kattkq8a000000000000${number}0`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"'.repeat(5_000), 'a:'.repeat(5_000), `create ${'"a" '.repeat(5_000)}`),
  },
)

/** One value of a JSON document is something else. */
function changed(document: unknown): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(40), fc.option(value, { freq: 2 }))
    .map(([where, by]) => replaced(document, where, by))
}

/** A form with one field that is something else, twice or gone. */
function changedForm(form: string): fc.Arbitrary<string> {
  const parts = form.split('&')
  return fc
    .tuple(fc.option(fc.nat(parts.length - 1), { freq: 2 }), text, fc.boolean())
    .map(([where, by, more]) => {
      if (where === null) return form
      const [name = ''] = parts[where]?.split('=') ?? []
      return parts
        .with(where, more ? `${parts[where]}&${name}=${escaped(by)}` : `${name}=${escaped(by)}`)
        .join('&')
    })
}

const SLACK_URL = 'https://hooks.slack.com/commands/T111/1/fuzz'
const user = { id: 'U111', username: 'jane' }
const slackForm = text.map((name) => {
  const values = {
    name: { name: { value: name } },
    owners: { owners: { selected_users: ['U111'] } },
    kind: { kind: { selected_option: { value: 'magic_link' } } },
    maxViews: { maxViews: { value: '3' } },
  }
  return { type: 'view_submission', user, view: { private_metadata: SLACK_URL, state: { values } } }
})
const slackButton = {
  type: 'block_actions',
  user,
  response_url: SLACK_URL,
  actions: [{ action_id: 'share', value: 'req_01kattkq8a0000000000000' }],
}

const bodies: Readonly<Record<ChatName, fc.Arbitrary<string>>> = {
  slack: fc.oneof(
    {
      weight: 4,
      arbitrary: command.map((text) => slackCommand({ text, response_url: SLACK_URL })).chain(changedForm),
    },
    { weight: 2, arbitrary: slackForm.chain(changed).map((json) => `payload=${escaped(json)}`) },
    { weight: 1, arbitrary: changed(slackButton).map((json) => `payload=${escaped(json)}`) },
    { weight: 1, arbitrary: fc.json().map((json) => slackPayload(JSON.parse(json))) },
  ),
  teams: command.chain((text) =>
    changed({
      type: 'message',
      timestamp: new Date().toISOString(),
      from: { id: '29:1XJKJM', name: 'Tim Jones' },
      text: `<at>Vault</at> ${text}`,
    }),
  ),
  discord: fc.oneof(
    { weight: 4, arbitrary: command.chain((text) => changed(JSON.parse(discordCommand(text, 'tok_1')))) },
    { weight: 1, arbitrary: fc.constant('{"type":1}') },
  ),
  mattermost: command
    .map((text) => mattermostCommand({ text, response_url: 'https://chat.example.com/hooks/commands/fuzz' }))
    .chain(changedForm),
}
const anyBody = fc.oneof(
  value,
  text,
  fc.constantFrom('', '{', '[]', '&&==', 'payload=', 'payload=%', '%ff=%00'),
)

/** A message of a chat. */
export const chatDelivery: fc.Arbitrary<Pick<Shot, 'path' | 'headers' | 'body'>> = fc
  .constantFrom(...Object.keys(bodies).map((name) => name as ChatName)) // own names of that record
  .chain((name) =>
    fc.oneof({ weight: 6, arbitrary: bodies[name] }, { weight: 1, arbitrary: anyBody }).map((written) => {
      const body = written.toWellFormed()
      const proofs = Object.entries(chats[name].sign(body, Date.now()))
      return {
        path: `/webhooks/${name}`,
        headers: [['Content-Type', chats[name].type] as const, ...proofs],
        body: utf8(body),
      }
    }),
  )

const step = fc.tuple(fc.nat(99), text).map(([number, name]) => ({
  version: 'v1',
  event: 'c1.webhooks.v1.PayloadProvisionStep',
  callbackUrl: `{tenant}/api/v1/webhooks/callback/fuzz-${number}`,
  payload: {
    taskView: {
      task: {
        id: `task-${number}`,
        numericId: String(number),
        displayName: name,
        userId: '2mQg9IILyNefQ6oMTvolM4FjD01',
        data: { vault_name: name, vault_kind: 'group' },
        type: { grant: {} },
      },
      appPath: '$.expanded[0]',
      userPath: '$.expanded[1]',
      entitlementsPath: '$.expanded[2]',
    },
    expanded: [{ displayName: 'App' }, { email: 'jane@example.com' }, { displayName: 'Vault' }],
  },
}))
const automation = fc.tuple(fc.nat(99), text).map(([number, name]) => ({
  version: 'v1',
  event: 'c1.webhooks.v1.PayloadWorkflowStep',
  callbackUrl: `{tenant}/api/v1/webhooks/callback/fuzz-a${number}`,
  payload: { context: { name, owners: ['owner@example.com'] } },
}))

/** A delivery of ConductorOne, which is signed when it is sent. */
export const conductorOneDelivery: fc.Arbitrary<Pick<Shot, 'path' | 'headers' | 'body' | 'signed'>> = fc
  .oneof(
    { weight: 3, arbitrary: step.chain(changed) },
    { weight: 2, arbitrary: automation.chain(changed) },
    { weight: 1, arbitrary: anyBody },
  )
  .map((written) => ({
    path: '/webhooks/conductorone',
    headers: [['Content-Type', 'application/json'] as const],
    body: utf8(written.toWellFormed()),
    signed: true,
  }))
