import type { Part } from '../headers.ts'
import { jsonResponse, problemResponses, schemaRef } from '../responses.ts'
import { JSON_BODY, KEYED, scopes } from './keyed.ts'

const forgetPerson: Part = {
  operationId: 'forgetPerson',
  tags: ['Requests'],
  summary: 'Forget a person',
  description:
    'Removes an e-mail address from requests that have ended and from the register. Ids, keys and digests stay. Needs ' +
    'the scope `operate`.',
  security: scopes('operate'),
  requestBody: {
    description: 'Whom to forget.',
    required: true,
    content: {
      'application/json': {
        schema: schemaRef('Person'),
        examples: { person: { summary: 'A person', value: { email: 'jane@example.com' } } },
      },
    },
  },
  responses: {
    200: jsonResponse('What was removed, and what is out of reach.', schemaRef('Forgotten'), {
      removed: {
        summary: 'Removed',
        value: { requests: 2, vaults: 1, pending: 0, notReached: ['Tickets and chat messages.'] },
      },
    }),
    ...problemResponses([...KEYED, ...JSON_BODY, 'invalid-request']),
  },
}

/** People, of whom something is stored. */
export const peoplePaths: Part = { '/v1/people/forget': { post: forgetPerson } }
