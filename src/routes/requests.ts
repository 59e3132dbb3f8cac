import type { Context } from 'hono'
import type * as z from 'zod/mini'
import { type AppEnv, factory } from '../app-env.ts'
import { ListQuery, ReadQuery } from '../ledger/filter.ts'
import { Settlement } from '../ledger/settlement.ts'
import { countByStatus, ledgerFor, listRequests } from '../ledger/shards.ts'
import { caller } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'
import { query } from '../middleware/query.ts'
import { Problem, problemResponse } from '../problem/problem.ts'

/** Reads requests, and settles those whose outcome is unknown. */
export const requests = factory
  .createApp()
  .get('/', caller('read', 'operate'), query(ListQuery), (c) => answerPage(c, c.req.valid('query')))
  .get('/:id', caller('read', 'operate'), query(ReadQuery), (c) =>
    answerRecord(c, c.req.param('id'), c.req.valid('query').attempts === 'true'),
  )
  .post('/:id/resolve', caller('operate'), jsonBody(Settlement), async (c) => {
    const id = c.req.param('id')
    const settlement = c.req.valid('json')
    const vaultId = 'vaultId' in settlement ? settlement.vaultId : null
    const settled = await ledgerFor(c.env, id)?.settle(id, { vaultId, by: c.get('caller').name })
    switch (settled?.kind) {
      case undefined:
      case 'gone':
        throw noSuchRequest()
      case 'settled':
        return c.json(settled.record, 200)
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

/** Answers one page of the caller's requests, or of everyone's with the scope `operate`. */
export async function answerPage(c: Context<AppEnv>, listQuery: z.output<typeof ListQuery>) {
  const { cursor, limit, counts, ...filter } = listQuery
  const { name, scopes } = c.get('caller')
  const claimant = scopes.includes('operate') ? undefined : { source: 'api', caller: name }
  const [page, counted] = await Promise.all([
    listRequests(c.env, { ...filter, limit: Number(limit), before: cursor, claimant }),
    counts === 'true' ? countByStatus(c.env, claimant) : undefined,
  ])
  return c.json({ ...page, ...(counted && { counts: counted }) }, 200)
}

/**
 * Answers a request's record.
 *
 * @param withAttempts whether its earlier attempts are told too
 * @throws {Problem} `not-found`, also for another caller's request without the scope `operate`
 */
export async function answerRecord(c: Context<AppEnv>, id: string, withAttempts = false) {
  const record = (await ledgerFor(c.env, id)?.readDetails(id)) ?? null
  const { name, scopes } = c.get('caller')
  const own = record?.source === 'api' && record.caller === name
  if (!record || !(own || scopes.includes('operate'))) throw noSuchRequest()
  const { attempts, ...bare } = record
  return c.json({ ...bare, ...(withAttempts && { attempts }) }, 200)
}

function noSuchRequest(): Problem {
  return new Problem('not-found', 'There is no such request among yours, or it ended more than 30 days ago.')
}
