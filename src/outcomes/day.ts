/** A day, in milliseconds. */
export const DAY_MS = 24 * 3_600_000

/** Names the day of a time in epoch milliseconds, in UTC: `2026-01-31`. */
export function dayAt(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
