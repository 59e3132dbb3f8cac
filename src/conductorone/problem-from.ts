import { log } from '../lib/log.ts'
import { Problem } from '../problem/problem.ts'
import { ConductorOneFailure, problemOf } from './failure.ts'

/**
 * @param error whatever was thrown
 * @param request the id of the request that it happened to, by which the log is searched
 * @param purpose what ConductorOne was asked for
 * @returns the problem that callers are told; a mistake of ours is told as such, with the details in the log only
 */
export function problemFrom(error: unknown, request: string, purpose: 'create' | 'read' = 'create'): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ConductorOneFailure) return problemOf(error.failure, purpose)
  const { name, message, stack } = error instanceof Error ? error : new Error('something that is no error')
  log('error', 'exception', { request, name, message, stack })
  return new Problem(
    'internal-error',
    'Something went wrong here. The log has the details under this request’s id.',
  )
}
