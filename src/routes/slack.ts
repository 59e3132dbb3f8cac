import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { type CreateCommand, readCommand } from '../chat/grammar.ts'
import { help } from '../chat/help.ts'
import { type Message, note } from '../chat/message.ts'
import { SlackApi } from '../chat/slack/api.ts'
import { slackReply, slackShared } from '../chat/slack/blocks.ts'
import { FORM_LABELS, formAnswer, formErrors, formView } from '../chat/slack/form.ts'
import { mentionedUserId, readSlack, SLACK_PROOFS, type SlackEvent } from '../chat/slack/read.ts'
import { MAX_OWNERS } from '../config/fields.ts'
import { type ChatAnswer, requestVault, statusMessage, troubleMessage } from '../intake/conversation.ts'
import { countDelivery, receive } from '../intake/receive.ts'
import { ledgerFor } from '../ledger/shards.ts'
import { readBody } from '../lib/body.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { post } from '../outcomes/post.ts'
import { replyTo } from '../outcomes/reply.ts'
import { nextStep } from '../provisioning/next-step.ts'

const NAME = 'slack'

/** Slack checks the certificate now and then with a request of this form, without a signature. */
const SSL_CHECK = /^(?:[^&]*&)*ssl_check=1(?:&|$)/
const MAX_SSL_CHECK_BYTES = 1_000

/**
 * Answers Slack: a slash command, the form that it opens, and the button that shows a result to the channel. Each is
 * answered within three seconds, before ConductorOne is asked; the result follows to the response URL.
 *
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export const slack = factory.createApp().post('/', configured, async (c) => {
  const isSource = c.get('deployment').config.webhookSecrets[NAME] !== undefined
  // without a signature nothing is done and nothing is said
  if (isSource && !c.req.header('X-Slack-Signature') && (await isSslCheck(c.req.raw)))
    return c.body(null, 200)
  const event = readSlack(await receive(c, NAME, SLACK_PROOFS))
  switch (event.kind) {
    case 'command':
      return answerCommand(c, event).catch((error) => c.json(slackReply(troubleMessage(c, error))))
    case 'form':
      return answerForm(c, event).catch((error) => c.json(formAnswer(troubleMessage(c, error))))
    case 'share':
      await countDelivery(c, NAME)
      world.background(shareResult(c, event))
      return c.body(null, 200)
    case 'other':
      return c.body(null, 200)
  }
})

async function isSslCheck(request: Request): Promise<boolean> {
  const size = Number(request.headers.get('Content-Length') ?? Number.NaN)
  if (!(size <= MAX_SSL_CHECK_BYTES)) return false
  const body = await readBody(request.clone(), MAX_SSL_CHECK_BYTES).catch(() => undefined)
  return SSL_CHECK.test(new TextDecoder().decode(body))
}

type EventOf<K extends SlackEvent['kind']> = Extract<SlackEvent, { kind: K }>

async function answerCommand(c: Context<AppEnv>, event: EventOf<'command'>): Promise<Response> {
  await countDelivery(c, NAME)
  const { command, text, user, trigger } = event
  const say = (message: Message) => c.json(slackReply(message))
  const read = readCommand(text, command)
  switch (read.kind) {
    case 'empty': {
      const opened = await apiOf(c)?.open(trigger, formView(user.id, event.replyTo))
      return opened ? c.body(null, 200) : say(help(command))
    }
    case 'help':
      return say(help(command))
    case 'unknown':
      return say(read.message)
    case 'status':
      return say(await statusMessage(c, NAME, read.id))
    case 'create':
      return say((await create(c, event, read, command)).message)
  }
}

async function answerForm(c: Context<AppEnv>, event: EventOf<'form'>): Promise<Response> {
  await countDelivery(c, NAME)
  const filledIn = { request: event.request, written: FORM_LABELS, mistakes: [] }
  const { refusal, message } = await create(c, event, filledIn, '/vault')
  return c.json(refusal ? formErrors(refusal.errors) : formAnswer(message))
}

/** Asks for a vault. Mentions become addresses, and the person who asks is the owner if none is named. */
async function create(
  c: Context<AppEnv>,
  { user, replyTo: address }: EventOf<'command'> | EventOf<'form'>,
  command: CreateCommand,
  commandName: string,
): Promise<ChatAnswer> {
  const api = apiOf(c)
  const named = command.request.owners
  const owners = Array.isArray(named) ? named : api ? [`@${user.id}`] : []
  if (owners.length > MAX_OWNERS) return refuse(`A vault has at most ${MAX_OWNERS} owners.`)
  const people = new Set([user.id, ...owners.map(mentionedUserId).filter((id) => id !== undefined)])
  const emails = new Map(
    await Promise.all(Array.from(people, async (id) => [id, await api?.emailOf(id)] as const)),
  )
  const resolved = owners.map((owner) => emails.get(mentionedUserId(owner) ?? '') ?? owner)
  const unresolved = resolved.filter((owner) => mentionedUserId(owner) !== undefined)
  // owners cannot be changed later, so an owner who is not found is not replaced by another
  if (unresolved.length > 0)
    return refuse(`${api ? NO_ANSWER : NO_BOT_TOKEN} (${unresolved.join(', ')}). Write the address instead.`)
  const request = {
    create: command,
    ...(owners.length > 0 && { filled: { owners: resolved } }),
    requestedBy: emails.get(user.id) ?? `${user.name} on Slack`,
    userId: user.id,
    command: commandName,
  }
  return requestVault(c, NAME, request, await replyTo('slack', address, c.get('deployment').config, world))
}

const NO_ANSWER = 'Slack did not say now which e-mail address an owner has'
const NO_BOT_TOKEN = 'A mention can be looked up only where a bot token is configured'

function refuse(detail: string): ChatAnswer {
  const refusal = { code: 'invalid-request', detail, errors: [{ pointer: '/owners', detail }] } as const
  return { message: note('No vault was created', detail), refusal }
}

async function shareResult(
  c: Context<AppEnv>,
  { request, by, replyTo: address }: EventOf<'share'>,
): Promise<void> {
  const record = await ledgerFor(c.env, request)?.read(request)
  if (record?.source !== NAME || URL.parse(address)?.origin !== 'https://hooks.slack.com') return
  const body = JSON.stringify(slackShared(record, by, nextStep(c.get('deployment').config)))
  await post(address, { body, isFinal: () => true, event: 'share', request }, world)
}

function apiOf(c: Context<AppEnv>): SlackApi | undefined {
  const { slackToken } = c.get('deployment').config
  return slackToken && new SlackApi(slackToken, world)
}
