/** Levels of JSON that are still read: the documents inside tickets have some dozens. */
export const DEEPEST_JSON = 128

/** @returns whether a JSON value is nested deeper than so many levels, and would exhaust whoever walks through it */
export function isDeeper(value: unknown, levels: number = DEEPEST_JSON): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
