import type { RequestRecord } from '../../../src/ledger/entry.ts'
import { created, settled, unknown } from '../examples.ts'
import type { Part } from '../headers.ts'
import { schemaRef } from '../responses.ts'

function result(summary: string, data: RequestRecord) {
  return { summary, value: { type: `vault.${data.status}`, timestamp: data.updatedAt, data } }
}

/** What a `callbackUrl` gets, as a Callback Object. */
export const callback: Part = {
  '{$request.body#/callbackUrl}': {
    post: {
      operationId: 'postResult',
      tags: ['Vaults'],
      summary: 'The result of a request',
      description:
        'Posted when the request has ended, signed as Standard Webhooks says with the deployment’s CALLBACK_SECRET, to ' +
        'hosts that the policy allows. Repeated for about four hours until it is taken; no redirect is followed.',
      security: [],
      parameters: [
        {
          name: 'webhook-id',
          in: 'header',
          description: 'The same for every repetition of one message.',
          required: true,
          schema: { type: 'string' },
          example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
        {
          name: 'webhook-timestamp',
          in: 'header',
          description: 'When it was sent, in epoch seconds.',
          required: true,
          schema: { type: 'string', pattern: '^\\d+$' },
          example: '1792747802',
        },
        {
          name: 'webhook-signature',
          in: 'header',
          description: '`v1,` and the HMAC-SHA-256 of `<webhook-id>.<webhook-timestamp>.<body>` in base64.',
          required: true,
          schema: { type: 'string', pattern: '^v1,[A-Za-z0-9+/]{43}=$' },
          example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: schemaRef('Result'),
            examples: {
              created: result('There is a vault', created),
              failed: result('There is no vault', settled),
              unknown: result('There may be a vault', unknown),
            },
          },
        },
      },
      responses: {
        '2XX': { description: 'Taken.' },
        410: { description: 'Not wanted any more: it is not repeated.' },
        default: {
          description: 'Not taken: it is repeated, after `Retry-After` where that says how many seconds.',
        },
      },
    },
  },
}
