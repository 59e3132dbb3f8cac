import type { Deadline } from './deadline.ts'

/**
 * A few lanes that calls share. The platform opens so many connections at once and queues the rest without a word; here
 * a call that waits is known not to have been sent.
 *
 * @see https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
 */
export class Lanes {
  #free: number
  readonly #queue: (() => void)[] = []

  /** @param count how many calls may be on their way at once */
  constructor(count: number) {
    this.#free = count
  }

  /**
   * Waits for a lane, in the order of arrival. Whoever got one must {@link Lanes.leave} it.
   *
   * @throws {ConductorOneFailure} `unavailable` where none becomes free before the deadline
   */
  async enter(deadline: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    let mine = false
    let take = () => {}
    const turn = new Promise<void>((resolve) => {
      take = () => {
        mine = true
        resolve()
      }
    })
    this.#queue.push(take)
    try {
      await deadline.wait(turn, 'too many calls were waiting for it')
    } catch (error) {
      // a lane may have come in the very moment in which the time was up
      if (mine) this.leave()
      else this.#queue.splice(this.#queue.indexOf(take), 1)
      throw error
    }
  }

  /** Gives the lane to whoever has waited longest. */
  leave(): void {
    const next = this.#queue.shift()
    if (next) next()
    else this.#free++
  }
}
