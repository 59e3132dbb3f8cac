import type { Deadline } from './deadline.ts'

/**
 * Limits how many calls are under way at once. The platform opens so many connections and silently queues the rest;
 * a call that waits here instead is known not to have been sent.
 *
 * @see https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
 */
export class Lanes {
  #free: number
  readonly #queue: (() => void)[] = []

  /** Opens `count` lanes: so many calls may be under way at once. */
  constructor(count: number) {
    this.#free = count
  }

  /** Says whether a call need not wait. */
  hasFree(): boolean {
    return this.#free > 0
  }

  /**
   * Waits for a free lane, first come first served. Every lane that was entered must be left: {@link Lanes.leave}.
   *
   * @throws {ConductorOneFailure} `unavailable` if no lane becomes free before the deadline
   */
  async enter(deadline: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    let entered = false
    let enter = () => {}
    const turn = new Promise<void>((resolve) => {
      enter = () => {
        entered = true
        resolve()
      }
    })
    this.#queue.push(enter)
    try {
      await deadline.wait(turn, 'too many calls were waiting for it')
    } catch (error) {
      // the lane may have come in the very moment the deadline passed
      if (entered) this.leave()
      else this.#queue.splice(this.#queue.indexOf(enter), 1)
      throw error
    }
  }

  /** Passes the lane on to the call that has waited longest. */
  leave(): void {
    const next = this.#queue.shift()
    if (next) next()
    else this.#free++
  }
}
