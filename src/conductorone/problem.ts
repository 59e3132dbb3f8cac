import { log } from '../lib/log.ts'
import { overloadProblem } from '../problem/overload.ts'
import { Problem, type Upstream } from '../problem/problem.ts'
import { ConductorOneFailure, type Failure } from './failure.ts'

/** The wait that callers are told if ConductorOne names none. */
const DEFAULT_RETRY_SECONDS = 5

/** What ConductorOne was asked for. Only the failure of a create says anything about the creation of a vault. */
export type Purpose = 'create' | 'read'

/**
 * Turns any error into the problem that callers see. An error in our own code becomes `internal-error`, with its
 * details in the log only.
 *
 * @param error anything that was thrown
 * @param request the id of the request that failed, by which operators search the log
 * @param purpose what ConductorOne was asked for
 */
export function problemFrom(error: unknown, request: string, purpose: Purpose = 'create'): Problem {
  if (error instanceof Problem) return error
  const overload = overloadProblem(error)
  if (overload) return overload
  if (error instanceof ConductorOneFailure) return problemOf(error.failure, purpose)
  const { name, message, stack } = error instanceof Error ? error : new Error('something that is no error')
  log('error', 'exception', { request, name, message, stack })
  return new Problem(
    'internal-error',
    'Something went wrong here. The log has the details under this request’s id.',
  )
}

/** Describes a failure of ConductorOne to callers, by the contract's table of problems. */
export function problemOf(failure: Failure, purpose: Purpose = 'create'): Problem {
  const outcome = purpose === 'create' ? ' No vault was created.' : ''
  switch (failure.kind) {
    case 'credentials-rejected':
      return new Problem(
        'conductorone-credentials-rejected',
        `ConductorOne does not accept this deployment’s credential (HTTP ${failure.upstream.status}).${outcome}`,
        { upstream: failure.upstream },
      )
    case 'refused':
      return new Problem(
        'rejected-by-conductorone',
        `ConductorOne refused the request (HTTP ${failure.upstream.status}${quote(failure.upstream)}).${outcome}`,
        {
          upstream: failure.upstream,
          ...(failure.errors && { errors: failure.errors }),
        },
      )
    case 'unavailable':
      return new Problem(
        'conductorone-unavailable',
        `ConductorOne could not be asked (${failure.reason}).${outcome} Try again later.`,
        {
          ...(failure.upstream && { upstream: failure.upstream }),
          retryAfter: failure.retryAfter ?? DEFAULT_RETRY_SECONDS,
        },
      )
    case 'lost':
      return new Problem(
        'outcome-unknown',
        `The create was sent to ConductorOne, and no clear answer came back (${failure.reason}).`,
        failure.upstream && { upstream: failure.upstream },
      )
  }
}

function quote({ message }: Upstream): string {
  return message ? `: ${message}` : ''
}
