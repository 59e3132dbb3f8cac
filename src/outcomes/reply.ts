import { markdown } from '../chat/markdown.ts'
import { resultMessage } from '../chat/result.ts'
import { slackReply } from '../chat/slack/blocks.ts'
import type { Config } from '../config/config.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import type { ReplyChannel, Tell } from '../ledger/tell.ts'
import { USER_AGENT } from '../lib/outgoing.ts'
import { openAddress, sealAddress } from '../lib/sealed-address.ts'
import type { World } from '../lib/world.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { automationAnswer, isOnTenantHost, stepAnswer } from './conductorone-answer.ts'
import { isPermanent, post, type TellResult } from './post.ts'

type Channel = {
  /** tells whether an address is one of this channel's */
  readonly allows: (url: URL, config: Config) => boolean
  /** for how long the sender takes answers at an address; undefined if that is not known here */
  readonly lifetimeMinutes?: number
  /** whether an address takes one answer only, and so none that may still change */
  readonly isAnsweredOnce?: true
  readonly method?: 'POST' | 'PATCH'
  readonly headers?: Readonly<Record<string, string>>
  readonly body: (record: RequestRecord, next: string) => unknown
  /** tells whether a status other than 2xx ends it; by default a permanent one does */
  readonly isFinal?: (status: number) => boolean
}

/** How each channel is told a result at the address that came with the request. */
const channels: Readonly<Record<ReplyChannel, Channel>> = {
  slack: {
    allows: ({ origin }) => origin === 'https://hooks.slack.com',
    lifetimeMinutes: 30,
    body: (record, next) => ({ ...slackReply(resultMessage(record, next)), replace_original: false }),
  },
  discord: {
    allows: ({ origin }) => origin === 'https://discord.com',
    lifetimeMinutes: 15,
    method: 'PATCH',
    body: (record, next) => ({
      content: markdown(resultMessage(record, next)),
      allowed_mentions: { parse: [] },
    }),
    // https://docs.discord.com/developers/reference#user-agent: others may be blocked
    headers: { 'User-Agent': `DiscordBot (https://www.conductorone.com, 1) ${USER_AGENT}` },
    // a result may arrive before Discord knows the answer that it replaces; and the egress addresses of Workers are
    // shared, so that Cloudflare may refuse one for a while, with 403 or its error 1015
    isFinal: (status) => status !== 403 && status !== 404 && isPermanent(status),
  },
  mattermost: {
    allows: ({ protocol, host }, { policy }) =>
      protocol === 'https:' && policy.allowedCallbackHosts.includes(host),
    body: (record, next) => ({ response_type: 'ephemeral', text: markdown(resultMessage(record, next)) }),
  },
  'conductorone-step': { allows: isOnTenantHost, isAnsweredOnce: true, body: stepAnswer },
  'conductorone-automation': { allows: isOnTenantHost, isAnsweredOnce: true, body: automationAnswer },
}

/**
 * Seals an address that came with a request, as anyone who knows it may post there.
 *
 * @param channel how the result will be told
 * @param address where it will be told
 * @returns what the ledger keeps of it, or null if results don't go to that address
 */
export async function replyTo(
  channel: ReplyChannel,
  address: string | undefined,
  config: Config,
  world: World,
): Promise<Tell | null> {
  const url = URL.parse(address ?? '')
  if (!url || !channels[channel].allows(url, config)) return null
  const { lifetimeMinutes } = channels[channel]
  const expiresAt = lifetimeMinutes === undefined ? null : world.now() + lifetimeMinutes * 60_000
  const to = await sealAddress(url, channel, config.credentials.clientSecret, world)
  return { kind: channel, to, expiresAt }
}

/** Says whether a channel takes one answer only, so that an outcome which may still change is not told there. */
export function isAnsweredOnce(channel: ReplyChannel): boolean {
  return channels[channel].isAnsweredOnce ?? false
}

/**
 * Tells a result at the address that came with the request.
 *
 * @returns whether it was taken; an address that was used up or has expired ends it
 */
export async function sendReply(
  record: RequestRecord,
  tell: Extract<Tell, { readonly to: string }>,
  config: Config,
  world: World,
): Promise<TellResult> {
  const { allows, lifetimeMinutes, method = 'POST', headers, body, isFinal } = channels[tell.kind]
  if (tell.expiresAt !== null && world.now() > tell.expiresAt)
    return { kind: 'refused', reason: `its address was good for ${lifetimeMinutes} minutes only` }
  const url = await openAddress(tell.to, tell.kind, config.credentials.clientSecret, world)
  if (!url || !allows(url, config)) return { kind: 'refused', reason: 'the address cannot be used any more' }
  const message = {
    method,
    ...(headers && { headers }),
    body: JSON.stringify(body(record, nextStep(config))),
    ...(isFinal && { isFinal }),
    event: 'reply',
    request: record.id,
  }
  const result = await post(url.href, message, world)
  return result.kind === 'refused' ? { kind: 'refused', reason: `${result.reason}; ${SPENT}` } : result
}

/** The answer to an earlier attempt may have been lost, and then the result has arrived. */
const SPENT = 'the address was used before, perhaps by this very result, or its time was up'
