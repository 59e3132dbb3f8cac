import type { Config } from '../config/config.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { bytesOf } from '../lib/encoding.ts'
import type { World } from '../lib/world.ts'
import { type Delivery, post } from './post.ts'

/**
 * Posts a request's record to the address that its author named, signed as Standard Webhooks says. Goes to allowed
 * hosts over https only, and follows no redirect.
 *
 * @param url the callback address
 * @param messageId the same for every try of one message, so that the receiver can tell a repetition
 * @returns whether the receiver took it; any 2xx counts, 410 ends it
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function deliver(
  url: string,
  messageId: string,
  record: RequestRecord,
  { callbackKey, policy }: Config,
  world: World,
): Promise<Delivery> {
  const { protocol, host } = new URL(url)
  // what was allowed when the request came may not be allowed any more
  if (!callbackKey || protocol !== 'https:' || !policy.allowedCallbackHosts.includes(host))
    return { kind: 'refused', reason: 'results may not be sent there any more' }

  const timestamp = Math.floor(world.now() / 1_000)
  const body = JSON.stringify({ type: `vault.${record.status}`, timestamp: record.updatedAt, data: record })
  const signature = await sign(`${messageId}.${timestamp}.${body}`, callbackKey.reveal())
  const headers = {
    'webhook-id': messageId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
  const final = (status: number) => status === 410
  return post(url, { headers, body, final, event: 'callback', request: record.id }, world)
}

async function sign(text: string, base64Key: string): Promise<string> {
  const raw = Uint8Array.from(atob(base64Key), (character) => character.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(text)))
  return btoa(String.fromCharCode(...mac))
}
