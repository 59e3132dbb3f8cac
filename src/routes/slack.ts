import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { help } from '../chat/advice.ts'
import { type Asked, readCommand } from '../chat/grammar.ts'
import { type Message, note } from '../chat/message.ts'
import { SlackApi } from '../chat/slack/api.ts'
import { slackReply, slackShared } from '../chat/slack/blocks.ts'
import {
  formAnswer,
  formErrors,
  formView,
  HEADINGS,
  mentioned,
  readSlack,
  SLACK_PROOFS,
  type SlackEvent,
} from '../chat/slack/read.ts'
import { type Answered, order, statusOf } from '../intake/conversation.ts'
import { receive } from '../intake/intake.ts'
import { ledgerFor } from '../ledger/shards.ts'
import { boundedBody } from '../lib/body.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { post } from '../outcomes/post.ts'
import { replyTo } from '../outcomes/reply.ts'
import { MOST_OWNERS } from '../provisioning/request.ts'

const NAME = 'slack'
/** What Slack sends now and then to see whether the certificate is good, without a signature. */
const SSL_CHECK = /^(?:[^&]*&)*ssl_check=1(?:&|$)/

/** Bytes of such a request at most. */
const LONGEST_CHECK = 1_000

/**
 * Slack: a slash command, the form that it opens, and the button that shows a result to the channel. Each is answered
 * within three seconds, before ConductorOne is asked; the result follows to the response URL.
 *
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export const slack = factory.createApp().post('/', configured, async (c) => {
  // without a signature nothing is done and nothing is told
  if (!c.req.header('X-Slack-Signature') && (await isCheck(c.req.raw))) return c.body(null, 200)
  const event = readSlack(await receive(c, NAME, SLACK_PROOFS))
  switch (event.kind) {
    case 'command':
      return commanded(c, event)
    case 'form':
      return sent(c, event)
    case 'share':
      world.background(share(c, event))
      return c.body(null, 200)
    case 'other':
      return c.body(null, 200)
  }
})

async function isCheck(request: Request): Promise<boolean> {
  const size = Number(request.headers.get('Content-Length') ?? Number.NaN)
  if (!(size <= LONGEST_CHECK)) return false
  const body = await boundedBody(request.clone(), LONGEST_CHECK).catch(() => undefined)
  return SSL_CHECK.test(new TextDecoder().decode(body))
}

type Did<K extends SlackEvent['kind']> = Extract<SlackEvent, { kind: K }>

async function commanded(c: Context<AppEnv>, event: Did<'command'>): Promise<Response> {
  const { command, text, user, trigger } = event
  const say = (message: Message) => c.json(slackReply(message))
  const asked = readCommand(text, command)
  switch (asked.kind) {
    case 'empty': {
      const opened = await apiOf(c)?.open(trigger, formView(user.id, event.replyTo))
      return opened ? c.body(null, 200) : say(help(command))
    }
    case 'help':
      return say(help(command))
    case 'mistaken':
      return say(asked.message)
    case 'status':
      return say(await statusOf(c, NAME, asked.id))
    case 'create':
      return say((await wish(c, event, asked, command)).message)
  }
}

async function sent(c: Context<AppEnv>, event: Did<'form'>): Promise<Response> {
  const asked = { request: event.request, words: HEADINGS, mistakes: [] }
  const { refusal, message } = await wish(c, event, asked, '/vault')
  return c.json(refusal ? formErrors(refusal.errors) : formAnswer(message))
}

/** People are asked for by mention, and whoever asks is the owner where none is named. */
async function wish(
  c: Context<AppEnv>,
  { user, replyTo: address }: Did<'command'> | Did<'form'>,
  asked: Asked,
  command: string,
): Promise<Answered> {
  const api = apiOf(c)
  const named = asked.request.owners
  const owners = Array.isArray(named) ? named : api ? [`@${user.id}`] : []
  if (owners.length > MOST_OWNERS) return refused(`A vault has at most ${MOST_OWNERS} owners.`)
  const people = new Set([user.id, ...owners.map(mentioned).filter((id) => id !== undefined)])
  const found = new Map(
    await Promise.all(Array.from(people, async (id) => [id, await api?.emailOf(id)] as const)),
  )
  const emails = owners.map((owner) => found.get(mentioned(owner) ?? '') ?? owner)
  const lost = emails.filter((owner) => mentioned(owner) !== undefined)
  // owners cannot be changed later, so nobody else takes the place of one who is not found
  if (lost.length > 0)
    return refused(`${api ? SILENT : TOKENLESS} (${lost.join(', ')}). Write the address instead.`)
  const wanted = {
    asked,
    ...(owners.length > 0 && { filled: { owners: emails } }),
    requestedBy: found.get(user.id) ?? `${user.name} on Slack`,
    user: user.id,
    command,
  }
  return order(c, NAME, wanted, await replyTo('slack', address, c.get('deployment').config, world))
}

const SILENT = 'Slack did not say now which e-mail address an owner has'
const TOKENLESS = 'A mention can be looked up only where a bot token is configured'

function refused(detail: string): Answered {
  const refusal = { code: 'invalid-request', detail, errors: [{ pointer: '/owners', detail }] } as const
  return { message: note('No vault was created', detail), refusal }
}

async function share(c: Context<AppEnv>, { request, by, replyTo: address }: Did<'share'>): Promise<void> {
  const record = await ledgerFor(c.env, request)?.read(request)
  if (record?.source !== NAME || URL.parse(address)?.origin !== 'https://hooks.slack.com') return
  const body = JSON.stringify(slackShared(record, by))
  await post(address, { body, final: () => true, event: 'share', request }, world)
}

function apiOf(c: Context<AppEnv>): SlackApi | undefined {
  const { slackToken } = c.get('deployment').config
  return slackToken && new SlackApi(slackToken, world)
}
