import * as z from 'zod/mini'
import type { Secret } from '../lib/secret.ts'
import { senderNamed, TICKET_SYSTEMS } from './senders.ts'
import { bareEnds, hide, objectOrJson, secret } from './setting.ts'

/** The right to comment on tickets. */
export type TicketAccess = {
  readonly token: Secret
  /** The account that the token belongs to, if the system asks for both. */
  readonly user?: string | undefined
  /** The system's host, and a path if its API has one; absent if it is the same for everyone. */
  readonly host?: string | undefined
}

const MIN_TOKEN_CHARS = 8

const Access = z.pipe(
  z.transform((value: unknown) => (typeof value === 'string' ? { token: value } : value)),
  z.strictObject(
    {
      token: z.pipe(secret(MIN_TOKEN_CHARS).check(bareEnds), hide),
      user: z.optional(z.string().check(z.minLength(1, { error: 'is empty' }))),
      host: z.optional(
        z.string().check(
          z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/[\w.-]+)*$/, {
            error: 'must be a host such as "acme.zendesk.com"',
          }),
        ),
      ),
    },
    { error: 'must be a token, or an object with `token`, `user` and `host`' },
  ),
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
          const access = tokens[system]
          const needs = senderNamed(system).comments?.needs ?? []
          if (access && needs.some((setting) => !access[setting]))
            context.addIssue({
              code: 'custom',
              path: [system],
              message: `needs ${needs.map((setting) => `\`${setting}\``).join(' and ')} beside \`token\``,
            })
        }
      }),
    ),
)
