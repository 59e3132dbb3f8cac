/** A point in time after which nobody waits any more, shared by all steps of one request. */
export class Deadline {
  /** epoch milliseconds */
  readonly at: number
  readonly #now: () => number

  /**
   * @param milliseconds how long there is from now on
   * @param now the clock, in epoch milliseconds
   */
  constructor(milliseconds: number, now: () => number) {
    this.#now = now
    this.at = now() + milliseconds
  }

  /** @returns the milliseconds that are left; 0 once it has passed */
  left(): number {
    return Math.max(0, this.at - this.#now())
  }

  /**
   * @param longest the most milliseconds that one try may take
   * @returns a signal that aborts at the deadline, or earlier where one try may not take as long
   */
  signal(longest = Number.POSITIVE_INFINITY): AbortSignal {
    return AbortSignal.timeout(Math.min(this.left(), longest))
  }
}
