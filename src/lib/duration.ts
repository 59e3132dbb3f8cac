const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const
const DURATION = /^([1-9]\d{0,11})([smhdw])$/

/** The longest `google.protobuf.Duration`: 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000

/**
 * Reads a duration such as `90s`, `30m`, `12h`, `30d` or `2w`.
 *
 * @returns whole seconds, or undefined if the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  // the expression allows these letters only
  const seconds = Number(count) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT]
  return seconds <= MAX_DURATION_SECONDS ? seconds : undefined
}
