import { problems } from '../../../src/problem/catalog.ts'
import type { Part } from '../headers.ts'
import { codes } from '../problem-schemas.ts'
import { jsonResponse, notFoundResponse, problemResponses, response, schemaRef } from '../responses.ts'
import { KEYED, scopes } from './keyed.ts'

const checkHealth: Part = {
  operationId: 'checkHealth',
  tags: ['Service'],
  summary: 'Liveness',
  description: 'Answers without asking anything else.',
  security: [],
  responses: {
    200: jsonResponse('It runs.', schemaRef('Healthy'), {
      ok: { summary: 'It runs', value: { status: 'ok' } },
    }),
  },
}

const checkReadiness: Part = {
  operationId: 'checkReadiness',
  tags: ['Service'],
  summary: 'Readiness',
  description:
    'Says whether the configuration is valid and ConductorOne gives a token. With a key that has the scope `operate`, ' +
    'it lists the checks up to the first that failed, and what to do about that one.',
  security: [{}, ...scopes('operate')],
  responses: {
    200: jsonResponse('It could.', schemaRef('Ready'), {
      ready: { summary: 'Without a key', value: { status: 'ready' } },
      checks: {
        summary: 'For operators',
        value: { status: 'ready', checks: ['token', 'ledger', 'owners'].map((name) => ({ name, ok: true })) },
      },
    }),
    503: jsonResponse(
      'It could not.',
      schemaRef('Unready'),
      {
        unavailable: { summary: 'Without a key', value: { status: 'unavailable' } },
        checks: {
          summary: 'For operators',
          value: {
            status: 'unavailable',
            checks: [{ name: 'token', ok: false, do: problems['conductorone-credentials-rejected'].remedy }],
          },
        },
      },
      { 'Retry-After': 'always' },
    ),
  },
}

const readCaller: Part = {
  operationId: 'readCaller',
  tags: ['Service'],
  summary: 'Read whose key it is',
  description: 'The name and scopes of the key that asks. Any scope will do.',
  security: scopes('create', 'read', 'operate'),
  responses: {
    200: jsonResponse('The caller.', schemaRef('CurrentCaller'), {
      operator: {
        summary: 'An operator',
        value: {
          name: 'operator',
          scopes: ['create', 'read', 'operate'],
          tenant: 'https://acme.conductor.one',
        },
      },
    }),
    ...problemResponses(KEYED),
  },
}

const EXPLAINED = `Too many requests

rate-limited, HTTP 429. The same request may succeed later.

Wait as long as \`Retry-After\` says.
`

const explainProblem: Part = {
  operationId: 'explainProblem',
  tags: ['Service'],
  summary: 'Explain a problem',
  description: 'The page behind the `type` of a problem: HTML if it is accepted, else text.',
  security: [],
  parameters: [
    {
      name: 'code',
      in: 'path',
      description: 'The code of the problem.',
      required: true,
      schema: { type: 'string', enum: codes },
      example: 'outcome-unknown',
    },
  ],
  responses: {
    200: response('What it means and what to do.', {
      'text/plain': {
        schema: { type: 'string' },
        examples: { text: { summary: 'In a terminal', value: EXPLAINED } },
      },
      'text/html': { schema: { type: 'string' } },
    }),
    ...notFoundResponse(),
  },
}

const listProblems: Part = {
  operationId: 'listProblems',
  tags: ['Service'],
  summary: 'List the problems',
  description: 'Every code with its title: HTML if it is accepted, else text.',
  security: [],
  responses: {
    200: response('Every code with its title.', {
      'text/plain': {
        schema: { type: 'string' },
        examples: {
          text: { summary: 'In a terminal', value: 'rate-limited: Too many requests (HTTP 429)\n' },
        },
      },
      'text/html': { schema: { type: 'string' } },
    }),
  },
}

function page(operationId: string, summary: string): Part {
  return file(operationId, summary, { 'text/html': { schema: { type: 'string' } } })
}

/** What is a file of this deployment; one without files has none. */
function file(operationId: string, summary: string, content: Part): Part {
  return {
    operationId,
    tags: ['Service'],
    summary,
    security: [],
    responses: { 200: response(`${summary}.`, content), ...notFoundResponse() },
  }
}

const readDescription = file('readDescription', 'This description: OpenAPI 3.1', {
  'application/json': {
    schema: {
      type: 'object',
      properties: { openapi: { type: 'string', pattern: '^3\\.1\\.' } },
      required: ['openapi'],
      additionalProperties: true,
    },
    examples: { version: { summary: 'How it begins', value: { openapi: '3.1.1' } } },
  },
})

const readPageFile: Part = {
  ...file('readPageFile', 'What the pages load', {
    'text/css': { schema: { type: 'string' } },
    'text/javascript': { schema: { type: 'string' } },
    'image/svg+xml': { schema: { type: 'string' } },
  }),
  parameters: [
    {
      name: 'file',
      in: 'path',
      description: 'The name of the file.',
      required: true,
      schema: { type: 'string' },
      example: 'style.css',
    },
  ],
}

const showRequest: Part = {
  ...page('showRequest', 'One request and its outcome, for operators'),
  parameters: [
    {
      name: 'id',
      in: 'path',
      description: 'The id of the request. The page is there for any id; it asks the API for the request.',
      required: true,
      schema: { type: 'string' },
      example: 'req_01m83setgvfryzrhs4470v10',
    },
  ],
}

/** What is there for operators, monitors and readers. */
export const servicePaths: Part = {
  '/healthz': { get: checkHealth },
  '/readyz': { get: checkReadiness },
  '/v1/caller': { get: readCaller },
  '/problems': { get: listProblems },
  '/problems/{code}': { get: explainProblem },
  '/openapi.json': { get: readDescription },
  '/docs': { get: page('showDocs', 'This description, for people') },
  '/': { get: page('showHome', 'What this is and where things are') },
  '/console': { get: page('showConsole', 'Requests and their outcome, for operators') },
  '/console/requests/{id}': { get: showRequest },
  '/console/vaults': { get: page('showRegister', 'The register of vaults, for operators') },
  '/pages/{file}': { get: readPageFile },
}
