import {
  automationAnswer,
  emptyAnswer,
  stepAnswer,
  stepRefusal,
} from '../../../src/outcomes/conductorone-answer.ts'
import { created, delivered, next } from '../examples.ts'
import type { Part } from '../headers.ts'
import { jsonResponse, problemResponses, schemaRef } from '../responses.ts'
import { INTAKE } from './intake.ts'

const asked = { ...delivered, caller: 'conductorone', source: 'conductorone', ticket: { id: 'C1-1234' } }

const receiveConductorOne: Part = {
  operationId: 'receiveConductorOne',
  tags: ['Webhooks'],
  summary: 'Receive a ConductorOne delivery',
  description:
    'A provisioning step makes a vault for the person that the task is about; a step of an automation makes one from its ' +
    'context. Verified by `Authorization`, a JWT of the tenant that binds the request and its body and is good once. The ' +
    'outcome goes to the delivery’s callback address, on the tenant’s own host. Without `CONDUCTORONE_WEBHOOKS = "on"` ' +
    'this path does not exist.',
  security: [],
  requestBody: {
    description: 'ConductorOne’s own payload, in at most 256 KiB; its documentation has the shape.',
    required: true,
    content: {
      'application/json': {
        schema: {},
        examples: {
          test: {
            summary: 'A test of the webhook',
            value: { version: 'v1', event: 'c1.webhooks.v1.PayloadTest', payload: {} },
          },
        },
      },
    },
  },
  responses: {
    200: jsonResponse(
      'The step is complete, or cannot be done; or the delivery asks for nothing.',
      { anyOf: [schemaRef('ConductorOneAnswer'), schemaRef('ConductorOneIgnored')] },
      {
        test: { summary: 'To a test', value: emptyAnswer() },
        complete: { summary: 'A provisioning step, repeated', value: stepAnswer(created, next) },
        errored: {
          summary: 'A provisioning step that is not ours',
          value: stepRefusal('This Worker makes vaults.'),
        },
        context: { summary: 'A step of an automation, repeated', value: automationAnswer(created) },
        ignored: {
          summary: 'It asks for nothing',
          value: {
            ...emptyAnswer(),
            ignored: 'c1.webhooks.v1.PayloadFindingDispatch events ask for nothing here',
          },
        },
      },
      { Location: 'sometimes', 'Idempotent-Replayed': 'sometimes' },
    ),
    202: jsonResponse(
      'Taken on: the outcome will go to the callback address.',
      schemaRef('ConductorOneTaken'),
      { taken: { summary: 'The request', value: { ...emptyAnswer(), request: asked } } },
      { Location: 'always' },
    ),
    ...problemResponses([...INTAKE, 'malformed-json', 'invalid-request', 'conductorone-unavailable']),
  },
}

/** Deliveries of ConductorOne itself. */
export const conductorOnePaths: Part = { '/webhooks/conductorone': { post: receiveConductorOne } }
