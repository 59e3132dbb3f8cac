import { expect, test } from 'vitest'
import { overloadProblem } from '../../../src/problem/overload.ts'

const platformError = (marks: object) => Object.assign(new Error('Durable Object is overloaded.'), marks)

test('an object that could not take a call has begun nothing, and says when to come back', () => {
  const problem = overloadProblem(platformError({ overloaded: true, retryable: true }))
  expect(problem).toMatchObject({ code: 'overloaded', details: { retryAfter: 5 } })
})

test.each([
  ['from inside the object', platformError({ overloaded: true, remote: true })],
  ['of an object that was interrupted', platformError({ retryable: true, durableObjectReset: true })],
  ['of any other kind', new TypeError('x')],
  ['that is no error', { overloaded: true }],
])('an error %s says nothing of the kind', (_, error) => {
  expect(overloadProblem(error)).toBeUndefined()
})
