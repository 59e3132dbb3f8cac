import type { World } from '../lib/world.ts'
import type { Deadline } from './deadline.ts'
import { ConductorOneFailure } from './failure.ts'

const TRIES = 5
/** Milliseconds before the second try where ConductorOne names no time; doubled each time after. */
const FIRST_PAUSE = 500
/** Milliseconds that must be left for a try to be worth starting. */
const LEAST_TIME = 2_000
/** Milliseconds that the first try may take; later ones get more, as the service may just be slow. */
const FIRST_PATIENCE = 10_000

/**
 * Tries until it works, as long as each failure says that nothing was done (`unavailable`) and the deadline allows.
 *
 * @param attempt one try; gets the milliseconds it may take
 * @param deadline when to give up; a wait that does not fit is not begun
 * @returns what the first successful try returns
 * @throws {ConductorOneFailure} the last try's failure
 */
export async function insist<T>(
  attempt: (patience: number) => Promise<T>,
  deadline: Deadline,
  world: World,
): Promise<T> {
  for (
    let pause = FIRST_PAUSE, patience = FIRST_PATIENCE, tries = 1;
    ;
    pause *= 2, patience *= 2.5, tries++
  ) {
    try {
      return await attempt(patience)
    } catch (error) {
      if (!(error instanceof ConductorOneFailure) || error.failure.kind !== 'unavailable') throw error
      const wait = error.failure.retryAfter === undefined ? pause : error.failure.retryAfter * 1_000
      if (tries === TRIES || wait + LEAST_TIME > deadline.left()) throw error
      await world.sleep(wait)
    }
  }
}
