import runs from './named-references.json' with { type: 'json' }

let charactersByName: ReadonlyMap<string, string> | undefined

/**
 * Decodes a named character reference of HTML by its name, such as `eacute`.
 *
 * The Worker's bundle has this instead of the package of the same name, which the CommonMark reader imports (`alias` in
 * wrangler.toml), because the table by character is a third smaller than one by name. HTML's list of names never
 * changes.
 *
 * @returns false if HTML has no such name, as the package does
 * @see https://html.spec.whatwg.org/multipage/named-characters.html
 */
export function decodeNamedCharacterReference(name: string): string | false {
  charactersByName ??= readTable()
  return charactersByName.get(name) ?? false
}

/** Reads the table: a character with its names, those of the next character behind a blank, and so on. */
function readTable(): ReadonlyMap<string, string> {
  const characters = new Map<string, string>()
  for (const [first, run] of Object.entries(runs))
    for (const [offset, names] of run.split(' ').entries()) {
      const character = offset === 0 ? first : String.fromCodePoint((first.codePointAt(0) ?? 0) + offset)
      for (const name of names.split(',')) characters.set(name, character)
    }
  characters.delete('') // a character without a name leaves its place empty
  return characters
}
