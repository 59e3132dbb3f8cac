import * as z from 'zod/mini'
import { factory } from '../app-env.ts'
import { shardOf } from '../ledger/request-id.ts'
import { ledgerFor, listRequests } from '../ledger/shards.ts'
import { caller } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'
import { valid } from '../middleware/valid.ts'
import { Problem, problemResponse } from '../problem.ts'

const ListQuery = z.strictObject({
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

const Settlement = z.union(
  [
    z.strictObject({ vaultId: z.string().check(z.regex(/^[\w-]{1,128}$/)) }),
    z.strictObject({ outcome: z.literal('not_created') }),
  ],
  { error: 'must be {"vaultId":"…"} with the vault that was found, or {"outcome":"not_created"}' },
)

/** Reading requests, and settling those whose outcome nobody knows. */
export const requests = factory
  .createApp()
  .get('/', caller('read', 'operate'), valid('query', ListQuery), async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const { name, scopes } = c.var.caller
    const whose = scopes.includes('operate') ? undefined : { source: 'api', caller: name }
    return c.json(
      await listRequests(c.env, { ...filter, limit: Number(limit), before: cursor, caller: whose }),
    )
  })
  .get('/:id', caller('read', 'operate'), async (c) => {
    const id = c.req.param('id')
    const record = (await ledgerFor(c.env, id)?.read(id)) ?? null
    const { name, scopes } = c.var.caller
    const own = record?.source === 'api' && record.caller === name
    if (!record || !(own || scopes.includes('operate'))) throw noSuchRequest()
    return c.json(record)
  })
  .post('/:id/resolve', caller('operate'), jsonBody, valid('json', Settlement), async (c) => {
    const id = c.req.param('id')
    const settlement = c.req.valid('json')
    const vaultId = 'vaultId' in settlement ? settlement.vaultId : null
    const settled = await ledgerFor(c.env, id)?.settle(id, { vaultId, by: c.var.caller.name })
    switch (settled?.kind) {
      case undefined:
      case 'gone':
        throw noSuchRequest()
      case 'settled':
        return c.json(settled.record)
      case 'not-unknown':
        throw new Problem(
          'invalid-request',
          `Only a request whose outcome is unknown can be settled; this one is ${settled.record.status}.`,
        )
      case 'vault-not-read':
        if (settled.problem.upstream?.status !== 404)
          return problemResponse({ ...settled.problem, instance: c.get('requestId') })
        throw new Problem('invalid-request', 'ConductorOne has no vault with that id.', {
          errors: [{ pointer: '/vaultId', detail: 'is not the id of a vault in ConductorOne' }],
        })
    }
  })

function noSuchRequest(): Problem {
  return new Problem('not-found', 'There is no such request among yours, or it ended more than 30 days ago.')
}
