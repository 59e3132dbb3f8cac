import type { Context } from 'hono'
import * as z from 'zod/mini'
import type { AgentApi } from '../agents/api.ts'
import { type AppEnv, factory } from '../app-env.ts'
import { problemFrom } from '../conductorone/problem.ts'
import type { Scope } from '../config/api-keys.ts'
import { ListQuery } from '../ledger/filter.ts'
import { isLoopback } from '../lib/loopback.ts'
import { caller, requireScope } from '../middleware/caller.ts'
import { jsonBody } from '../middleware/json-body.ts'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'
import { Problem } from '../problem/problem.ts'
import { answerPage, answerRecord, settleRequest } from './requests.ts'
import { createVault, previewVault } from './vaults.ts'

/**
 * One message of JSON-RPC; the protocol's library judges the rest. Batches ended with revision 2025-06-18, and a request
 * id stands for one create.
 */
const Message = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be one JSON-RPC message' },
)

/**
 * Refuses requests that a page of another site sends from a browser. A name that leads to this machine for a moment (DNS
 * rebinding) is such a site too, so without TLS only loopback names count as ours.
 *
 * @throws {Problem} `forbidden`
 * @see https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#security-warning
 */
const sameOrigin = factory.createMiddleware(async function sameOrigin(c, next) {
  const sender = c.req.header('Origin')
  const { origin, protocol, hostname } = new URL(c.req.url)
  const isOwn = sender === origin && (protocol === 'https:' || isLoopback(hostname))
  if (sender !== undefined && !isOwn)
    throw new Problem('forbidden', 'Pages of other sites may not call this; send no Origin.')
  await next()
})

/** Serves agents over the Model Context Protocol. What that takes is evaluated when the path is first called. */
export const mcp = factory
  .createApp()
  .post('/', sameOrigin, caller('create', 'read', 'operate'), jsonBody(Message), async (c) => {
    const { serve } = await import('../agents/server.ts')
    return serve(c.req.raw, c.req.valid('json'), apiOf(c))
  })

/** What the caller's key can do over HTTP, for its agent's tools. */
function apiOf(c: Context<AppEnv>): AgentApi {
  const requires = (...scopes: readonly Scope[]) => requireScope(c.get('caller'), ...scopes)
  return {
    policy: c.get('deployment').config.policy,
    async preview(request) {
      requires('create')
      return previewVault(c, request)
    },
    async create(request, { idempotencyKey }) {
      requires('create')
      return createVault(c, request, { idempotencyKey, background: false })
    },
    async read(id) {
      requires('read', 'operate')
      return answerRecord(c, id)
    },
    async list(query) {
      requires('read', 'operate')
      const parsed = ListQuery.safeParse(query)
      if (!parsed.success) throw invalidRequest(fieldFaults(parsed.error))
      return answerPage(c, parsed.data)
    },
    async settle(id, settlement) {
      requires('operate')
      return settleRequest(c, id, settlement, 'Only a person can settle it with this vault, in the console.')
    },
    problemOf: (error) => {
      const problem = problemFrom(error, c.get('requestId'), 'read') // a create that fails is told by the ledger
      return problem.document(c.get('requestId'))
    },
  }
}
