import type { CallToolResult, ToolAnnotations } from '@modelcontextprotocol/server'
import * as z from 'zod/mini'
import { VAULT_ID } from '../conductorone/wire.ts'
import type { Policy } from '../config/policy.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import type { AgentApi } from './api.ts'
import { failure, meaningOf, success } from './result.ts'
import * as schemas from './schemas.ts'

/** One tool: what an agent reads about it, and what it does. */
export type Tool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly annotations: Required<Omit<ToolAnnotations, 'title'>>
  readonly inputSchema: schemas.ObjectSchema
  readonly outputSchema: schemas.ObjectSchema
  /** Judges the arguments and does the work. May throw a problem. */
  run(api: AgentApi, args: Readonly<Record<string, unknown>>): Promise<CallToolResult>
}

const READS_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true } as const
/** Adds something, and the same call again adds nothing. */
const ADDS_ONCE = { readOnlyHint: false, destructiveHint: false, idempotentHint: true } as const

const text = z.string({ error: 'must be text' })
const ById = z.strictObject({ id: text })
const Filter = z.strictObject({
  status: z.optional(text),
  ticket: z.optional(text),
  q: z.optional(text),
  since: z.optional(text),
  until: z.optional(text),
  limit: z.optional(z.int({ error: 'must be a whole number from 1 to 100' })),
  cursor: z.optional(text),
})

const previewVault: Tool = {
  name: 'preview_vault',
  title: 'Preview a vault',
  description:
    'Shows what create_vault would send to ConductorOne, without creating or recording anything: the vault, its owners ' +
    'as ConductorOne knows them, and what this deployment allows. Call it first and show the result to the person who ' +
    'asked: the owners of a vault cannot be changed later.',
  annotations: { ...READS_ONLY, openWorldHint: true },
  inputSchema: schemas.request,
  outputSchema: schemas.preview,
  async run(api, args) {
    const answer = await api.preview(parse(ProvisioningRequest, args))
    const { vaultServiceCreateRequest, owners } = await bodyOf(answer)
    const policy = policyOf(api.policy)
    return success('Nothing was created. This is what create_vault would send.', {
      vaultServiceCreateRequest,
      owners,
      policy,
    })
  },
}

const createVault: Tool = {
  name: 'create_vault',
  title: 'Create a vault',
  description:
    'Creates one vault in ConductorOne and waits for it, for up to 30 seconds. Needs a `ticket` or an `idempotencyKey`: ' +
    'with the same one and the same arguments, a repeated call never makes a second vault but returns the first. So if ' +
    'a call times out or is cut off, call again with exactly the same arguments, or find it with list_requests. If it ' +
    'fails with `outcome-unknown`, do not call it again: the vault may exist.',
  annotations: { ...ADDS_ONCE, openWorldHint: true },
  inputSchema: schemas.create,
  outputSchema: schemas.created,
  async run(api, args) {
    const { idempotencyKey, ...request } = args
    const parsed = parse(ProvisioningRequest, request)
    const key = idempotencyKey === undefined ? undefined : parseKey(idempotencyKey)
    if (key === undefined && !parsed.ticket)
      throw invalidRequest([
        {
          pointer: '/idempotencyKey',
          detail: 'is required without a ticket: a repeated call would make a second vault',
        },
      ])
    const answer = await api.create(parsed, { idempotencyKey: key })
    const body = await bodyOf(answer)
    if (!answer.ok) return failure(body as ProblemDocument) // what is not a vault is a problem
    const replayed = answer.headers.has('Idempotent-Replayed')
    const summary = replayed
      ? 'An earlier call made this vault; no second one was created.'
      : 'The vault was created.'
    return success(summary, { replayed, vault: body.vault, request: body.request })
  },
}

const getRequest: Tool = {
  name: 'get_request',
  title: 'Read a request',
  description:
    'Reads what became of a request by its id: `created` with the vault, `failed` or `unknown` with the problem, or ' +
    'still under way. Call it after create_vault timed out or answered `request-in-progress`.',
  annotations: { ...READS_ONLY, openWorldHint: false },
  inputSchema: schemas.byId,
  outputSchema: schemas.one,
  async run(api, args) {
    const { id } = parse(ById, args)
    const request = (await bodyOf(await api.read(id))) as RequestRecord // what the route answers
    return success(meaningOf(request), { request })
  },
}

