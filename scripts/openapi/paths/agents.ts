import type { Part } from '../headers.ts'
import { problemResponse, problemResponses, response } from '../responses.ts'
import { JSON_BODY, KEYED, scopes } from './keyed.ts'

const message: Part = {
  type: 'object',
  description: 'A message of JSON-RPC 2.0 as the Model Context Protocol defines it.',
  properties: {
    jsonrpc: { const: '2.0' },
    id: { type: ['string', 'integer', 'null'] },
    method: { type: 'string' },
    params: { type: 'object', additionalProperties: true },
    result: { type: 'object', additionalProperties: true },
    error: { type: 'object', additionalProperties: true },
  },
  required: ['jsonrpc'],
}

const call = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'list_requests', arguments: { status: 'unknown' } },
}
const result = {
  jsonrpc: '2.0',
  id: 1,
  result: {
    content: [{ type: 'text', text: '0 requests, newest first.' }],
    structuredContent: { requests: [], cursor: null },
  },
}
const error = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_000, message: 'Bad Request: Unsupported protocol version' },
}

const explainRefusal: Part = {
  'application/json': {
    schema: message,
    examples: { error: { summary: 'Refused by the protocol', value: error } },
  },
}

/** A status that a problem of ours has as well as an error of the protocol. */
function either(problem: Part): Part {
  return { ...problem, content: { ...(problem.content as Part), ...explainRefusal } } // made by `response`
}

const REFUSED = 'Refused by the protocol: the JSON-RPC error says why.'

/** What agents call: the Model Context Protocol. */
export const agentPaths: Part = {
  '/mcp': {
    post: {
      operationId: 'callAsAgent',
      tags: ['Agents'],
      summary: 'Speak the Model Context Protocol',
      description:
        'Streamable HTTP without a session, in the revisions 2025-06-18 and later. The tools `preview_vault`, ' +
        '`create_vault`, `get_request`, `list_requests` and `settle_request` do what the other paths do, with the same key, scopes and ' +
        'records. A request with an `Origin` other than this one is refused.',
      security: scopes('create', 'read', 'operate'),
      requestBody: {
        description: 'One message, in at most 64 KiB.',
        required: true,
        content: {
          'application/json': {
            schema: message,
            examples: { call: { summary: 'A call of a tool', value: call } },
          },
        },
      },
      responses: {
        200: response('The answer to a request.', {
          'application/json': {
            schema: message,
            examples: { result: { summary: 'The result of a tool', value: result } },
          },
        }),
        202: {
          ...response('A notification was taken.', {
            'application/json': { schema: {}, examples: { nothing: { summary: 'Nothing', value: null } } },
          }),
          'x-silent': true,
        },
        ...problemResponses([...KEYED, ...JSON_BODY, 'invalid-request'], {
          403: { 'WWW-Authenticate': 'sometimes' },
        }),
        400: either(problemResponse(['malformed-json'], 400)),
        404: response(REFUSED, explainRefusal),
      },
    },
  },
}
