import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import type { Call } from '../conductorone/tenant.ts'
import type { Vault } from '../conductorone/wire.ts'
import { type Claim, claimOf, readIdempotencyKey } from '../ledger/claim.ts'
import type { Reply } from '../ledger/replies.ts'
import { ledgerOf, madeVault } from '../ledger/shards.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { caller } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'
import { valid } from '../middleware/valid.ts'
import { Problem, problemResponse } from '../problem/problem.ts'
import { type Order, orderOf } from '../provisioning/order.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import { translate } from '../provisioning/translate.ts'
import { CreateQuery, VAULT_ID } from './inputs.ts'

/** Milliseconds that a caller is kept waiting at most. */
const PATIENCE = 25_000

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** Making and reading vaults. */
export const vaults = factory
  .createApp()
  .post(
    '/',
    caller('create'),
    jsonBody,
    valid('query', CreateQuery),
    valid('json', ProvisioningRequest),
    async (c) => {
      const request = c.req.valid('json')
      const order = orderOf(request, c.get('deployment').config.policy)
      if (c.req.valid('query').dry_run === 'true') return c.json(await rehearse(c, order), 200)

      const header = c.req.header('Idempotency-Key')
      const background = /(?:^|,)\s*respond-async\s*(?:[;,]|$)/i.test(c.req.header('Prefer') ?? '')
      const { claim, shard } = await claimOf(
        c.get('requestId'),
        { source: 'api', caller: c.get('caller').name },
        request,
        order,
        {
          idempotencyKey: header === undefined ? undefined : readIdempotencyKey(header),
          background,
          tell: null,
          traceparent: callOf(c).traceparent,
        },
      )
      const reply = ledgerOf(c.env, shard).submit(claim)
      // a caller that hangs up changes nothing
      c.executionCtx.waitUntil(reply.catch(() => undefined))
      return answer(c, await reply.catch(() => interrupted(c, claim)))
    },
  )
  .get('/:id', caller('read', 'operate'), async (c) => {
    const id = c.req.param('id')
    const { name, scopes } = c.get('caller')
    const may =
      VAULT_ID.test(id) &&
      (scopes.includes('operate') || (await madeVault(c.env, id, { source: 'api', caller: name })))
    if (!may) throw noSuchVault()
    const call = callOf(c)
    try {
      return c.json({ vault: await c.get('deployment').tenant.getVault(id, call) }, 200)
    } catch (error) {
      const gone = error instanceof ConductorOneFailure && error.failure.upstream?.status === 404
      throw gone ? noSuchVault() : error
    }
  })

function noSuchVault(): Problem {
  return new Problem('not-found', 'There is no such vault among those that your requests have made.')
}

/** What would be sent: reads users, creates nothing, leaves no trace. */
async function rehearse(c: Context<AppEnv>, order: Order) {
  const owners = await c.get('deployment').directory.find(order.owners, callOf(c))
  const ids = owners.map(({ id }) => id)
  const provenance = { id: c.get('requestId'), caller: c.get('caller').name }
  return { dryRun: true as const, vaultServiceCreateRequest: translate(order, ids, provenance), owners }
}

function callOf(c: Context<AppEnv>): Call {
  const traceparent = c.req.header('traceparent')
  return {
    deadline: new Deadline(PATIENCE, world.now),
    traceparent: traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : undefined,
  }
}

function answer(c: Context<AppEnv>, reply: Reply) {
  const { record } = reply
  const location = `/v1/requests/${record.id}`
  switch (reply.kind) {
    case 'ended': {
      c.set('requestId', record.id)
      const headers = { Location: location, ...(reply.replayed && { 'Idempotent-Replayed': 'true' }) }
      if (record.problem) return problemResponse(record.problem, headers)
      const vault = record.vault as Vault // what ended without a problem has made one
      return c.json({ vault, request: record }, 201, headers)
    }
    case 'accepted':
      c.set('requestId', record.id)
      return c.json(record, 202, { Location: location, 'Preference-Applied': 'respond-async' })
    case 'running':
      c.set('requestId', record.id)
      throw new Problem(
        'request-in-progress',
        `The same request is running; ${location} shows how far it is.`,
        {
          retryAfter: reply.retryAfter,
          headers: { Location: location },
        },
      )
    case 'reused':
      throw new Problem(
        'idempotency-key-reused',
        `This key was used for another request: ${location}. Use a new Idempotency-Key, or another name where the ticket is the key.`,
      )
  }
}

/** The ledger itself broke off; what it has on disk decides, and nobody can tell from here what that is. */
function interrupted(c: Context<AppEnv>, { id }: Claim): never {
  c.set('requestId', id)
  log('error', 'ledger.interrupted', { request: id, caller: c.get('caller').name })
  throw new Problem(
    'outcome-unknown',
    `This Worker was interrupted. In half a minute, /v1/requests/${id} says what became of the request; ` +
      'if it is not found there, nothing was sent. With an Idempotency-Key or a ticket it is safe to send it again.',
    { headers: { Location: `/v1/requests/${id}` } },
  )
}
