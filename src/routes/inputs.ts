import * as z from 'zod/mini'
import { shardOf } from '../ledger/request-id.ts'

/** The query of `POST /v1/vaults`. */
export const CreateQuery = z.strictObject({
  dry_run: z._default(z.enum(['true', 'false'], { error: 'must be true or false' }), 'false'),
})

/** The query of `GET /v1/requests`. */
export const ListQuery = z.strictObject({
  status: z.optional(
    z.enum(['accepted', 'creating', 'created', 'failed', 'unknown'], {
      error: 'must be accepted, creating, created, failed or unknown',
    }),
  ),
  ticket: z.optional(z.string().check(z.minLength(1, { error: 'must not be empty' }))),
  limit: z._default(
    z.string().check(z.regex(/^([1-9]\d?|100)$/, { error: 'must be a whole number from 1 to 100' })),
    '50',
  ),
  cursor: z.optional(
    z.string().check(
      z.refine((cursor) => shardOf(cursor) !== undefined, {
        error: 'must be the cursor of an earlier page',
      }),
    ),
  ),
})

/** What an id of a vault in ConductorOne looks like; anything else is not looked for. */
export const VAULT_ID = /^[\w-]{1,128}$/

/** The body of `POST /v1/requests/{id}/resolve`. */
export const Settlement = z.union(
  [
    z.strictObject({ vaultId: z.string().check(z.regex(VAULT_ID)) }),
    z.strictObject({ outcome: z.enum(['not_created']) }),
  ],
  { error: 'must be {"vaultId":"…"} with the vault that was found, or {"outcome":"not_created"}' },
)
