/** A time of sending that stands in the signed body, and by how much it may be off to either side. */
export type BodyTime = {
  /** Returns epoch milliseconds, or undefined if the body has no such time. */
  readonly sentAt: (json: unknown) => number | undefined
  readonly toleranceSeconds: number
  /** Present if the sender repeats for longer what it signed once. */
  readonly maxAgeSeconds?: number
}

/**
 * Judges the time in a verified body.
 *
 * @returns until when the body is taken, in epoch milliseconds; undefined if it was not sent lately, or has no time
 */
export function takenUntil(time: BodyTime, json: unknown, now: number): number | undefined {
  const { sentAt, toleranceSeconds, maxAgeSeconds = toleranceSeconds } = time
  const at = sentAt(json) ?? Number.NaN
  const until = at + maxAgeSeconds * 1_000
  return now <= until && at - now <= toleranceSeconds * 1_000 ? until : undefined
}
