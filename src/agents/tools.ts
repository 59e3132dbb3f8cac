import type { CallToolResult, ToolAnnotations } from '@modelcontextprotocol/server'
import * as z from 'zod/mini'
import type { Policy } from '../config/policy.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'
import type { ProblemDocument } from '../problem/problem.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import type { AgentApi } from './api.ts'
import { CreateArguments, ListArguments, ReadArguments, SettleArguments } from './arguments.ts'
import { failure, meaningOf, success } from './result.ts'
import * as results from './result-schemas.ts'

/** What an agent reads about a tool. */
type Description = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly annotations: Required<Omit<ToolAnnotations, 'title'>>
  readonly outputSchema: results.ObjectSchema
}

/** One tool: what an agent reads about it, and what it does. */
export type Tool = Description & {
  readonly inputSchema: results.ObjectSchema
  /** Judges the arguments and does the work. May throw a problem. */
  run(api: AgentApi, args: unknown): Promise<CallToolResult>
}

/** Makes a tool that validates its arguments as the API validates a body: every fault at once, each with its pointer. */
function tool<Arguments extends z.ZodMiniObject>(
  description: Description,
  schema: Arguments,
  run: (api: AgentApi, args: z.output<Arguments>) => Promise<CallToolResult>,
): Tool {
  return {
    ...description,
    inputSchema: z.toJSONSchema(schema, { io: 'input' }) as results.ObjectSchema, // it is an object's
    async run(api, args) {
      const parsed = schema.safeParse(args)
      if (!parsed.success) throw invalidRequest(fieldFaults(parsed.error))
      return run(api, parsed.data)
    },
  }
}

const READS_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true } as const
/** Adds something, and the same call again adds nothing. */
const ADDS_ONCE = { readOnlyHint: false, destructiveHint: false, idempotentHint: true } as const

const previewVault = tool(
  {
    name: 'preview_vault',
    title: 'Preview a vault',
    description:
      'Shows what create_vault would send to ConductorOne, without creating or recording anything: the vault, its ' +
      'owners as ConductorOne knows them, and what this deployment allows. Call it first and show the result to the ' +
      'person who asked: the owners of a vault cannot be changed later.',
    annotations: { ...READS_ONLY, openWorldHint: true },
    outputSchema: results.previewed,
  },
  ProvisioningRequest,
  async (api, request) =>
    resultOf(await api.preview(request), ({ vaultServiceCreateRequest, owners }) =>
      success('Nothing was created. This is what create_vault would send.', {
        vaultServiceCreateRequest,
        owners,
        policy: policyOf(api.policy),
      }),
    ),
)

const createVault = tool(
  {
    name: 'create_vault',
    title: 'Create a vault',
    description:
      'Creates one vault in ConductorOne and waits for it, for up to 30 seconds. Needs a `ticket` or an ' +
      '`idempotencyKey`: with the same one and the same arguments, a repeated call never makes a second vault but ' +
      'returns the first. So if a call times out or is cut off, call again with exactly the same arguments, or find it ' +
      'with list_requests. If it fails with `outcome-unknown`, do not call it again: the vault may exist.',
    annotations: { ...ADDS_ONCE, openWorldHint: true },
    outputSchema: results.created,
  },
  CreateArguments,
  async (api, { idempotencyKey, ...request }) => {
    const answer = await api.create(request, { idempotencyKey })
    const replayed = answer.headers.has('Idempotent-Replayed')
    const summary = replayed
      ? 'An earlier call made this vault; no second one was created.'
      : 'The vault was created.'
    return resultOf(answer, ({ vault, request, next }) =>
      success(`${summary} ${next}`, { replayed, vault, request }),
    )
  },
)

const getRequest = tool(
  {
    name: 'get_request',
    title: 'Read a request',
    description:
      'Reads what became of a request by its id: `created` with the vault, `failed` or `unknown` with the problem, or ' +
      'still under way. Call it after create_vault timed out or answered `request-in-progress`.',
    annotations: { ...READS_ONLY, openWorldHint: false },
    outputSchema: results.read,
  },
  ReadArguments,
  async (api, { id }) => resultOf(await api.read(id), requestResult),
)

const listRequests = tool(
  {
    name: 'list_requests',
    title: 'List requests',
    description:
      'Lists requests for vaults, newest first: your own, or with the scope `operate` everyone’s. Use it to find a ' +
      'request by its ticket, or those whose outcome is `unknown`.',
    annotations: { ...READS_ONLY, openWorldHint: false },
    outputSchema: results.listed,
  },
  ListArguments,
  async (api, filter) => {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined)
    const query = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
    return resultOf(await api.list(query), ({ requests, cursor }) => {
      const count = Array.isArray(requests) ? requests.length : 0
      const more = cursor ? ' There are more: pass `cursor` to see them.' : ''
      const summary = `${count} request${count === 1 ? '' : 's'}, newest first.${more}`
      return success(summary, { requests, cursor })
    })
  },
)

const settleRequest = tool(
  {
    name: 'settle_request',
    title: 'Settle an unknown outcome',
    description:
      'Settles a request whose outcome is `unknown`, with proof only. With `search` it looks through ConductorOne’s ' +
      'system log now. With `vaultId` it reads that vault and settles the request as `created` if the vault is proven ' +
      'to be the request’s own; with `preview` it shows the vault and whether it fits, and settles nothing. What ' +
      'cannot be proven, or was not created, is for a person to settle. Needs the scope `operate`.',
    annotations: { ...ADDS_ONCE, openWorldHint: true },
    outputSchema: results.settled,
  },
  SettleArguments,
  async (api, { id, vaultId, preview = false }) => {
    const answer = await api.settle(id, vaultId === undefined ? { search: true } : { vaultId, preview })
    return resultOf(answer, (body) => {
      if (body.preview !== true) return requestResult(body)
      const { vault, fits, reasons } = body
      const verdict = fits ? 'The vault fits the request.' : 'The vault does not fit the request.'
      return success(`${verdict} Nothing was settled.`, { preview: true, vault, fits, reasons })
    })
  },
)

/** Every tool, in the order in which an agent needs them. */
export const tools: readonly Tool[] = [previewVault, createVault, getRequest, listRequests, settleRequest]

type Body = Readonly<Record<string, unknown>>

/** Makes the tool's result of what a route answered, or its error if that is a problem. */
async function resultOf(answer: Response, succeed: (body: Body) => CallToolResult): Promise<CallToolResult> {
  const body: unknown = await answer.json()
  return answer.ok ? succeed(body as Body) : failure(body as ProblemDocument) // what routes answer
}

function requestResult(body: Body): CallToolResult {
  const request = body as RequestRecord // the routes answer it bare
  return success(meaningOf(request), { request })
}

/** The parts of the policy that a request can run into. */
function policyOf(policy: Policy) {
  return {
    requireTicket: policy.requireTicket,
    minOwners: policy.minOwners,
    namePattern: policy.namePattern?.source ?? null,
    allowedOwnerDomains: policy.allowedOwnerDomains,
    defaultOwners: policy.defaultOwners,
    defaultCredentialTtl: policy.defaultCredentialTtl ?? null,
    maxViews: policy.maxViews,
    allowUnauthenticatedViews: policy.allowUnauthenticatedViews,
  }
}
