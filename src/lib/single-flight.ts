import type { World } from './world.ts'

/** A flight that takes longer than this is given up: whoever started it may have been cut off in the middle. */
const LONGEST_FLIGHT = 90_000

type Flight<T> = { readonly outcome: Promise<T>; readonly since: number }

/** One run of a piece of work for all who want its outcome at the same time, within one isolate. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>()
  readonly #world: World

  /** @param world the clock, and what keeps a flight in the air when the request that started it is gone */
  constructor(world: World) {
    this.#world = world
  }

  /**
   * @param key which work
   * @param work started only where no flight of that key is in the air
   * @returns the flight's outcome, whoever started it
   */
  join(key: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flights.get(key)
    if (flying && this.#world.now() - flying.since < LONGEST_FLIGHT) return flying.outcome

    const outcome = work().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    const flight = { outcome, since: this.#world.now() }
    this.#flights.set(key, flight)
    // the rejection belongs to those who wait; in the background nobody does
    this.#world.background(outcome.catch(() => undefined))
    return outcome
  }
}
