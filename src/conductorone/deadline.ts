import { ConductorOneFailure } from './failure.ts'

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
   * Lets one try go on until the deadline. Nothing of it stays behind: a signal of `AbortSignal.timeout` would be kept,
   * with its timer, until the deadline has passed.
   *
   * @param attempt gets a signal that aborts when its time is up
   * @param longest the most milliseconds that it may take, where that is less than there are left
   * @returns its outcome
   */
  async within<T>(
    attempt: (signal: AbortSignal) => Promise<T>,
    longest = Number.POSITIVE_INFINITY,
  ): Promise<T> {
    const controller = new AbortController()
    const end = () => controller.abort(new DOMException('no answer in time', 'TimeoutError'))
    const timer = setTimeout(end, Math.min(this.left(), longest))
    try {
      return await attempt(controller.signal)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Waits for work that others wait for too, and that may have been cut off with whoever began it.
   *
   * @param work goes on, whoever leaves it
   * @param late why nothing came of it, where it takes too long
   * @returns its outcome
   * @throws {ConductorOneFailure} `unavailable` at the deadline
   */
  async wait<T>(work: Promise<T>, late: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const passed = new Promise<never>((_, reject) => {
      const failure = new ConductorOneFailure({ kind: 'unavailable', reason: late })
      timer = setTimeout(() => reject(failure), this.left())
    })
    try {
      return await Promise.race([work, passed])
    } finally {
      clearTimeout(timer)
    }
  }
}
