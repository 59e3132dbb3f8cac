import * as z from 'zod/mini'
import type { Claimant } from './claim.ts'
import { type Status, statuses } from './entry.ts'
import { shardOf } from './request-id.ts'

/** The query of `GET /v1/requests`. */
export const ListQuery = z.strictObject({
  status: z.optional(z.enum(statuses, { error: 'must be accepted, creating, created, failed or unknown' })),
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

/** What a list of requests is narrowed to. */
export type Filter = {
  /** whose requests; undefined for everyone's */
  readonly caller?: Claimant | undefined
  readonly status?: Status | undefined
  readonly ticket?: string | undefined
  /** only requests older than this id */
  readonly before?: string | undefined
  readonly limit: number
}
