import * as z from 'zod/mini'
import { callSlack, type SlackAnswer } from '../chat/slack/call.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Deployment } from '../deployment.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { log } from '../lib/log.ts'
import type { Secret } from '../lib/secret.ts'
import type { World } from '../lib/world.ts'
import { ownerMessage } from './owner-message.ts'
import { RECEIVER_TIMEOUT_MS, retryLater, type TellResult } from './post.ts'

/** Keeps a message from being sent twice. */
export type OnceOnly = {
  /** writes down that the message is about to be sent; false if it was written down before */
  readonly mark: () => Promise<boolean>
  /** takes that back, since it is certain that nothing was sent */
  readonly unmark: () => Promise<void>
}

/** What the owners of a vault have in common: Slack's answer as to which workspace the token is for. */
export type SharedAnswer = { workspace?: Promise<SlackAnswer> | undefined }

type NotTold = Exclude<TellResult, { kind: 'delivered' }>

const Self = z.looseObject({ team_id: z.string() })
const flag = z._default(z.boolean(), false)
const Found = z.looseObject({
  user: z.looseObject({
    id: z.string().check(z.regex(/^[A-Z0-9]+$/)),
    team_id: z.string(),
    deleted: flag,
    is_bot: flag,
    is_stranger: flag,
  }),
})

/** What some of Slack's errors mean here. */
const MEANINGS: Readonly<Record<string, string>> = {
  users_not_found: 'nobody in Slack has the e-mail address that ConductorOne has',
  missing_scope: 'the Slack app needs the scopes users:read.email and chat:write',
}

/**
 * Tells an owner in Slack that there is a vault, at most once. The message goes to the address that ConductorOne itself has
 * of the user, and to a person of the bot's own workspace only.
 *
 * @param ownerId ConductorOne's id of the user
 * @param record the request that made the vault
 * @param shared the same for every owner, so that Slack is asked once
 */
export async function tellOwner(
  ownerId: string,
  record: RequestRecord,
  { config, tenant }: Pick<Deployment, 'config' | 'tenant'>,
  { mark, unmark }: OnceOnly,
  shared: SharedAnswer,
  world: World,
): Promise<TellResult> {
  const { slackToken, policy, credentials } = config
  if (!slackToken || !policy.tellOwners) return refused('owners are not told any more')
  const email = await readAddress(ownerId, tenant, world)
  if (typeof email !== 'string') return email
  const member = await findMember(email, slackToken, shared, world)
  if (typeof member !== 'string') return member
  if (!(await mark())) return refused('this Worker was stopped while it sent the message')
  const message = {
    channel: member,
    text: ownerMessage(record, credentials.host),
    mrkdwn: false,
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  }
  const call = { method: 'chat.postMessage', body: message, timeoutMs: RECEIVER_TIMEOUT_MS }
  const answer = await callSlack(call, slackToken, world)
  log(answer.kind === 'done' ? 'info' : 'warn', 'owner.told', { request: record.id, outcome: answer.kind })
  if (answer.kind === 'done') return { kind: 'delivered' }
  if (answer.kind === 'unclear') return refused('Slack did not say whether it took the message')
  await unmark()
  return notTold(answer)
}

/** Reads the address of an enabled user from ConductorOne; no text that a requester wrote is trusted for it. */
async function readAddress(
  ownerId: string,
  tenant: Deployment['tenant'],
  world: World,
): Promise<string | NotTold> {
  try {
    const deadline = new Deadline(RECEIVER_TIMEOUT_MS, world.now)
    const users = await tenant.searchUsersById([ownerId], { deadline })
    return (
      users.find(({ id }) => id === ownerId)?.email || refused('ConductorOne shows no enabled user’s address')
    )
  } catch (error) {
    const { code, details, message } = problemFrom(error, '', 'read')
    return code === 'conductorone-unavailable' ? retryLater(details.retryAfter) : refused(message)
  }
}

/** Finds the member of the bot's own workspace with an address. */
async function findMember(
  email: string,
  token: Secret,
  shared: SharedAnswer,
  world: World,
): Promise<string | NotTold> {
  const ask = (method: string, body?: object) =>
    callSlack({ method, body, timeoutMs: RECEIVER_TIMEOUT_MS }, token, world)
  const found = await ask(`users.lookupByEmail?email=${encodeURIComponent(email)}`)
  if (found.kind !== 'done') return notTold(found)
  shared.workspace ??= ask('auth.test', {})
  const self = await shared.workspace
  if (self.kind !== 'done') {
    shared.workspace = undefined
    return notTold(self)
  }
  const user = Found.safeParse(found.content).data?.user
  const team = Self.safeParse(self.content).data?.team_id
  if (!user || user.team_id !== team || user.is_stranger)
    return refused('the Slack user with that address belongs to another workspace')
  if (user.deleted || user.is_bot) return refused('the Slack user with that address is not an active person')
  return user.id
}

function notTold(answer: Exclude<SlackAnswer, { kind: 'done' }>): NotTold {
  switch (answer.kind) {
    case 'refused':
      return refused(MEANINGS[answer.error] ?? `Slack answered ${answer.error}`)
    case 'limited':
      return retryLater(answer.retryAfter)
    case 'unclear':
      return retryLater()
  }
}

function refused(reason: string): NotTold {
  return { kind: 'refused', reason }
}
