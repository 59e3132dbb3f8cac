import type { Context } from 'hono'
import type * as z from 'zod/mini'
import { type AppEnv, factory } from '../app-env.ts'
import type { RequestDetails, RequestRecord } from '../ledger/entry.ts'
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
  .post('/:id/resolve', caller('operate'), jsonBody(Settlement), (c) =>
    settleRequest(c, c.req.param('id'), c.req.valid('json')),
  )

const FORCE_ADVICE = 'If you are sure that it does, send "force": true with it.'

/**
 * Settles an unknown outcome.
 *
 * @param unprovenAdvice what the caller can do if nothing proves the vault to be the request's
 * @throws {Problem} if the request can't be settled in that way
 */
export async function settleRequest(
  c: Context<AppEnv>,
  id: string,
  settlement: z.output<typeof Settlement>,
  unprovenAdvice = FORCE_ADVICE,
) {
  const command = { ...settlement, by: c.get('caller').name }
  const settled = await ledgerFor(c.env, id)?.settle(id, command)
  switch (settled?.kind) {
    case undefined:
    case 'gone':
      throw noSuchRequest()
    case 'settled':
    case 'not-found':
      return c.json(settled.record, 200)
    case 'previewed': {
      const { vault, fits, reasons } = settled
      return c.json({ preview: true as const, vault, fits, reasons: [...reasons] }, 200)
    }
    case 'taken':
      throw wrongVault('The vault belongs to another request.', 'is the id of another request’s vault')
    case 'unproven':
      throw wrongVault(
        `Nothing proves that this vault belongs to the request. ${settled.reasons.join(' ')} ${unprovenAdvice}`,
        'is not proven to be the id of this request’s vault',
      )
    case 'searching':
      throw new Problem(
        'invalid-request',
        `ConductorOne's system log is still being searched for the vault; the next look is at ${settled.nextLookAt}. ` +
          'If you are sure that there is none, send "force": true.',
        { errors: [{ pointer: '/force', detail: 'must be true while the search runs' }] },
      )
    case 'not-searched':
      return problemResponse({ ...settled.problem, instance: c.get('requestId') })
    case 'not-unknown':
      throw new Problem(
        'invalid-request',
        `Only a request whose outcome is unknown can be settled; this one is ${settled.record.status}.`,
      )
    case 'vault-not-read':
      if (settled.problem.upstream?.status !== 404)
        return problemResponse({ ...settled.problem, instance: c.get('requestId') })
      throw wrongVault('ConductorOne has no vault with that id.', 'is not the id of a vault in ConductorOne')
  }
}

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
 * @param withDetails whether to add what was asked for, its attempts, and who was told
 * @throws {Problem} `not-found`, also for another caller's request without the scope `operate`
 */
export async function answerRecord(c: Context<AppEnv>, id: string, withDetails = false) {
  const ledger = ledgerFor(c.env, id)
  const read = async (): Promise<RequestRecord | RequestDetails | null | undefined> =>
    withDetails ? ledger?.readDetails(id) : ledger?.read(id)
  const record = await read()
  const { name, scopes } = c.get('caller')
  const own = record?.source === 'api' && record.caller === name
  if (!record || !(own || scopes.includes('operate'))) throw noSuchRequest()
  return c.json(record, 200)
}

function wrongVault(message: string, detail: string): Problem {
  return new Problem('invalid-request', message, { errors: [{ pointer: '/vaultId', detail }] })
}

function noSuchRequest(): Problem {
  return new Problem('not-found', 'There is no such request among yours, or it ended more than 30 days ago.')
}
