import type { World } from '../lib/world.ts'
import type { Deadline } from './deadline.ts'
import { ConductorOneFailure } from './failure.ts'

const MAX_ATTEMPTS = 5
/** Wait before the second attempt if ConductorOne names no time; it doubles with each further one. */
const FIRST_BACKOFF_MS = 500
/** Below this an attempt is not worth starting. */
const MIN_ATTEMPT_MS = 2_000
const FIRST_TIMEOUT_MS = 10_000
/** Each attempt may take longer than the one before, as the service may just be slow. */
const TIMEOUT_GROWTH = 2.5

/**
 * Repeats a call while each failure says that nothing was done (`unavailable`) and the deadline allows it.
 *
 * @param attempt makes one attempt; gets the milliseconds that it may take
 * @param deadline when to give up; a wait that doesn't fit is not begun
 * @param beforeWait runs before each wait
 * @returns the result of the first attempt that succeeds
 * @throws {ConductorOneFailure} the failure of the last attempt
 */
export async function retryWhileUnavailable<T>(
  attempt: (timeoutMs: number) => Promise<T>,
  deadline: Deadline,
  world: World,
  beforeWait?: () => void,
): Promise<T> {
  let backoffMs = FIRST_BACKOFF_MS
  let timeoutMs = FIRST_TIMEOUT_MS
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt(timeoutMs)
    } catch (error) {
      if (!(error instanceof ConductorOneFailure) || error.failure.kind !== 'unavailable') throw error
      const { retryAfter } = error.failure
      const waitMs = retryAfter === undefined ? backoffMs : retryAfter * 1_000
      if (attempts === MAX_ATTEMPTS || waitMs + MIN_ATTEMPT_MS > deadline.remainingMs()) throw error
      beforeWait?.()
      await world.sleep(waitMs)
    }
    backoffMs *= 2
    timeoutMs *= TIMEOUT_GROWTH
  }
}
