import { sources } from '../../../src/sources/sources.ts'
import { delivered, groupRequest } from '../examples.ts'
import type { Part } from '../headers.ts'
import { provenBy } from '../proven-by.ts'
import { jsonResponse, problemResponse, problemResponses, schemaRef } from '../responses.ts'
import { INTAKE } from './intake.ts'

const senders = [...sources].map(([name, { proofs }]) => `- \`${name}\`: ${provenBy(proofs)}.`)

const receiveDelivery: Part = {
  operationId: 'receiveDelivery',
  tags: ['Webhooks'],
  summary: 'Receive a ticketing system’s delivery',
  description:
    'A delivery is verified over its raw bytes, read, recorded and answered; the vault is made in the background. A ' +
    'source without a secret in WEBHOOK_SECRETS does not exist. Each sender proves its deliveries in a header of its own:' +
    `\n\n${senders.join('\n')}`,
  security: [],
  parameters: [
    {
      name: 'source',
      in: 'path',
      description: 'The sender.',
      required: true,
      schema: { type: 'string', enum: [...sources.keys()] },
      example: 'github',
    },
  ],
  requestBody: {
    description:
      'The sender’s own payload, in at most 256 KiB; each sender’s documentation has its shape. That of `standard` is the ' +
      'simplified request.',
    required: true,
    content: {
      'application/json': {
        schema: {},
        examples: { standard: { summary: 'What `standard` takes', value: groupRequest } },
      },
    },
  },
  responses: {
    200: jsonResponse(
      'The delivery asks for nothing, or was taken on before, or its sender reads nothing but 200.',
      { oneOf: [schemaRef('Taken'), schemaRef('Ignored')] },
      {
        ignored: {
          summary: 'It asks for nothing',
          value: { ignored: 'an issue asks for a vault when it gets the label "vault-request"' },
        },
        taken: { summary: 'The request, as it is now', value: { request: delivered } },
      },
      { Location: 'sometimes', 'Idempotent-Replayed': 'sometimes' },
    ),
    202: jsonResponse(
      'The delivery was taken on.',
      schemaRef('Taken'),
      { taken: { summary: 'The request, carried out in the background', value: { request: delivered } } },
      { Location: 'always' },
    ),
    ...problemResponses([...INTAKE, 'malformed-json']),
    422: problemResponse(['invalid-request', 'policy-violation'], 422, { Location: 'always' }),
  },
}

/** Deliveries of ticketing systems. */
export const webhookPaths: Part = { '/webhooks/{source}': { post: receiveDelivery } }
