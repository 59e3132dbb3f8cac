/** Settings that may be continued in others, such as `API_KEYS_BOTS`, since Cloudflare takes 5 KB for one at most. */
const CONTINUED = ['API_KEYS', 'POLICY'] as const

/**
 * Joins settings that are continued in others: reads `API_KEYS` and every `API_KEYS_<NAME>` as one object.
 *
 * @param env the Worker's bindings
 * @returns the bindings with each object whole, and every fault, which names settings and no value
 */
export function joinContinued(env: object): { readonly env: object; readonly faults: readonly string[] } {
  const faults: string[] = []
  const joined: Record<string, unknown> = { ...env }
  for (const base of CONTINUED) {
    const parts = Object.keys(env)
      .filter((name) => name.startsWith(`${base}_`))
      .toSorted()
    if (parts.length === 0) continue
    const whole: Record<string, unknown> = {}
    for (const name of [base, ...parts]) {
      const part = objectOf(joined[name])
      if (!part) faults.push(`${name} is not a JSON object`)
      else faults.push(...merge(whole, part, name))
    }
    joined[base] = whole
  }
  return { env: joined, faults }
}

/** Takes members over. Presets may stand in several parts of the policy; nothing may stand twice. */
function merge(whole: Record<string, unknown>, part: object, name: string): string[] {
  return Object.entries(part).flatMap(([key, value]) => {
    if (!Object.hasOwn(whole, key)) {
      whole[key] = value
      return []
    }
    const known = whole[key]
    if (key !== 'presets' || !isTable(known) || !isTable(value))
      return [`${name} has an entry that another setting has too`]
    const presets = { ...known }
    whole[key] = presets
    return merge(presets, value, `${name}.presets`)
  })
}

function objectOf(value: unknown): object | undefined {
  if (value === undefined || value === '') return {}
  if (typeof value !== 'string') return isTable(value) ? value : undefined
  try {
    const json: unknown = JSON.parse(value)
    return isTable(json) ? json : undefined
  } catch {
    return undefined
  }
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
