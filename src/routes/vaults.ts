import type { Context, TypedResponse } from 'hono'
import { accepts } from 'hono/accepts'
import { type AppEnv, factory } from '../app-env.ts'
import type { Call } from '../conductorone/call.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import { VAULT_ID, type Vault } from '../conductorone/wire.ts'
import type { Bindings } from '../env.ts'
import { type Claim, claimOf } from '../ledger/claim.ts'
import { parseIdempotencyKey } from '../ledger/idempotency-key.ts'
import { type RegisterFilter, RegisterQuery } from '../ledger/register.ts'
import { csvHeader, csvRow } from '../ledger/register-csv.ts'
import type { Reply } from '../ledger/replies.ts'
import { identityOf } from '../ledger/sameness.ts'
import { ledgerFor, listVaults, madeVault, readVaults, submitClaim } from '../ledger/shards.ts'
import { bytesOf } from '../lib/encoding.ts'
import { log } from '../lib/log.ts'
import { sealCallback } from '../lib/sealed-address.ts'
import { readTraceparent } from '../lib/traceparent.ts'
import { world } from '../lib/world.ts'
import { caller } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'
import { query } from '../middleware/query.ts'
import { overloadProblem } from '../problem/overload.ts'
import { Problem, problemResponse } from '../problem/problem.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { type Order, orderOf } from '../provisioning/order.ts'
import { checkOwnerCount } from '../provisioning/policy.ts'
import { CreateQuery, ProvisioningRequest } from '../provisioning/request.ts'
import { translate } from '../provisioning/translate.ts'

/** How long a caller waits for ConductorOne at most. */
const FOREGROUND_DEADLINE_MS = 25_000

/** Creates and reads vaults. */
export const vaults = factory
  .createApp()
  .post('/', caller('create'), query(CreateQuery), jsonBody(ProvisioningRequest), async (c) => {
    const request = c.req.valid('json')
    if (c.req.valid('query').dry_run === 'true') return previewVault(c, request)
    const key = c.req.header('Idempotency-Key')
    return createVault(c, request, { idempotencyKey: key, background: prefersAsync(c.req.header('Prefer')) })
  })
  .get('/', caller('read', 'operate'), query(RegisterQuery), async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const { name, scopes } = c.get('caller')
    const claimant = scopes.includes('operate') ? undefined : { source: 'api', caller: name }
    const wanted = { ...filter, claimant, before: cursor }
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/csv'],
      default: 'application/json',
    })
    if (type === 'text/csv') return csvResponse(c.env, wanted)
    return c.json(await listVaults(c.env, { ...wanted, limit: Number(limit) }), 200)
  })
  .get('/:id', caller('read', 'operate'), async (c) => {
    const id = c.req.param('id')
    const { name, scopes } = c.get('caller')
    const mayRead =
      VAULT_ID.test(id) &&
      (scopes.includes('operate') || (await madeVault(c.env, id, { source: 'api', caller: name })))
    if (!mayRead) throw noSuchVault()
    try {
      return c.json({ vault: await c.get('deployment').tenant.getVault(id, callOf(c)) }, 200)
    } catch (error) {
      const isGone = error instanceof ConductorOneFailure && error.failure.upstream?.status === 404
      throw isGone ? noSuchVault() : error
    }
  })

/**
 * Creates a vault for the caller.
 *
 * @param c with the caller and the deployment
 * @param options the caller's key as it was sent, and whether the caller doesn't wait for the outcome
 * @throws {Problem} if the request can't be taken, is running, or its key was used for another one
 */
export async function createVault(
  c: Context<AppEnv>,
  request: ProvisioningRequest,
  { idempotencyKey, background }: { idempotencyKey: string | undefined; background: boolean },
) {
  const { credentials } = c.get('deployment').config
  const order = orderFor(c, request)
  const callbackUrl = await sealCallback(order.callbackUrl, credentials.clientSecret, world)
  const { claim, shard } = await claimOf({
    requestId: c.get('requestId'),
    claimant: { source: 'api', caller: c.get('caller').name },
    content: request,
    // the address is kept sealed: anyone who knows it may post there
    order: { ...order, callbackUrl },
    identity: identityOf(
      request,
      idempotencyKey === undefined ? undefined : parseIdempotencyKey(idempotencyKey),
    ),
    background,
    tell: null,
    traceparent: readTraceparent(c.req.header('traceparent')),
  })
  const reply = submitClaim(c.env, claim, shard)
  // a caller that hangs up changes nothing
  c.executionCtx.waitUntil(reply.catch(() => undefined))
  return answer(
    c,
    await reply.catch(async (error: unknown) => {
      throw overloadProblem(error) ?? interrupted(c, claim, await idOf(c, claim))
    }),
  )
}

