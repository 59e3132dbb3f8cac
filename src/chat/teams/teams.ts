import * as z from 'zod/mini'
import { decodeHtmlText } from '../../lib/html-text.ts'
import { parseRequestJson } from '../../problem/body.ts'
import { BODY_HMAC } from '../../sources/signature.ts'
import type { Chat } from '../chat.ts'
import { adaptiveCard } from './adaptive-card.ts'

const Activity = z.looseObject({
  text: z._default(z.string(), ''),
  from: z.looseObject({ id: z.string(), name: z._default(z.string(), 'somebody') }),
})

const Stamp = z.looseObject({ timestamp: z.string() })

/**
 * Reads and answers an outgoing webhook of Microsoft Teams. It takes its answer in the HTTP response only, within five
 * seconds; a result that takes longer is found under its id.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
 */
export const teams: Chat = {
  title: 'Microsoft Teams',
  proofs: [{ ...BODY_HMAC, header: 'Authorization', key: 'base64', prefix: 'HMAC ', encoding: 'base64' }],
  bodyTime: {
    sentAt: (json) => Date.parse(Stamp.safeParse(json).data?.timestamp ?? ''),
    toleranceSeconds: 300,
  },
  read(body) {
    const { data } = Activity.safeParse(parseRequestJson(body))
    if (!data) return undefined
    const [mention, webhook = 'Vault'] = MENTION.exec(data.text) ?? []
    const text = plainText(data.text.replace(mention ?? '', ''))
    return { kind: 'command', text, command: `@${plainText(webhook)}`, user: data.from }
  },
  render: adaptiveCard,
  maxWaitMs: 3_500,
}

/** A mention. The first one calls the webhook itself, by the name that the team gave it. */
const MENTION = /<at\b[^<>]*>([^<]*)<\/at>/
/** A ticket is where its link leads, whatever the label says. */
const TICKET_LINK = /(\bticket:\s*(?:&quot;)?\W?)<a\b[^<>]*?\bhref="([^"<>]*)"[^<>]*>[^<>]*<\/a>/gi

/** Removes the mark-up that Teams writes. */
function plainText(text: string): string {
  const words = text
    .replaceAll(TICKET_LINK, '$1$2')
    .replaceAll(/<\/?(?:br|div|p)\b[^<>]*>/g, ' ')
    // what is struck out must not read as if it were not
    .replaceAll(/<\/?(?:s|strike|del)\b[^<>]*>/g, '~~')
    .replaceAll(/<[^<>]*>/g, '')
  return decodeHtmlText(words).replaceAll('\u00a0', ' ').trim()
}
