import { ConductorOneFailure } from './failure.ts'

/** The time by which a request must have its answer; all of its steps share it. */
export class Deadline {
  /** epoch milliseconds */
  readonly at: number
  readonly #now: () => number

  /**
   * Starts the clock.
   *
   * @param budgetMs how long there is from now on
   * @param now the clock, in epoch milliseconds
   */
  constructor(budgetMs: number, now: () => number) {
    this.#now = now
    this.at = now() + budgetMs
  }

  /** Tells how many milliseconds remain; 0 once the deadline has passed. */
  remainingMs(): number {
    return Math.max(0, this.at - this.#now())
  }

  /**
   * Waits for work that other requests wait for too. If the request that began it was cut off, it may never end.
   *
   * @param work goes on if this request stops waiting for it
   * @param lateReason the reason to give if the deadline passes first
   * @returns the outcome of the work
   * @throws {ConductorOneFailure} `unavailable` at the deadline
   */
  async wait<T>(work: Promise<T>, lateReason: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const passed = new Promise<never>((_, reject) => {
      const failure = new ConductorOneFailure({ kind: 'unavailable', reason: lateReason })
      timer = setTimeout(() => reject(failure), this.remainingMs())
    })
    try {
      return await Promise.race([work, passed])
    } finally {
      clearTimeout(timer)
    }
  }
}
