import type { Upstream } from './start-upstream.ts'

/** Times that everything is repeated, in turns. */
export const ROUNDS = Math.max(1, Number(process.env.ROUNDS ?? 5))

/** Something that is to be reached. Ratios and counts only: a machine's own speed says nothing about ours. */
export type Target = {
  readonly what: string
  readonly atMost: number
  readonly reached: number
  readonly unit?: string
}

/** What a measurement found. */
export type Finding = {
  readonly title: string
  /** how it was measured, where the title does not say it */
  readonly note?: string
  /** one line for each thing that was measured; every line has the same columns */
  readonly table: readonly Readonly<Record<string, string | number>>[]
  readonly targets?: readonly Target[]
}

/** Measures one thing; starts what it needs, and stops it. */
export type Measurement = (upstream: Upstream) => Promise<readonly Finding[]>