/** Answers what would be sent. Users are read; nothing is created or recorded. */
export async function previewVault(c: Context<AppEnv>, request: ProvisioningRequest) {
  const order = orderFor(c, request)
  return c.json(await dryRun(c, order), 200)
}

function orderFor(c: Context<AppEnv>, request: ProvisioningRequest): Order {
  const { name, presets } = c.get('caller')
  return orderOf(request, c.get('deployment').config.policy, { source: 'api', caller: name, presets })
}

function noSuchVault(): Problem {
  return new Problem('not-found', 'There is no such vault among those that your requests have made.')
}

/** Streams all of the register that is wanted as CSV: RFC 4180. */
function csvResponse(env: Bindings, filter: Omit<RegisterFilter, 'limit'>) {
  const lines = csvLines(env, filter)
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(bytesOf(value))
    },
  })
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': 'attachment; filename="vaults.csv"',
  }
  return new Response(body, { headers }) as Response & TypedResponse<string, 200, 'body'> // for the compiler only
}

async function* csvLines(env: Bindings, filter: Omit<RegisterFilter, 'limit'>): AsyncGenerator<string> {
  yield csvHeader()
  for await (const vaults of readVaults(env, filter)) yield vaults.map(csvRow).join('')
}

/** Says if the caller prefers not to wait: RFC 7240, section 4.1. */
function prefersAsync(prefer = ''): boolean {
  return /(?:^|,)\s*respond-async\s*(?:[;,]|$)/i.test(prefer)
}

async function dryRun(c: Context<AppEnv>, order: Order) {
  const owners = await c.get('deployment').directory.find(order.owners, callOf(c), { anew: true })
  checkOwnerCount(owners, c.get('deployment').config.policy)
  const ids = owners.map(({ id }) => id)
  const provenance = { id: c.get('requestId'), caller: c.get('caller').name, approvedBy: null }
  return { dryRun: true as const, vaultServiceCreateRequest: translate(order, ids, provenance), owners }
}

function callOf(c: Context<AppEnv>): Call {
  return {
    deadline: new Deadline(FOREGROUND_DEADLINE_MS, world.now),
    traceparent: readTraceparent(c.req.header('traceparent')),
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
      return c.json({ vault, request: record, next: nextStep(c.get('deployment').config) }, 201, headers)
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
        `This key was used for another request: ${location}. Use a new Idempotency-Key, or another name if the ticket is the key.`,
      )
  }
}

/**
 * Finds the id that a claim runs under after the ledger broke off: that of an earlier attempt under the same key, or its
 * own.
 *
 * @returns undefined if the ledger can't tell now
 */
async function idOf({ env }: Context<AppEnv>, { id, key }: Claim): Promise<string | undefined> {
  if (key === null) return id
  try {
    return (await ledgerFor(env, id)?.idUnder(key)) ?? id
  } catch {
    return undefined
  }
}

/** Answers if the ledger itself broke off. What it has on disk decides, and that can't be told from here. */
function interrupted(c: Context<AppEnv>, claim: Claim, id: string | undefined): never {
  if (id !== undefined) c.set('requestId', id)
  log('error', 'ledger.interrupted', { request: id, caller: c.get('caller').name })
  const where = id === undefined ? 'GET /v1/requests' : `/v1/requests/${id}`
  // a request of an earlier attempt is found in any case, whether or not this one was sent
  const ifMissing = id === claim.id ? ' If it is not found there, nothing was sent.' : ''
  throw new Problem(
    'outcome-unknown',
    `This Worker was interrupted. In half a minute, ${where} says what became of the request.${ifMissing} With an ` +
      'Idempotency-Key or a ticket it is safe to send it again.',
    id === undefined ? {} : { headers: { Location: `/v1/requests/${id}` } },
  )
}
