/** A piece of a command: `owners:jane@example.com`, `"Payroll break-glass"`, or a word. */
export type Piece = {
  /** As it was written. */
  readonly written: string
  /** The word before the colon; undefined for text that stands alone. */
  readonly key: string | undefined
  readonly text: string
  readonly quoted: boolean
}

/**
 * Quotation marks that close each other. Chats turn straight marks into curly ones, and into those of the writer's
 * language, so within a family any mark opens and any closes, unless the script has marks for either.
 */
const FAMILIES: readonly (readonly [open: string, close: string])[] = [
  ['"“”„‟＂⹂', '"“”„‟＂⹂'],
  ['«»', '«»'],
  ['‹›', '‹›'],
  ['「｢', '」｣'],
  ['『', '』'],
  ['《', '》'],
  ['〈', '〉'],
  ['〝', '〞〟'],
  ['﹁', '﹂'],
  ['﹃', '﹄'],
  ['❝', '❞'],
]
/** Every mark that opens a quotation. */
export const OPEN = FAMILIES.map(([open]) => open).join('')
const MARKS = [...new Set(FAMILIES.flat().join(''))].join('')
const QUOTED = FAMILIES.map(([open, close]) => `[${open}]([^${open}${close}]*)[${close}]`).join('|')

/**
 * Single quotation marks, which are apostrophes too, and the Hebrew ones, which acronyms have: they quote at the
 * beginning and behind a colon only, and up to one that ends a word. A longer quotation is not looked for.
 */
const SINGLE = String.raw`(?:['‘‚‛＇]((?:(?!['’‘＇](?:\s|$)).){1,255})['’‘＇]|״((?:(?!״(?:\s|$)).){1,255})״)(?=\s|$)`

const KEY = String.raw`([a-z][a-z_-]*):(?!\/\/)`
// between a colon and a quotation mark there may be space
const PIECE = new RegExp(
  String.raw`(?:^\s*|${KEY}\s*)${SINGLE}|(?:${KEY}(?:\s*(?=[${OPEN}]))?)?(?:${QUOTED}|([^\s${MARKS}]*))`,
  'gisu',
)

/**
 * Splits a command into pieces. A quotation mark opens a text that the next one of its family closes; outside of them
 * white space separates. A mark that is never closed is skipped.
 *
 * @returns the pieces, and whether a quotation mark was left open
 */
export function piecesOf(text: string): { readonly pieces: readonly Piece[]; readonly open: boolean } {
  const matches = Array.from(text.matchAll(PIECE), (match) => {
    const [written, singleKey, single, hebrew, key = singleKey, ...texts] = match
    const bare = texts.pop() ?? ''
    const quoted = [single, hebrew, ...texts].find((one) => one !== undefined)
    return {
      index: match.index,
      piece: { written: written.trimStart(), key, text: quoted ?? bare, quoted: quoted !== undefined },
    }
  })
  // an expression that matches nothing stands before white space, before a mark without its other half, or at the end
  const open = matches.some(
    ({ index, piece }) => piece.written === '' && MARKS.includes(text.charAt(index) || '\n'),
  )
  return { pieces: matches.map(({ piece }) => piece).filter(({ written }) => written !== ''), open }
}
