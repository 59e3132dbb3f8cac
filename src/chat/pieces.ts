/** A piece of a command: `owners:jane@example.com`, `"Payroll break-glass"`, or a word. */
export type Piece = {
  /** As it was written. */
  readonly written: string
  /** The word before the colon; undefined for text that stands alone. */
  readonly key: string | undefined
  readonly text: string
  readonly quoted: boolean
}

// chats turn straight quotation marks into curly ones, and into those of the writer's language; between a colon and a
// quotation mark there may be space
const PIECE = /(?:([a-z][a-z_-]*):(?!\/\/)(?:\s*(?=["“”„]))?)?(?:["“”„]([^"“”„]*)["“”„]|([^\s"“”„]*))/giu
const MARK = /["“”„]/g

/**
 * Splits a command into pieces. A quotation mark of any kind opens a text and the next one of any kind closes it; outside
 * of them white space separates. A last mark that is never closed is skipped.
 *
 * @returns the pieces, and whether a quotation mark was left open
 */
export function piecesOf(text: string): { readonly pieces: readonly Piece[]; readonly open: boolean } {
  const marks = Array.from(text.matchAll(MARK), ({ index }) => index)
  const last = marks.length % 2 === 1 ? marks.at(-1) : undefined
  const closed = last === undefined ? text : `${text.slice(0, last)} ${text.slice(last + 1)}`
  const pieces = Array.from(closed.matchAll(PIECE), ([written, key, quoted, bare = '']) => ({
    written,
    key,
    text: quoted ?? bare,
    quoted: quoted !== undefined,
  }))
  return { pieces: pieces.filter(({ written }) => written !== ''), open: last !== undefined }
}
