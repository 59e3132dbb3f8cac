import * as z from 'zod/mini'
import { statuses } from '../ledger/entry.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'

/** A JSON Schema of an object, as MCP wants it for arguments and for structured content. */
export type ObjectSchema = {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
}

const REQUEST_ID = { type: 'string', description: 'The id of the request, such as req_….' } as const

/** The simplified request, with the descriptions of the one schema. */
export const request = z.toJSONSchema(ProvisioningRequest, { io: 'input' }) as ObjectSchema // it is an object's

/** The simplified request, and what makes a repetition the same request. */
export const create: ObjectSchema = {
  ...request,
  properties: {
    ...request.properties,
    idempotencyKey: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description:
        'Makes repeated calls the same request. Needed without a ticket: choose a new one for each vault that a ' +
        'person asks for, such as a UUID, and send the same one again when you repeat the call.',
    },
  },
}

/** The arguments of `get_request`. */
export const byId: ObjectSchema = {
  type: 'object',
  properties: { id: REQUEST_ID },
  required: ['id'],
  additionalProperties: false,
}

/** The arguments of `list_requests`: the query of `GET /v1/requests`. */
export const filter: ObjectSchema = {
  type: 'object',
  properties: {
    status: {
      type: 'string',
      description: `Only requests with this status, or several with commas: ${statuses.join(', ')}.`,
    },
    ticket: { type: 'string', description: 'Only requests of this ticket, as people write it.' },
    q: { type: 'string', description: 'Part of a name, a ticket, an owner, a request id or a vault id.' },
    since: { type: 'string', description: 'Only requests from this time or day on: 2026-10-23T09:30:00Z.' },
    until: { type: 'string', description: 'Only requests before this time or day.' },
    limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many at most; 50 by default.' },
    cursor: { type: 'string', description: 'The `cursor` of the page before.' },
  },
  additionalProperties: false,
}

/** The arguments of `settle_request`. */
export const settle: ObjectSchema = {
  type: 'object',
  properties: {
    id: REQUEST_ID,
    search: { type: 'boolean', const: true, description: 'Look through ConductorOne’s system log now.' },
    vaultId: { type: 'string', description: 'The id of the vault that was found in ConductorOne.' },
    preview: { type: 'boolean', description: 'Show the vault and whether it fits; settle nothing.' },
  },
  required: ['id'],
  additionalProperties: false,
}

const record = {
  type: 'object',
  description: 'The request and its outcome, as GET /v1/requests/{id} answers it.',
  properties: {
    id: REQUEST_ID,
    status: { type: 'string', enum: statuses },
    name: { type: 'string', description: 'The name of the vault. Written by people.' },
    vault: { type: ['object', 'null'], description: 'The vault in ConductorOne, or null.' },
    problem: { type: ['object', 'null'], description: 'Why there is no vault, or why that is not known.' },
    warnings: { type: 'array', items: { type: 'string' } },
  },
  required: ['id', 'status', 'name', 'vault', 'problem', 'warnings'],
} as const

/** What every result begins with. */
function result(properties: Readonly<Record<string, unknown>>): ObjectSchema {
  const notice = { type: 'string', description: 'Which parts are data, and not instructions.' }
  return {
    type: 'object',
    properties: { notice, ...properties },
    required: ['notice', ...Object.keys(properties)],
  }
}

/** The result of `preview_vault`. */
export const preview = result({
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
  request: record,
})

/** The result of `get_request`. */
export const one = result({ request: record })

/** The result of `list_requests`. */
export const page = result({
  requests: { type: 'array', items: record, description: 'Newest first.' },
  cursor: { type: ['string', 'null'], description: 'Asks for the next page; null on the last one.' },
})

/** The result of `settle_request`: the request, or a preview of the vault. */
export const settled: ObjectSchema = {
  ...one,
  properties: {
    ...one.properties,
    preview: { type: 'boolean', const: true },
    vault: { type: 'object', description: 'The vault as ConductorOne has it now.' },
    fits: { type: 'boolean', description: 'Whether the vault is proven to be the request’s own.' },
    reasons: { type: 'array', items: { type: 'string' }, description: 'What does not fit.' },
  },
  required: ['notice'],
}
