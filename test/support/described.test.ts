import { expect, test } from 'vitest'
import { type Call, expectDescribed } from './described.ts'
import { openapi } from './openapi.ts'
import type { Answer } from './worker.ts'

const ID = 'req_01m83setgvfryzrhs4470v10'
const { value: body } =
  openapi.paths['/v1/vaults'].post.responses['201'].content['application/json'].examples.created
const call: Call = { method: 'POST', path: '/v1/vaults', json: { name: 'Payroll' } }

/** The answer that the description shows, but for some changes. */
function answer({
  headers = {},
  ...changes
}: Partial<Omit<Answer, 'headers'>> & { headers?: Record<string, string | undefined> } = {}): Answer {
  const all = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Request-Id': ID,
    Location: `/v1/requests/${ID}`,
    ...headers,
  }
  const given = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined)
  return { status: 201, body: structuredClone(body), headers: new Headers(given), ...changes }
}

const problem = (code: string) => ({ ...openapi.components.examples[code].value })

test.each<[string, Call, Answer]>([
  ['the answer that it shows', call, answer()],
  ['a header that is there sometimes', call, answer({ headers: { 'Idempotent-Replayed': 'true' } })],
  ['a field of a vault that is new', call, answer({ body: { ...body, vault: { ...body.vault, new: 1 } } })],
  [
    'a path that is nowhere',
    { ...call, path: '/nowhere' },
    answer({
      status: 404,
      body: problem('not-found'),
      headers: { Location: undefined, 'Content-Type': 'application/problem+json' },
    }),
  ],
])('%s is described', (_, asked, answered) => {
  expect(() => expectDescribed(asked, answered)).not.toThrow()
})

test.each<[string, Call, Answer, string]>([
  ['another status', call, answer({ status: 203 }), 'it has no status 203'],
  [
    'a header that is missing',
    call,
    answer({ headers: { Location: undefined } }),
    'the header Location is missing',
  ],
  [
    'a header of another form',
    call,
    answer({ headers: { Location: '/v1/vaults/1' } }),
    'the header Location is /v1/vaults/1: it must match pattern',
  ],
  ['a header that is new', call, answer({ headers: { Allow: 'GET' } }), 'it has no header allow'],
  [
    'another type',
    call,
    answer({ headers: { 'Content-Type': 'text/html' } }),
    'it has no content of type text/html',
  ],
  [
    'nothing at all',
    call,
    answer({ body: '', headers: { 'Content-Type': undefined } }),
    'it has no content of type none',
  ],
  [
    'a member that is missing',
    call,
    answer({ body: { vault: body.vault } }),
    "it must have required property 'request'",
  ],
  [
    'a member that is new',
    call,
    answer({ body: { ...body, request: { ...body.request, new: 1 } } }),
    '/request must NOT have unevaluated properties {"unevaluatedProperty":"new"}',
  ],
  [
    'a value that is no choice',
    call,
    answer({ body: { ...body, request: { ...body.request, status: 'done' } } }),
    '/request/status must be equal to one of the allowed values',
  ],
  [
    'a problem that the operation does not have',
    { ...call, path: '/v1/requests', method: 'GET' },
    answer({
      status: 422,
      body: problem('owner-not-found'),
      headers: { Location: undefined, 'Content-Type': 'application/problem+json' },
    }),
    '/code must be equal to constant',
  ],
  [
    'a status that the problem does not say',
    call,
    answer({
      status: 403,
      body: { ...problem('policy-violation'), status: 422 },
      headers: { Location: undefined, 'Content-Type': 'application/problem+json' },
    }),
    'its status says 422',
  ],
  [
    'what was taken on',
    { ...call, json: { title: 'Payroll' } },
    answer(),
    "it must have required property 'name'",
  ],
])('%s is not described', (_, asked, answered, fault) => {
  expect(() => expectDescribed(asked, answered)).toThrow(fault)
})
