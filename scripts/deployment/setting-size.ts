/** What a variable or a secret of a Worker may hold: developers.cloudflare.com/workers/platform/limits. */
export const MAX_SETTING_BYTES = 5 * 1_024
/** From this size on, the limit is worth a warning. */
const WARNING_BYTES = MAX_SETTING_BYTES * 0.8

/** Measures a setting as Cloudflare does, in bytes. */
export function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** How near a setting is to what Cloudflare takes. */
export type SizeNote = { readonly name: string; readonly isOver: boolean; readonly says: string }

/** Notes each setting that is near the limit or beyond it. */
export function sizeNotes(settings: Readonly<Record<string, unknown>>): SizeNote[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const bytes = sizeOf(typeof value === 'string' ? value : JSON.stringify(value))
    if (bytes < WARNING_BYTES) return []
    const isOver = bytes > MAX_SETTING_BYTES
    const [base] = /^(?:API_KEYS|POLICY)/.exec(name) ?? []
    const remedy = base ? `: put some of it into another setting, such as ${base}_MORE` : ''
    const fill = `has ${inDigits(bytes)} of the ${inDigits(MAX_SETTING_BYTES)} bytes that Cloudflare takes`
    return [{ name, isOver, says: `${fill}${remedy}` }]
  })
}

function inDigits(count: number): string {
  return count.toLocaleString('en')
}
