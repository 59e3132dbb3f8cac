import { expect, test } from 'vitest'
import { type ProblemCode, problems } from '../../../src/problem/catalog.ts'
import { Problem, problemResponse } from '../../../src/problem/problem.ts'

// the contract's table
const contract: Record<ProblemCode, number> = {
  'malformed-json': 400,
  unauthenticated: 401,
  forbidden: 403,
  'policy-violation': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'request-in-progress': 409,
  'invalid-request': 422,
  'owner-not-found': 422,
  'owner-ambiguous': 422,
  'idempotency-key-reused': 422,
  'rejected-by-conductorone': 422,
  'rate-limited': 429,
  misconfigured: 500,
  overloaded: 503,
  'internal-error': 500,
  'conductorone-credentials-rejected': 502,
  'conductorone-unavailable': 503,
  'outcome-unknown': 504,
}

// all of them, as the type above demands
const codes = Object.keys(contract) as ProblemCode[]

test('are those of the contract, with their statuses', () => {
  expect(Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status]))).toEqual(
    contract,
  )
})

test.each(codes)('%s says what it is, whether to try again, and what to do', async (code) => {
  const document = new Problem(code, 'This happened.').document('req_1')
  expect(document).toEqual({
    type: `/problems/${code}`,
    title: problems[code].title,
    status: contract[code],
    detail: 'This happened.',
    instance: 'req_1',
    code,
    retryable: problems[code].retryable,
  })
  expect(problems[code].remedy).toMatch(/\.$/)
})

test('only a time to come, or a mistake of ours, may be tried again unchanged', () => {
  expect(codes.filter((code) => problems[code].retryable).sort()).toEqual([
    'conductorone-unavailable',
    'internal-error',
    'overloaded',
    'rate-limited',
    'request-in-progress',
  ])
})

test('names faults, what upstream said and when to come back where there is something to name', () => {
  const details = {
    errors: [{ pointer: '/name', detail: 'must not be empty' }],
    upstream: { status: 429, code: 8, message: 'slow down' },
    retryAfter: 0,
    headers: { Allow: 'GET' },
  }
  const { headers, ...told } = details
  const document = new Problem('rate-limited', 'Wait.', details).document('req_1')
  expect(document).toMatchObject(told)
  expect(document).not.toHaveProperty('headers')
})

test('is answered as RFC 9457 says', async () => {
  const document = new Problem('rate-limited', 'Wait.', { retryAfter: 7 }).document('req_1')
  const response = problemResponse(document, { Allow: 'GET' })
  expect(response.status).toBe(429)
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': 'application/problem+json',
    'retry-after': '7',
    allow: 'GET',
  })
  expect(await response.json()).toEqual(document)
})

test('asks for another try at no time where none is named', () => {
  const response = problemResponse(new Problem('not-found', 'No.').document('req_1'))
  expect(response.headers.has('retry-after')).toBe(false)
})
