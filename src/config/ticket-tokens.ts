import * as z from 'zod/mini'
import type { Secret } from '../lib/secret.ts'
import { hide, objectOrJson, secret } from './setting.ts'

/** The senders whose tickets a result can be written into. */
const systems = ['github', 'gitlab', 'jira', 'zendesk', 'linear'] as const
export type TicketSystem = (typeof systems)[number]

/** The right to comment on tickets. */
export type TicketAccess = {
  readonly token: Secret
  /** who the token belongs to, where the system asks for both */
  readonly user?: string | undefined
  /** where the system is, if not where everyone's is: a host, and a path where its API has one */
  readonly host?: string | undefined
}

const Access = z.pipe(
  z.transform((value: unknown) => (typeof value === 'string' ? { token: value } : value)),
  z.strictObject(
    {
      token: z.pipe(secret(8), hide),
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
    .partialRecord(z.enum(systems), Access, {
      error: 'must be an object of ticketing systems and their tokens',
    })
    .check(
      z.superRefine((tokens, context) => {
        for (const system of ['jira', 'zendesk'] as const) {
          const access = tokens[system]
          if (access && !(access.user && access.host))
            context.addIssue({
              code: 'custom',
              path: [system],
              message: 'needs `user` and `host` beside `token`',
            })
        }
      }),
    ),
)
