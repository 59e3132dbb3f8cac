import type { World } from './world.ts'

/** After this a flight is abandoned: the request that started it may have been cut off in the middle. */
const MAX_FLIGHT_MS = 90_000

type Flight<T> = { readonly outcome: Promise<T>; readonly since: number }

/** Runs a piece of work once for all callers that want its outcome at the same time, within one isolate. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>()
  readonly #world: World

  /** Uses the world's clock, and what keeps a flight going when the request that started it has ended. */
  constructor(world: World) {
    this.#world = world
  }

  /**
   * Joins the flight of that key, or starts one.
   *
   * @param key names the work
   * @param work started only if no flight of that key is under way
   * @returns the outcome of the flight
   */
  join(key: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flights.get(key)
    if (flying && this.#world.now() - flying.since < MAX_FLIGHT_MS) return flying.outcome

    const outcome = work().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    const flight = { outcome, since: this.#world.now() }
    this.#flights.set(key, flight)
    // the callers that wait get the rejection; in the background it would go unhandled
    this.#world.background(outcome.catch(() => undefined))
    return outcome
  }
}
