import { VAULT_ID } from '../../../src/conductorone/wire.ts'
import { RegisterQuery } from '../../../src/ledger/register.ts'
import { csvHeader, csvRow } from '../../../src/ledger/register-csv.ts'
import { CreateQuery } from '../../../src/provisioning/request.ts'
import '../query-words.ts'
import {
  accepted,
  callbackRequest,
  created,
  dryRun,
  groupRequest,
  linkRequest,
  next,
  registered,
  vault,
} from '../examples.ts'
import type { Part } from '../headers.ts'
import { jsonResponse, problemResponses, response, schemaRef } from '../responses.ts'
import { queryParameters } from '../schemas.ts'
import { callback } from './callback.ts'
import { JSON_BODY, KEYED, scopes } from './keyed.ts'

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Two requests of a caller with the same key are the same request: 1 to 255 printable ASCII characters, bare or as a ' +
    'quoted string. Without it, the ticket’s id and the vault’s name are the key; without a ticket, every request is new.',
  schema: { type: 'string', minLength: 1, maxLength: 512, pattern: '^[\\x20-\\x7e]+$' },
  example: 'deploy-2417',
}

const PREFER = {
  name: 'Prefer',
  in: 'header',
  description: '`respond-async` answers 202 at once, and the work goes on in the background: RFC 7240.',
  schema: { type: 'string' },
  example: 'respond-async',
}

const TRACEPARENT = {
  name: 'traceparent',
  in: 'header',
  description: 'Passed on to ConductorOne: W3C Trace Context.',
  schema: { type: 'string' },
  example: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}

const createVault: Part = {
  operationId: 'createVault',
  tags: ['Vaults'],
  summary: 'Make a vault',
  description:
    'Makes a vault in ConductorOne, at most once. Needs the scope `create`.\n\nWith an `Idempotency-Key` or a `ticket`, ' +
    'the same request again gets the stored answer with `Idempotent-Replayed: true`, 409 while it runs, and 422 if its ' +
    'content differs. A failed request may be sent again, corrected or not. A request with an unknown outcome is never ' +
    'sent again. If the caller hangs up, the request still runs to its end.',
  security: scopes('create'),
  parameters: [...queryParameters(CreateQuery), IDEMPOTENCY_KEY, PREFER, TRACEPARENT],
  requestBody: {
    description:
      'At most 64 KiB. Owners must be enabled users of your ConductorOne: try it with your own address.',
    required: true,
    content: {
      'application/json': {
        schema: schemaRef('ProvisioningRequest'),
        examples: {
          group: { summary: 'A vault for a group, asked for in a ticket', value: groupRequest },
          callback: { summary: 'The same, with a signed callback', value: callbackRequest },
          link: { summary: 'A link that may be opened once', value: linkRequest },
        },
      },
    },
  },
  responses: {
    200: jsonResponse(
      '`dry_run=true`: what would be sent. Nothing was created or recorded.',
      schemaRef('DryRun'),
      {
        dryRun: { summary: 'What would be sent', value: dryRun },
      },
    ),
    201: jsonResponse(
      'The vault was made, now or by an earlier request with the same key.',
      schemaRef('Created'),
      { created: { summary: 'The vault and the request', value: { vault, request: created, next } } },
      { Location: 'always', 'Idempotent-Replayed': 'sometimes' },
    ),
    202: jsonResponse(
      '`Prefer: respond-async`: the request is recorded, and carried out in the background.',
      schemaRef('RequestRecord'),
      { accepted: { summary: 'The request', value: accepted } },
      { Location: 'always', 'Preference-Applied': 'always' },
    ),
    ...problemResponses(
      [
        ...KEYED,
        ...JSON_BODY,
        'policy-violation',
        'request-in-progress',
        'invalid-request',
        'owner-not-found',
        'owner-ambiguous',
        'idempotency-key-reused',
        'rejected-by-conductorone',
        'conductorone-credentials-rejected',
        'conductorone-unavailable',
        'outcome-unknown',
      ],
      {
        403: { Location: 'sometimes' },
        422: { Location: 'sometimes' },
        500: { Location: 'sometimes' },
        502: { Location: 'sometimes' },
        503: { Location: 'sometimes' },
        504: { Location: 'sometimes', 'Idempotent-Replayed': 'sometimes' },
      },
    ),
  },
  callbacks: { result: callback },
}

const readVault: Part = {
  operationId: 'readVault',
  tags: ['Vaults'],
  summary: 'Read a vault',
  description:
    'The vault as ConductorOne has it now. The scope `read` is for vaults that the caller’s own requests made, ' +
    '`operate` for any.',
  security: scopes('read', 'operate'),
  parameters: [
    {
      name: 'id',
      in: 'path',
      description: 'The vault’s id in ConductorOne.',
      required: true,
      schema: { type: 'string', pattern: VAULT_ID.source },
      example: vault.id,
    },
  ],
  responses: {
    200: jsonResponse('The vault.', schemaRef('ReadVault'), {
      vault: { summary: 'A vault for a group', value: { vault } },
    }),
    ...problemResponses([
      ...KEYED,
      'not-found',
      'rejected-by-conductorone',
      'conductorone-credentials-rejected',
      'conductorone-unavailable',
    ]),
  },
}

const listVaults: Part = {
  operationId: 'listVaults',
  tags: ['Vaults'],
  summary: 'List vaults that were made here',
  description:
    'The register: whose each vault is and why there is one, newest first. The scope `read` shows those that the ' +
    'caller’s own requests made, `operate` all of them. With `Accept: text/csv` all of it comes at once, as CSV.',
  security: scopes('read', 'operate'),
  parameters: queryParameters(RegisterQuery),
  responses: {
    200: response(
      'One page of the register, or all of it as CSV.',
      {
        'application/json': {
          schema: schemaRef('VaultPage'),
          examples: { last: { summary: 'The last page', value: { vaults: [registered], cursor: null } } },
        },
        'text/csv': {
          schema: { type: 'string' },
          examples: { csv: { summary: 'In a spreadsheet', value: csvHeader() + csvRow(registered) } },
        },
      },
      { 'Content-Disposition': 'sometimes' },
    ),
    ...problemResponses([...KEYED, 'invalid-request']),
  },
}

/** Making and reading vaults. */
export const vaultPaths: Part = {
  '/v1/vaults': { get: listVaults, post: createVault },
  '/v1/vaults/{id}': { get: readVault },
}
