import { waitUntil } from 'cloudflare:workers'

/** What the code takes from outside itself, so that tests can bring their own. */
export type World = {
  /** the clock, in epoch milliseconds */
  readonly now: () => number
  /** resolves after so many milliseconds */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>
  /** so many bytes that nobody can guess */
  readonly random: (bytes: number) => Uint8Array<ArrayBuffer>
  /** lets work go on after the answer */
  readonly background: (work: Promise<unknown>) => void
}

/** The real world: the platform's clock, network and randomness. */
export const world: World = {
  now: () => Date.now(),
  sleep: (milliseconds) => scheduler.wait(milliseconds),
  fetch: (input, init) => fetch(input, init),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  background: (work) => waitUntil(work),
}
