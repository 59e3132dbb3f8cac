import { expect } from 'vitest'
import type { Answer } from './worker.ts'

/** The contract's table: the status of each problem, and whether the same request may succeed later. */
export const contract = {
  'malformed-json': [400, false],
  unauthenticated: [401, false],
  forbidden: [403, false],
  'policy-violation': [403, false],
  'not-found': [404, false],
  'method-not-allowed': [405, false],
  'payload-too-large': [413, false],
  'unsupported-media-type': [415, false],
  'request-in-progress': [409, true],
  'invalid-request': [422, false],
  'owner-not-found': [422, false],
  'owner-ambiguous': [422, false],
  'idempotency-key-reused': [422, false],
  'rejected-by-conductorone': [422, false],
  'rate-limited': [429, true],
  misconfigured: [500, false],
  overloaded: [503, true],
  'internal-error': [500, true],
  'conductorone-credentials-rejected': [502, false],
  'conductorone-unavailable': [503, true],
  'outcome-unknown': [504, false],
} as const satisfies Record<string, readonly [status: number, retryable: boolean]>

/** The name of a problem. */
export type Code = keyof typeof contract

/**
 * The answer is this problem, with everything that each must have.
 *
 * @param answer from the Worker
 * @param code which problem
 * @param pointers the fields at fault, where there are any
 */
export function expectProblem(answer: Answer, code: Code, pointers?: readonly string[]): void {
  const [status, retryable] = contract[code]
  expect(answer.body).toMatchObject({ type: `/problems/${code}`, code, status, retryable })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body.instance).toBe(answer.headers.get('x-request-id'))
  expect([typeof answer.body.title, typeof answer.body.detail]).toEqual(['string', 'string'])
  expect(answer.body.errors?.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers)
  expectCommonHeaders(answer)
}

/**
 * The answer has the headers that every answer has.
 *
 * @param answer from the Worker
 */
export function expectCommonHeaders({ headers }: Answer): void {
  expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{24}$/)
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
    'x-content-type-options': 'nosniff',
    'x-frame-options': expect.stringMatching(/DENY|SAMEORIGIN/),
  })
}
