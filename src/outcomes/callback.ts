import type { Config } from '../config/config.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { bytesOf, fromBase64, toBase64 } from '../lib/encoding.ts'
import type { World } from '../lib/world.ts'
import { post, type TellResult } from './post.ts'

/**
 * Posts a request's record to the callback address that its author named, signed by Standard Webhooks. Goes to allowed
 * hosts over https only.
 *
 * @param url the callback address
 * @param messageId the same for each attempt of one message, so that the receiver can tell a repetition
 * @returns whether the receiver took it; only 410 ends it for good
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function sendCallback(
  url: string,
  messageId: string,
  record: RequestRecord,
  { callbackKey, policy }: Config,
  world: World,
): Promise<TellResult> {
  const { protocol, host } = new URL(url)
  // the host may have been allowed when the request came, and not any more
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
  const isFinal = (status: number) => status === 410
  return post(url, { headers, body, isFinal, event: 'callback', request: record.id }, world)
}

/** Signs a text with HMAC-SHA256; key and signature are base64. */
async function sign(text: string, base64Key: string): Promise<string> {
  const raw = fromBase64(base64Key)
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(text))))
}
