/** A string, or a character that opens, closes or divides; what lies between them doesn't matter here. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g

type Level =
  | { readonly kind: 'object'; readonly names: Set<string>; name: string; isNameNext: boolean }
  | { readonly kind: 'array'; index: number }

/**
 * Finds the members of objects that stand twice, at any depth. `JSON.parse` keeps the last one without a word, so a
 * template that inserts text unescaped could say something else than a reader sees.
 *
 * @param json valid JSON
 * @returns the path of each member that repeats an earlier one
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-4
 */
export function duplicateMembers(json: string): (string | number)[][] {
  const duplicates: (string | number)[][] = []
  const levels: Level[] = []
  for (const [token] of json.matchAll(TOKEN)) {
    const level = levels.at(-1)
    switch (token) {
      case '{':
        levels.push({ kind: 'object', names: new Set(), name: '', isNameNext: true })
        break
      case '[':
        levels.push({ kind: 'array', index: 0 })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (level?.kind === 'object') level.isNameNext = true
        else if (level) level.index++
        break
      default:
        if (level?.kind !== 'object' || !level.isNameNext) break
        level.isNameNext = false
        level.name = String(JSON.parse(token)) // a string with its escapes
        if (level.names.has(level.name)) duplicates.push(levels.map(placeIn))
        level.names.add(level.name)
    }
  }
  return duplicates
}

function placeIn(level: Level): string | number {
  return level.kind === 'object' ? level.name : level.index
}
