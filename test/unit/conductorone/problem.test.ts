import { afterEach, expect, test, vi } from 'vitest'
import { ConductorOneFailure } from '../../../src/conductorone/failure.ts'
import { problemFrom } from '../../../src/conductorone/problem.ts'
import { Problem } from '../../../src/problem/problem.ts'

const logged = vi.spyOn(console, 'error').mockReturnValue()
afterEach(() => void logged.mockClear())

test('passes a problem on', () => {
  const problem = new Problem('not-found', 'No.')
  expect(problemFrom(problem, 'req_1')).toBe(problem)
  expect(logged).not.toHaveBeenCalled()
})

test('says of a failure of ConductorOne what it means', () => {
  expect(problemFrom(new ConductorOneFailure({ kind: 'lost', reason: 'HTTP 500' }), 'req_1').code).toBe(
    'outcome-unknown',
  )
  expect(logged).not.toHaveBeenCalled()
})

test.each([new TypeError('secret detail'), 'secret detail', undefined])(
  'tells the log only of %s',
  (error) => {
    const { code, message, details } = problemFrom(error, 'req_1')
    expect({ code, details }).toEqual({ code: 'internal-error', details: {} })
    expect(message).not.toContain('secret')
    expect(logged).toHaveBeenCalledOnce()
  },
)

test('gives the log the request, the message and the place of a mistake', () => {
  problemFrom(new TypeError('x is undefined'), 'req_1')
  expect(JSON.parse(String(logged.mock.calls[0]?.[0]))).toMatchObject({
    event: 'exception',
    request: 'req_1',
    name: 'TypeError',
    message: 'x is undefined',
    stack: expect.stringContaining('problem.test.ts'),
  })
})
