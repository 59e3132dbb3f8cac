import * as z from 'zod/mini'
import { parseRequestJson } from '../problem/body.ts'
import type { Chat } from './chat.ts'
import { markdown } from './markdown.ts'

const User = z.looseObject({ id: z.string(), username: z.string() })

const Interaction = z.looseObject({
  type: z.int(),
  application_id: z.optional(z.string().check(z.regex(/^\d+$/))),
  token: z.optional(z.string().check(z.regex(/^[\w.-]+$/))),
  user: z.optional(User),
  member: z.optional(z.looseObject({ user: User })),
  data: z.optional(
    z.looseObject({
      name: z.string(),
      options: z._default(
        z.array(z.looseObject({ value: z.optional(z.union([z.string(), z.number(), z.boolean()])) })),
        [],
      ),
    }),
  ),
})

const PING_TYPE = 1
const COMMAND_TYPE = 2
const PONG = { type: 1 }
const MESSAGE_TYPE = 4
const DEFERRED_TYPE = 5
/** The flag of a message that only the person who asked sees. */
const EPHEMERAL_FLAG = 64

/**
 * Reads and answers a Discord command, which has one option for the text. A result replaces the answer, for a quarter of
 * an hour at most.
 *
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding
 */
export const discord: Chat = {
  title: 'Discord',
  proofs: [
    {
      kind: 'signature',
      algorithm: 'Ed25519',
      header: 'X-Signature-Ed25519',
      key: 'hex',
      prefix: '',
      encoding: 'hex',
      text: [{ header: 'X-Signature-Timestamp' }, 'body'],
      time: { header: 'X-Signature-Timestamp', unit: 'seconds', toleranceSeconds: 300 },
    },
  ],
  read(body) {
    const parsed = Interaction.safeParse(parseRequestJson(body))
    if (!parsed.success) return undefined
    const { type, data, token, application_id, ...from } = parsed.data
    if (type === PING_TYPE) return { kind: 'protocol', answer: PONG }
    const user = from.member?.user ?? from.user
    if (type !== COMMAND_TYPE || !data || !user) return undefined
    return {
      kind: 'command',
      text: String(data.options[0]?.value ?? ''),
      command: `/${data.name}`,
      user: { id: user.id, name: user.username },
      ...(token !== undefined &&
        application_id !== undefined && {
          replyTo: `https://discord.com/api/v10/webhooks/${application_id}/${token}/messages/@original`,
        }),
    }
  },
  render: (message) => ({
    type: MESSAGE_TYPE,
    data: { flags: EPHEMERAL_FLAG, content: markdown(message), allowed_mentions: { parse: [] } },
  }),
  channel: 'discord',
  deferred: { type: DEFERRED_TYPE, data: { flags: EPHEMERAL_FLAG } },
  maxWaitMs: 0,
}
