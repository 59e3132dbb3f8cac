const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const
const FORM = /^([1-9]\d{0,11})([smhdw])$/

/** The longest duration that protocol buffers can say: 10,000 years. */
const LONGEST = 315_576_000_000

/**
 * @param text such as `90s`, `30m`, `12h`, `30d` or `2w`
 * @returns whole seconds, or undefined where the text says no such duration
 */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  // the expression allows these letters only
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS]
  return seconds <= LONGEST ? seconds : undefined
}
