import * as z from 'zod/mini'
import { jsonOf } from '../middleware/limited-body.ts'
import { adaptiveCard } from './adaptive-card.ts'
import type { Chat } from './chat.ts'

const Activity = z.looseObject({
  text: z._default(z.string(), ''),
  timestamp: z.string(),
  from: z.looseObject({ id: z.string(), name: z._default(z.string(), 'somebody') }),
})

/** Seconds that the signed time may be off. */
const WINDOW = 300

/**
 * An outgoing webhook of Microsoft Teams. It takes its answer in the HTTP response only, within five seconds; a result
 * that takes longer is found under its id.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook
 */
export const teams: Chat = {
  title: 'Microsoft Teams',
  proofs: [
    {
      kind: 'signature',
      algorithm: 'HMAC-SHA-256',
      header: 'Authorization',
      key: 'base64',
      prefix: 'HMAC ',
      encoding: 'base64',
      text: ['body'],
    },
  ],
  read(body, now) {
    const parsed = Activity.safeParse(jsonOf(body))
    if (!parsed.success) return undefined
    const { text, timestamp, from } = parsed.data
    // the negation refuses a time that is none, too
    if (!(Math.abs(now - Date.parse(timestamp)) <= WINDOW * 1_000)) return undefined
    return { kind: 'command', text: spoken(text), command: '@Vault', user: from }
  },
  render: adaptiveCard,
  patience: 3_500,
}

const ENTITIES = new Map(Object.entries({ nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }))

/** Without the mention of the webhook itself, and without the mark-up that Teams writes. */
function spoken(text: string): string {
  return text
    .replace(/<at>[^<]*<\/at>/, '')
    .replaceAll(/<\/?(?:br|div|p)\b[^<>]*>/g, ' ')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&([a-z]+|#39);/g, (entity, name: string) => ENTITIES.get(name) ?? entity)
    .trim()
}
