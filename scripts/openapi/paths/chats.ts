import { discord } from '../../../src/chat/discord.ts'
import { mattermost } from '../../../src/chat/mattermost.ts'
import { resultMessage } from '../../../src/chat/result.ts'
import { slackReply } from '../../../src/chat/slack/blocks.ts'
import { formAnswer, formErrors } from '../../../src/chat/slack/form.ts'
import { SLACK_PROOFS } from '../../../src/chat/slack/read.ts'
import { teams } from '../../../src/chat/teams/teams.ts'
import type { Proof } from '../../../src/sources/proof.ts'
import { accepted, next } from '../examples.ts'
import type { Part } from '../headers.ts'
import { provenBy } from '../proven-by.ts'
import { type Examples, jsonResponse, problemResponses, schemaRef } from '../responses.ts'
import type { SchemaName } from '../schemas.ts'
import { INTAKE } from './intake.ts'

type Chat = {
  readonly operationId: string
  readonly title: string
  readonly proofs: readonly Proof[]
  /** how the command is sent */
  readonly type: 'application/json' | 'application/x-www-form-urlencoded'
  readonly example: Part
  readonly answer: SchemaName
  readonly examples: Examples
  /** whether it may be answered with nothing at all */
  readonly silent?: boolean
}

const TEXT = 'create "Payroll break-glass" owners:owner@example.com ticket:SEC-42'

function operation({ operationId, title, proofs, type, example, answer, examples, silent }: Chat): Part {
  return {
    operationId,
    tags: ['Webhooks'],
    summary: `Receive a ${title} command`,
    description:
      `Takes \`${TEXT}\`, \`status <id>\` or \`help\`, and answers in the format of ${title}. ` +
      `Verified by ${provenBy(proofs)}. Without a secret in WEBHOOK_SECRETS this path does not exist.`,
    security: [],
    requestBody: {
      description: `What ${title} sends, in at most 256 KiB; its documentation has the shape.`,
      required: true,
      content: { [type]: { schema: {}, examples: { command: { summary: 'A command', value: example } } } },
    },
    responses: {
      200: {
        ...jsonResponse(
          `Shown to the person who asked${silent ? '; empty if there is nothing to say' : ''}.`,
          silent ? schemaRef(answer) : { anyOf: [schemaRef(answer), schemaRef('Ignored')] },
          examples,
        ),
        ...(silent && { 'x-silent': true }),
      },
      ...problemResponses([...INTAKE, 'malformed-json']),
    },
  }
}

const receiveSlack = operation({
  operationId: 'receiveSlack',
  title: 'Slack',
  proofs: SLACK_PROOFS,
  type: 'application/x-www-form-urlencoded',
  example: { command: '/vault', text: TEXT, user_id: 'U061F7AUR', user_name: 'jane' },
  answer: 'SlackAnswer',
  examples: {
    taken: { summary: 'The vault is being created', value: slackReply(resultMessage(accepted, next)) },
    form: { summary: 'The form was taken', value: formAnswer(resultMessage(accepted, next)) },
    faults: {
      summary: 'The form has faults',
      value: formErrors([{ pointer: '/name', detail: 'must not be empty' }]),
    },
  },
  silent: true,
})

const receiveTeams = operation({
  ...teams,
  operationId: 'receiveTeams',
  type: 'application/json',
  example: {
    type: 'message',
    timestamp: accepted.createdAt,
    text: `<at>Vault</at> ${TEXT}`,
    from: { id: '29:1' },
  },
  answer: 'TeamsAnswer',
  examples: {
    taken: { summary: 'The vault is being created', value: teams.render(resultMessage(accepted, next)) },
  },
})

const receiveDiscord = operation({
  ...discord,
  operationId: 'receiveDiscord',
  type: 'application/json',
  example: {
    type: 2,
    user: { id: '80351110224678912', username: 'jane' },
    data: { name: 'vault', options: [{ value: TEXT }] },
  },
  answer: 'DiscordAnswer',
  examples: {
    deferred: { summary: 'The result will follow', value: discord.deferred },
    taken: { summary: 'The vault is being created', value: discord.render(resultMessage(accepted, next)) },
    pong: { summary: 'To a ping', value: { type: 1 } },
  },
})

const receiveMattermost = operation({
  ...mattermost,
  operationId: 'receiveMattermost',
  type: 'application/x-www-form-urlencoded',
  example: { command: '/vault', text: TEXT, user_id: 'rnina9994bde8mua79zqcg5hmo', user_name: 'jane' },
  answer: 'MattermostAnswer',
  examples: {
    taken: { summary: 'The vault is being created', value: mattermost.render(resultMessage(accepted, next)) },
  },
})

/** Commands that people write in a chat. */
export const chatPaths: Part = {
  '/webhooks/slack': { post: receiveSlack },
  '/webhooks/teams': { post: receiveTeams },
  '/webhooks/discord': { post: receiveDiscord },
  '/webhooks/mattermost': { post: receiveMattermost },
}
