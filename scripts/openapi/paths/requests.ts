import { ListQuery, ReadQuery } from '../../../src/ledger/filter.ts'
import '../query-words.ts'
import { accepted, created, details, settled, unknown, vault } from '../examples.ts'
import type { Part } from '../headers.ts'
import { jsonResponse, problemResponses, schemaRef } from '../responses.ts'
import { queryParameters } from '../schemas.ts'
import { JSON_BODY, KEYED, scopes } from './keyed.ts'

const REQUEST_ID = {
  name: 'id',
  in: 'path',
  description: 'The request’s id.',
  required: true,
  schema: { type: 'string', pattern: '^req_[0-9a-z]{24}$' },
  example: created.id,
}

const listRequests: Part = {
  operationId: 'listRequests',
  tags: ['Requests'],
  summary: 'List requests',
  description:
    'Requests and their outcome, newest first. The scope `read` shows the caller’s own requests, `operate` everyone’s. ' +
    'Requests are kept for 30 days after they end, those whose outcome is unknown until they are settled.',
  security: scopes('read', 'operate'),
  parameters: queryParameters(ListQuery),
  responses: {
    200: jsonResponse('One page of requests.', schemaRef('RequestPage'), {
      more: {
        summary: 'A page that another one follows',
        value: { requests: [created, unknown], cursor: unknown.id },
      },
      last: { summary: 'The last page', value: { requests: [accepted], cursor: null } },
    }),
    ...problemResponses([...KEYED, 'invalid-request']),
  },
}

const readRequest: Part = {
  operationId: 'readRequest',
  tags: ['Requests'],
  summary: 'Read a request',
  description:
    'A request and its outcome. The scope `read` is for the caller’s own requests, `operate` for everyone’s.',
  security: scopes('read', 'operate'),
  parameters: [REQUEST_ID, ...queryParameters(ReadQuery)],
  responses: {
    200: jsonResponse(
      'The request.',
      { anyOf: [schemaRef('RequestRecord'), schemaRef('RequestDetails')] },
      {
        created: { summary: 'There is a vault', value: created },
        details: { summary: 'With `attempts=true`', value: details },
        accepted: { summary: 'Carried out in the background', value: accepted },
        unknown: { summary: 'There may be a vault', value: unknown },
      },
    ),
    ...problemResponses([...KEYED, 'not-found', 'invalid-request']),
  },
}

const resolveRequest: Part = {
  operationId: 'resolveRequest',
  tags: ['Requests'],
  summary: 'Settle an unknown outcome',
  description:
    'Settles a request whose outcome is `unknown`: with the vault that a person has found in ConductorOne, as not ' +
    'created, or by looking through ConductorOne’s system log now, as the Worker itself does for half an hour. A vault ' +
    'that belongs to another request is refused. Needs the scope `operate`.',
  security: scopes('operate'),
  parameters: [REQUEST_ID],
  requestBody: {
    description: 'What was found.',
    required: true,
    content: {
      'application/json': {
        schema: schemaRef('Settlement'),
        examples: {
          found: { summary: 'The vault is there', value: { vaultId: vault.id } },
          preview: { summary: 'Look at the vault first', value: { vaultId: vault.id, preview: true } },
          none: { summary: 'There is no vault', value: { outcome: 'not_created' } },
          search: { summary: 'Look through the system log now', value: { search: true } },
        },
      },
    },
  },
  responses: {
    200: jsonResponse(
      'The request as it is now, or the vault if only a preview was asked for.',
      { anyOf: [schemaRef('RequestRecord'), schemaRef('VaultPreview')] },
      {
        found: {
          summary: 'Settled with the vault that was found',
          value: {
            ...created,
            warnings: settled.warnings,
            settledBy: settled.settledBy,
            updatedAt: settled.updatedAt,
          },
        },
        preview: { summary: 'The vault fits', value: { preview: true, vault, fits: true, reasons: [] } },
        none: { summary: 'Settled as not created', value: settled },
        search: { summary: 'Not found yet', value: unknown },
      },
    ),
    ...problemResponses([
      ...KEYED,
      ...JSON_BODY,
      'not-found',
      'invalid-request',
      'rejected-by-conductorone',
      'conductorone-credentials-rejected',
      'conductorone-unavailable',
    ]),
  },
}

/** Reading requests, and settling those whose outcome is unknown. */
export const requestPaths: Part = {
  '/v1/requests': { get: listRequests },
  '/v1/requests/{id}': { get: readRequest },
  '/v1/requests/{id}/resolve': { post: resolveRequest },
}
