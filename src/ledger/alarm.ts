/** Milliseconds between two alarms at least. */
const PAUSE = 5_000

/** A Durable Object's one alarm, which comes for whatever is due first. */
export class Alarm {
  readonly #storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>
  readonly #now: () => number
  /** epoch milliseconds when it comes, or null where none is set */
  #time: number | null = null

  /**
   * @param storage the object's own
   * @param now the clock, in epoch milliseconds
   */
  constructor(storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>, now: () => number) {
    this.#storage = storage
    this.#now = now
  }

  /** Finds out whether one was set before the object was restarted. */
  async remember(): Promise<void> {
    this.#time = await this.#storage.getAlarm()
  }

  /** It has come, and no other is set. */
  spent(): void {
    this.#time = null
  }

  /**
   * Nearly always it comes early enough already. It never comes at once: what cannot be done for hours must not be tried
   * without a pause.
   *
   * @param due epoch milliseconds
   * @returns a promise where it is set anew
   */
  wakeAt(due: number): Promise<void> | undefined {
    const time = Math.max(due, this.#now() + PAUSE)
    if (this.#time !== null && this.#time <= time) return undefined
    this.#time = time
    return this.#storage.setAlarm(time)
  }
}
