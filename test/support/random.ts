/** Numbers that look random and are the same again for the same seed. */
export interface Random {
  /** @returns a number from 0 up to, but not including, 1 */
  next(): number
  /** @returns a whole number from `least` to `most` */
  between(least: number, most: number): number
  /** @returns true so often */
  chance(probability: number): boolean
}

/**
 * Mulberry32: good enough to choose faults with.
 *
 * @param seed 32 bits
 */
export function seeded(seed: number): Random {
  let state = seed
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
  }
}
