/** Several measurements of one thing: the one in the middle, and how far they lie apart. */
export type Spread = { readonly median: number; readonly least: number; readonly most: number }

/**
 * @param values at least one
 * @param share of the values that are smaller: 0.5 is the median
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) }
}

/** The ratio of two things that took turns, round by round, so that what slowed both down in a round cancels out. */
export function ratioOf(values: readonly number[], base: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (base[round] ?? Number.NaN)))
}

/** @returns `1.42 (1.35 to 1.60)` */
export function written({ median, least, most }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
}
