import { waitUntil } from 'cloudflare:workers'

/** The clock, the network and the randomness, passed in so that tests can bring their own. */
export type World = {
  /** the clock, in epoch milliseconds */
  readonly now: () => number
  /** resolves after that many milliseconds */
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>
  /** makes that many unpredictable bytes */
  readonly random: (bytes: number) => Uint8Array<ArrayBuffer>
  /** keeps work running after the answer was sent */
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
