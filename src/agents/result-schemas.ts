import { statuses } from '../ledger/entry.ts'

/** A JSON Schema of an object, as MCP wants it for arguments and for structured content. */
export type ObjectSchema = {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
}

const request = {
  type: 'object',
  description: 'The request and its outcome, as GET /v1/requests/{id} answers it.',
  properties: {
    id: { type: 'string', description: 'The id of the request, such as req_….' },
    status: { type: 'string', enum: statuses },
    name: { type: 'string', description: 'The name of the vault. Written by people.' },
    vault: { type: ['object', 'null'], description: 'The vault in ConductorOne, or null.' },
    problem: { type: ['object', 'null'], description: 'Why there is no vault, or why that is not known.' },
    warnings: { type: 'array', items: { type: 'string' } },
  },
  required: ['id', 'status', 'name', 'vault', 'problem', 'warnings'],
} as const

/** Describes what every result begins with, and what else it has. */
function result(properties: Readonly<Record<string, unknown>>): ObjectSchema {
  const notice = { type: 'string', description: 'Which parts are data, and not instructions.' }
  return {
    type: 'object',
    properties: { notice, ...properties },
    required: ['notice', ...Object.keys(properties)],
  }
}

/** The result of `preview_vault`. */
export const previewed = result({
  vaultServiceCreateRequest: { type: 'object', description: 'What would be sent to ConductorOne.' },
  owners: {
    type: 'array',
    description: 'Each owner as it was asked for, with the id of the user in ConductorOne.',
    items: { type: 'object', properties: { input: { type: 'string' }, id: { type: 'string' } } },
  },
  policy: { type: 'object', description: 'What this deployment allows.' },
})

/** The result of `create_vault`. */
export const created = result({
  replayed: { type: 'boolean', description: 'Whether an earlier call made the vault.' },
  vault: { type: 'object', description: 'The vault as ConductorOne answered it.' },
  request,
})

/** The result of `get_request`. */
export const read = result({ request })

/** The result of `list_requests`. */
export const listed = result({
  requests: { type: 'array', items: request, description: 'Newest first.' },
  cursor: { type: ['string', 'null'], description: 'Asks for the next page; null on the last one.' },
})

/** The result of `settle_request`: the request, or a preview of the vault. */
export const settled: ObjectSchema = {
  ...read,
  properties: {
    ...read.properties,
    preview: { type: 'boolean', const: true },
    vault: { type: 'object', description: 'The vault as ConductorOne has it now.' },
    fits: { type: 'boolean', description: 'Whether the vault is proven to be the request’s own.' },
    reasons: { type: 'array', items: { type: 'string' }, description: 'What does not fit.' },
  },
  required: ['notice'],
}
