import type { Config } from '../config/config.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { bytesOf, fromBase64, toBase64 } from '../lib/encoding.ts'
import { openCallback } from '../lib/sealed-address.ts'
import type { World } from '../lib/world.ts'
import { post, type TellResult } from './post.ts'

/**
 * Posts a request's record to the callback address that its author named, signed by Standard Webhooks. Goes to allowed
 * hosts over https only.
 *
 * @param kept the callback address as the ledger keeps it, from `sealCallback`
 * @param messageId the same for each attempt of one message, so that the receiver can tell a repetition
 * @returns whether the receiver took it; only 410 ends it for good
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function sendCallback(
  kept: string,
  messageId: string,
  record: RequestRecord,
  config: Config,
  world: World,
): Promise<TellResult> {
  const { callbackKey, policy } = config
  const url = await openCallback(kept, config.credentials.clientSecret, world)
  // the host may have been allowed when the request came, and not any more; or the client secret is another one now
  if (!url || !callbackKey || url.protocol !== 'https:' || !policy.allowedCallbackHosts.includes(url.host))
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
  return post(url.href, { headers, body, isFinal, event: 'callback', request: record.id }, world)
}

/** Signs a text with HMAC-SHA256; key and signature are base64. */
async function sign(text: string, base64Key: string): Promise<string> {
  const raw = fromBase64(base64Key)
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytesOf(text))))
}
