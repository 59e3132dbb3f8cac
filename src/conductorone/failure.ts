import { Problem, type Upstream } from '../problem/problem.ts'

/**
 * What went wrong with a call to ConductorOne, and with it whether the call may have had an effect. Only `lost` may
 * have had one; after each of the others nothing was created or changed.
 */
export type Failure =
  /** the token endpoint refused us, or the API answered 401 or 403 */
  | { readonly kind: 'credentials-rejected'; readonly upstream: Upstream }
  /** the API refused the content: any other 4xx but 408, 429 and 499 */
  | { readonly kind: 'refused'; readonly upstream: Upstream }
  /** nothing was sent, or the API said try later, or something was to be read only and could not be */
  | {
      readonly kind: 'unavailable'
      readonly reason: string
      readonly upstream?: Upstream
      readonly retryAfter?: number | undefined
    }
  /** bytes that ask for a change may have reached ConductorOne, and no answer says what became of them */
  | { readonly kind: 'lost'; readonly reason: string; readonly upstream?: Upstream }

/** A failed call to ConductorOne. */
export class ConductorOneFailure extends Error {
  readonly failure: Failure

  /** @param failure what went wrong */
  constructor(failure: Failure) {
    super('reason' in failure ? failure.reason : `${failure.kind}: HTTP ${failure.upstream.status}`)
    this.failure = failure
  }
}

/** Seconds to wait where ConductorOne does not say how long. */
const LATER = 5

/**
 * @param failure what went wrong
 * @param purpose what the call was made for; of a vault's creation only a create may speak
 * @returns the problem that the caller is told, by the contract's table
 */
export function problemOf(failure: Failure, purpose: 'create' | 'read' = 'create'): Problem {
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
        `ConductorOne refused the request (HTTP ${failure.upstream.status}${said(failure.upstream)}).${outcome}`,
        { upstream: failure.upstream },
      )
    case 'unavailable':
      return new Problem(
        'conductorone-unavailable',
        `ConductorOne could not be asked (${failure.reason}).${outcome} Try again later.`,
        {
          ...(failure.upstream && { upstream: failure.upstream }),
          retryAfter: failure.retryAfter ?? LATER,
        },
      )
    case 'lost':
      return new Problem(
        'outcome-unknown',
        `The request was sent to ConductorOne, and nobody knows what became of it (${failure.reason}).`,
        failure.upstream && { upstream: failure.upstream },
      )
  }
}

function said({ message }: Upstream): string {
  return message ? `: ${message}` : ''
}