const listRequests: Tool = {
  name: 'list_requests',
  title: 'List requests',
  description:
    'Lists requests for vaults, newest first: your own, or with the scope `operate` everyone’s. Use it to find a ' +
    'request by its ticket, or those whose outcome is `unknown`.',
  annotations: { ...READS_ONLY, openWorldHint: false },
  inputSchema: schemas.filter,
  outputSchema: schemas.page,
  async run(api, args) {
    const given = Object.entries(parse(Filter, args)).filter(([, value]) => value !== undefined)
    const query = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
    const { requests, cursor } = await bodyOf(await api.list(query))
    const count = Array.isArray(requests) ? requests.length : 0
    const more = cursor ? ' There are more: pass `cursor` to see them.' : ''
    return success(`${count} request${count === 1 ? '' : 's'}, newest first.${more}`, { requests, cursor })
  },
}

const Settle = z.strictObject({
  id: text,
  search: z.optional(z.literal(true, { error: 'must be true, or left out' })),
  vaultId: z.optional(text.check(z.regex(VAULT_ID, { error: 'must be the id of a vault in ConductorOne' }))),
  preview: z.optional(z.boolean({ error: 'must be true or false' })),
})

const settleRequest: Tool = {
  name: 'settle_request',
  title: 'Settle an unknown outcome',
  description:
    'Settles a request whose outcome is `unknown`, with proof only. With `search` it looks through ConductorOne’s ' +
    'system log now. With `vaultId` it reads that vault and settles the request as `created` if the vault is proven to ' +
    'be the request’s own; with `preview` it shows the vault and whether it fits, and settles nothing. What cannot be ' +
    'proven, or was not created, is for a person to settle. Needs the scope `operate`.',
  annotations: { ...ADDS_ONCE, openWorldHint: true },
  inputSchema: schemas.settle,
  outputSchema: schemas.settled,
  async run(api, args) {
    const { id, search, vaultId, preview = false } = parse(Settle, args)
    if ((search === undefined) === (vaultId === undefined))
      throw invalidRequest([{ pointer: '/vaultId', detail: 'or `search` is required, and not both' }])
    const answer = await api.settle(id, vaultId === undefined ? { search: true } : { vaultId, preview })
    const body = await bodyOf(answer)
    if (!answer.ok) return failure(body as ProblemDocument) // what is not settled is a problem
    if (body.preview === true) {
      const { vault, fits, reasons } = body
      const verdict = fits ? 'The vault fits the request.' : 'The vault does not fit the request.'
      return success(`${verdict} Nothing was settled.`, { preview: true, vault, fits, reasons })
    }
    const request = body as RequestRecord // what the route answers else
    return success(meaningOf(request), { request })
  },
}

/** Every tool, in the order in which an agent needs them. */
export const tools: readonly Tool[] = [previewVault, createVault, getRequest, listRequests, settleRequest]

/** Validates arguments as the API validates a body: every fault at once, each with its pointer. */
function parse<T extends z.ZodMiniType>(schema: T, args: unknown): z.output<T> {
  const parsed = schema.safeParse(args)
  if (!parsed.success) throw invalidRequest(fieldFaults(parsed.error))
  return parsed.data
}

function parseKey(key: unknown): string {
  if (typeof key === 'string') return key
  throw invalidRequest([{ pointer: '/idempotencyKey', detail: 'must be text' }])
}

async function bodyOf(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  return (await answer.json()) as Readonly<Record<string, unknown>> // the routes answer objects
}

/** The parts of the policy that a request can run into. */
function policyOf(policy: Policy) {
  const { defaultOwners, allowedOwnerDomains, allowUnauthenticatedViews, maxViews, requireTicket } = policy
  return {
    requireTicket,
    namePattern: policy.namePattern?.source ?? null,
    allowedOwnerDomains,
    defaultOwners,
    defaultCredentialTtl: policy.defaultCredentialTtl ?? null,
    maxViews,
    allowUnauthenticatedViews,
  }
}
