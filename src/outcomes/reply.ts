import { markdown } from '../chat/markdown.ts'
import { resultMessage } from '../chat/result.ts'
import { slackReply } from '../chat/slack/blocks.ts'
import type { Config } from '../config/config.ts'
import type { ReplyChannel, Tell } from '../ledger/claim.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { Seal } from '../lib/seal.ts'
import type { World } from '../lib/world.ts'
import { automationAnswer, isOnTenantHost, stepAnswer } from './conductorone-answer.ts'
import { type Delivery, post } from './post.ts'

type Channel = {
  /** whether an address is one of this channel's */
  readonly may: (url: URL, config: Config) => boolean
  readonly method?: 'POST' | 'PATCH'
  readonly body: (record: RequestRecord) => unknown
  /** whether a status says that the address will not do, ever */
  readonly final?: (status: number) => boolean
}

// what is wrong with an address stays wrong, except for being asked too often
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429

/** How a result is told at the address that came with a request. */
const channels: Readonly<Record<ReplyChannel, Channel>> = {
  slack: {
    may: ({ origin }) => origin === 'https://hooks.slack.com',
    body: (record) => ({ ...slackReply(resultMessage(record)), replace_original: false }),
  },
  discord: {
    may: ({ origin }) => origin === 'https://discord.com',
    method: 'PATCH',
    body: (record) => ({ content: markdown(resultMessage(record)), allowed_mentions: { parse: [] } }),
    // a result may be there before Discord has taken in the answer that it replaces
    final: (status) => status !== 404 && isFinal(status),
  },
  mattermost: {
    may: ({ protocol, host }, { policy }) =>
      protocol === 'https:' && policy.allowedCallbackHosts.includes(host),
    body: (record) => ({ response_type: 'ephemeral', text: markdown(resultMessage(record)) }),
  },
  'conductorone-step': { may: isOnTenantHost, body: stepAnswer },
  'conductorone-automation': { may: isOnTenantHost, body: automationAnswer },
}

/**
 * @param channel how the result will be told
 * @param address where to; whoever has it may post there
 * @returns what the ledger keeps of it, or null where results do not go to that address
 */
export async function replyTo(
  channel: ReplyChannel,
  address: string | undefined,
  config: Config,
  world: World,
): Promise<Tell | null> {
  const url = URL.parse(address ?? '')
  if (!url || !channels[channel].may(url, config)) return null
  const sealed = new Uint8Array(await sealOf(config, world).close(url.href, channel))
  return { kind: channel, to: btoa(String.fromCharCode(...sealed)) }
}

/**
 * Tells a result at the address that came with the request.
 *
 * @returns whether it was taken; an address that was used up, or has expired, ends it
 */
export async function reply(
  record: RequestRecord,
  tell: Extract<Tell, { readonly to: string }>,
  config: Config,
  world: World,
): Promise<Delivery> {
  const { may, method = 'POST', body, final = isFinal } = channels[tell.kind]
  const url = await opened(tell, config, world)
  if (!url || !may(url, config)) return { kind: 'refused', reason: 'the address cannot be used any more' }
  const message = { method, body: JSON.stringify(body(record)), final, event: 'reply', request: record.id }
  const delivery = await post(url.href, message, world)
  return delivery.kind === 'refused' ? { kind: 'refused', reason: `${delivery.reason}; ${SPENT}` } : delivery
}

/** An answer to an earlier try may have been lost, and then the result is where it belongs. */
const SPENT = 'the address was used before, perhaps by this very result, or its time was up'

/** An address that was sealed under another client secret is lost. */
async function opened(
  { kind, to }: Extract<Tell, { readonly to: string }>,
  config: Config,
  world: World,
): Promise<URL | null> {
  try {
    const sealed = Uint8Array.from(atob(to), (character) => character.charCodeAt(0))
    return new URL(await sealOf(config, world).open(sealed.buffer, kind))
  } catch {
    return null
  }
}

function sealOf({ credentials }: Config, world: World): Seal {
  return new Seal(credentials.clientSecret, 'reply address', world)
}
