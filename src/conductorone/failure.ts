import type { FieldFault, Upstream } from '../problem/problem.ts'

/**
 * What went wrong with a call to ConductorOne, and with it whether the call may have had an effect. Only `lost` may
 * have had one; after each of the others nothing was created or changed.
 */
export type Failure =
  /** the token endpoint refused us, or the API answered 401 or 403 */
  | { readonly kind: 'credentials-rejected'; readonly upstream: Upstream }
  /** the API refused the content: any other 4xx but 408, 429 and 499 */
  | {
      readonly kind: 'refused'
      readonly upstream: Upstream
      /** the fields that it refused, if it named any */
      readonly errors?: readonly FieldFault[]
    }
  /** nothing was sent, or the API asked us to come back later, or a read got no usable answer */
  | {
      readonly kind: 'unavailable'
      readonly reason: string
      readonly upstream?: Upstream
      /** whole seconds */
      readonly retryAfter?: number | undefined
    }
  /** a create may have reached ConductorOne, and no answer says what it did */
  | { readonly kind: 'lost'; readonly reason: string; readonly upstream?: Upstream }

/** A failed call to ConductorOne. */
export class ConductorOneFailure extends Error {
  readonly failure: Failure

  /** Wraps a failure so that it can be thrown. */
  constructor(failure: Failure) {
    super('reason' in failure ? failure.reason : `${failure.kind}: HTTP ${failure.upstream.status}`)
    this.failure = failure
  }
}
