import { factory } from '../app-env.ts'
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
  .get('/', caller('read', 'operate'), query(ListQuery), async (c) => {
    const { cursor, limit, counts, ...filter } = c.req.valid('query')
    const { name, scopes } = c.get('caller')
    const claimant = scopes.includes('operate') ? undefined : { source: 'api', caller: name }
    const [page, counted] = await Promise.all([
      listRequests(c.env, { ...filter, limit: Number(limit), before: cursor, claimant }),
      counts === 'true' ? countByStatus(c.env, claimant) : undefined,
    ])
    return c.json({ ...page, ...(counted && { counts: counted }) }, 200)
  })
  .get('/:id', caller('read', 'operate'), query(ReadQuery), async (c) => {
    const id = c.req.param('id')
    const record = (await ledgerFor(c.env, id)?.readDetails(id)) ?? null
    const { name, scopes } = c.get('caller')
    const own = record?.source === 'api' && record.caller === name
    if (!record || !(own || scopes.includes('operate'))) throw noSuchRequest()
    const { attempts, ...bare } = record
    return c.json({ ...bare, ...(c.req.valid('query').attempts === 'true' && { attempts }) }, 200)
  })
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

function noSuchRequest(): Problem {
  return new Problem('not-found', 'There is no such request among yours, or it ended more than 30 days ago.')
}
