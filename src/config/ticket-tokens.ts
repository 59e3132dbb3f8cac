import * as z from 'zod/mini'
import type { Secret } from '../lib/secret.ts'
import { senderNamed, TICKET_SYSTEMS } from './senders.ts'
import { bareEnds, hide, objectOrJson, secret } from './setting.ts'

/** A token with which comments are written. */
export type TicketToken = {
  readonly kind: 'token'
  readonly token: Secret
  /** The account that the token belongs to, if the system asks for both. */
  readonly user?: string | undefined
  /** The system's host, and a path if its API has one; absent if it is the same for everyone. */
  readonly host?: string | undefined
}

/** An OAuth client that gets such tokens: RFC 6749, section 2.3.1. */
export type TicketClient = {
  readonly kind: 'client'
  readonly host: string
  readonly clientId: string
  readonly clientSecret: Secret
}

/** The right to comment on tickets. */
export type TicketAccess = TicketToken | TicketClient

const MIN_TOKEN_CHARS = 8
const MAX_CLIENT_ID_CHARS = 255

const Host = z.string({ error: 'must be a host such as "acme.zendesk.com"' }).check(
  z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/[\w.-]+)*$/, {
    error: 'must be a host such as "acme.zendesk.com"',
  }),
)
const Hidden = z.pipe(secret(MIN_TOKEN_CHARS).check(bareEnds), hide)

const Token = z.strictObject({
  kind: z.literal('token'),
  token: Hidden,
  user: z.optional(z.string().check(z.minLength(1, { error: 'is empty' }))),
  host: z.optional(Host),
})

const Client = z.strictObject({
  kind: z.literal('client'),
  host: Host,
  clientId: z
    .string({ error: 'must be the identifier of the OAuth client' })
    .check(
      z.minLength(1, { error: 'is empty' }),
      z.maxLength(MAX_CLIENT_ID_CHARS, { error: `is longer than ${MAX_CLIENT_ID_CHARS} characters` }),
      bareEnds,
    ),
  clientSecret: Hidden,
})

/** A text is a token; an object is a client if it has a field of one. */
const kinded = z.transform((value: unknown) => {
  if (typeof value === 'string') return { kind: 'token', token: value }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return { ...value, kind: 'clientId' in value || 'clientSecret' in value ? 'client' : 'token' }
})

const Access = z.pipe(
  kinded,
  z.discriminatedUnion('kind', [Token, Client], {
    error:
      'must be a token, or an object with `token`, `user` and `host`, or one with `host`, `clientId` and `clientSecret`',
  }),
)

/** The configuration `TICKET_TOKENS`. */
export const TicketTokens = objectOrJson(
  z
    .partialRecord(z.enum(TICKET_SYSTEMS), Access, {
      error: 'must be an object of ticketing systems and their tokens',
    })
    .check(
      z.superRefine((tokens, context) => {
        for (const system of TICKET_SYSTEMS) {
          const fault = faultOf(system, tokens[system])
          if (fault) context.addIssue({ code: 'custom', path: [system], message: fault })
        }
      }),
    ),
)

function faultOf(
  system: (typeof TICKET_SYSTEMS)[number],
  access: TicketAccess | undefined,
): string | undefined {
  const { needs = [], takesClient = false } = senderNamed(system).comments ?? {}
  if (!access) return undefined
  if (access.kind === 'client')
    return takesClient ? undefined : 'takes a token, not `clientId` and `clientSecret`'
  if (needs.every((setting) => access[setting])) return undefined
  return `needs ${needs.map((setting) => `\`${setting}\``).join(' and ')} beside \`token\``
}
