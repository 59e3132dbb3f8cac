import { expect, test } from 'vitest'
import { ConductorOneFailure, type Failure } from '../../../src/conductorone/failure.ts'
import { problemOf } from '../../../src/conductorone/problem.ts'

const upstream = { status: 429, code: 8, message: 'slow down' }

// every kind, by the type: a new one does not compile until it stands here
const told: Record<Failure['kind'], [Failure, string, number, object]> = {
  'credentials-rejected': [
    { kind: 'credentials-rejected', upstream },
    'conductorone-credentials-rejected',
    502,
    { upstream, retryable: false },
  ],
  refused: [{ kind: 'refused', upstream }, 'rejected-by-conductorone', 422, { upstream, retryable: false }],
  unavailable: [
    { kind: 'unavailable', reason: 'HTTP 503', upstream, retryAfter: 9 },
    'conductorone-unavailable',
    503,
    { upstream, retryAfter: 9, retryable: true },
  ],
  lost: [
    { kind: 'lost', reason: 'no answer in time', upstream },
    'outcome-unknown',
    504,
    { upstream, retryable: false },
  ],
}

test.each(Object.values(told))('tells callers of %j', (failure, code, status, rest) => {
  expect(problemOf(failure).document('req_1')).toMatchObject({ code, status, ...rest })
})

test('names a time to come back even where ConductorOne names none', () => {
  expect(problemOf({ kind: 'unavailable', reason: 'HTTP 503' }).details).toEqual({ retryAfter: 5 })
})

test('repeats why ConductorOne refused, and says that nothing was created', () => {
  expect(problemOf({ kind: 'refused', upstream }).message).toBe(
    'ConductorOne refused the request (HTTP 429: slow down). No vault was created.',
  )
  expect(problemOf({ kind: 'refused', upstream: { status: 400 } }).message).toContain('(HTTP 400).')
})

test('says of a lost answer neither that nothing was created nor what upstream never said', () => {
  const problem = problemOf({ kind: 'lost', reason: 'no answer in time' })
  expect(problem.message).not.toContain('No vault')
  expect(problem.details).toEqual({})
})

test.each(Object.values(told))('has a message for the log about %j', (failure) => {
  expect(new ConductorOneFailure(failure).message).toMatch(/HTTP \d+|no answer in time/)
})
