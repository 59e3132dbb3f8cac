import * as z from 'zod/mini'
import { comparable } from '../lib/text.ts'
import { type Entry, type Status, statuses } from './entry.ts'
import { shardOf } from './request-id.ts'
import type { Claimant } from './sameness.ts'

const MAX_SEARCH_CHARS = 500

/** A text that is searched for. */
export const SearchText = z
  .string()
  .check(
    z.minLength(1, { error: 'must not be empty' }),
    z.maxLength(MAX_SEARCH_CHARS, { error: `must be at most ${MAX_SEARCH_CHARS} characters long` }),
  )

/** A point in time, or a day, which begins at midnight UTC. */
export const Instant = z.pipe(
  z.string().check(
    z.refine((text) => /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(text) && !Number.isNaN(Date.parse(text)), {
      error: 'must be a time such as 2026-10-23T09:30:00Z, or a day',
    }),
  ),
  z.transform((text: string) => Date.parse(text)),
)

/** How many rows a page has at most. */
export const Limit = z._default(
  z.string().check(z.regex(/^([1-9]\d?|100)$/, { error: 'must be a whole number from 1 to 100' })),
  '50',
)

/** Where a page begins: the id of the last row of the page before. */
export const Cursor = z
  .string()
  .check(
    z.refine((cursor) => shardOf(cursor) !== undefined, { error: 'must be the cursor of an earlier page' }),
  )

const Statuses = z.pipe(
  z.string(),
  z.transform((text: string, context) => {
    const names = text.split(',').map((name) => name.trim())
    const known = statuses.filter((status) => names.includes(status))
    if (names.every((name) => (statuses as readonly string[]).includes(name))) return known
    context.issues.push({
      code: 'custom',
      message: `must be ${statuses.slice(0, -1).join(', ')} or ${statuses.at(-1)}, or several of them with commas`,
      input: text,
    })
    return z.NEVER
  }),
)

/** The query of `GET /v1/requests`. */
export const ListQuery = z.strictObject({
  status: z.optional(Statuses),
  ticket: z.optional(SearchText),
  caller: z.optional(SearchText),
  source: z.optional(SearchText),
  q: z.optional(SearchText),
  since: z.optional(Instant),
  until: z.optional(Instant),
  counts: z._default(z.enum(['true', 'false'], { error: 'must be true or false' }), 'false'),
  limit: Limit,
  cursor: z.optional(Cursor),
})

/** The query of `GET /v1/requests/{id}`. */
export const ReadQuery = z.object({
  attempts: z._default(z.enum(['true', 'false'], { error: 'must be true or false' }), 'false'),
})

/** What a list of requests is narrowed to. */
export type Filter = {
  /** whose requests; undefined for everyone's */
  readonly claimant?: Claimant | undefined
  readonly status?: readonly Status[] | undefined
  /** a ticket's id, as people write it */
  readonly ticket?: string | undefined
  readonly caller?: string | undefined
  readonly source?: string | undefined
  /** part of a name, a ticket, an owner, a request's id or a vault's id */
  readonly q?: string | undefined
  /** epoch milliseconds of the oldest and the newest that are wanted */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** only requests older than this id */
  readonly before?: string | undefined
  readonly limit: number
}

/** Says whether a text that is searched for stands in a request. */
export function matchesSearch(entry: Entry, search: string): boolean {
  const { id, order, owners, vault } = entry
  const texts = [
    id,
    order.name,
    order.ticket?.id,
    ...order.owners,
    ...owners.map((owner) => owner.id),
    vault?.id,
  ]
  const wanted = comparable(search)
  return texts.some((text) => text !== undefined && comparable(text).includes(wanted))
}
