import type { Deadline } from './deadline.ts'
import type { Lanes } from './lanes.ts'

/** What every call takes along from the request that it serves. */
export type Call = {
  readonly deadline: Deadline
  /** the id of the request that it serves; a create carries it, so that people find it in the system log */
  readonly request?: string | undefined
  /** the caller's trace, passed on as it came: W3C Trace Context, section 3.2 */
  readonly traceparent?: string | undefined
  /** the lanes that it shares with other calls, if there are any */
  readonly lanes?: Lanes | undefined
}
