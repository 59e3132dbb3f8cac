import type { Nodes, Root, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'

/** A longer text has no room for questions that matter, and the parser's time grows faster than the text. */
const MAX_TEXT_CHARS = 20_000
/** Containers, such as lists in quotes, that one line may open; the parser's time grows with their square. */
const MAX_NESTING = 8
/** Lines of `=` or `-`, each of which may turn the paragraph above it into a heading. */
const MAX_UNDERLINE_COUNT = 100
/** Lines of quotes, or of lists in lists; the parser's time grows with their square. */
const MAX_NESTED_LINE_COUNT = 1_000

const DEEP_LINE = new RegExp(
  String.raw`^(?:[ \t]*(?:>|[-+*](?=[ \t>])|\d{1,9}[.)](?=[ \t>]))){${MAX_NESTING + 1}}`,
  'm',
)
const NESTED_LINE = /^[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?!\S)))/gm
const RULE = /^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$/gm
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/gm

/** Constructs inside a line that decide neither how a text divides into blocks nor what of it is HTML. */
const INLINE_CONSTRUCTS = [
  'attention',
  'characterReference',
  'hardBreakEscape',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
]

/** Says why a text is not read at all, as the end of a sentence about it; undefined if it is read. */
export function textFault(text: string): string | undefined {
  if (text.length > MAX_TEXT_CHARS)
    return `is longer than ${MAX_TEXT_CHARS.toLocaleString('en')} characters; shorten it`
  const withoutRules = text.replaceAll(RULE, '')
  if (DEEP_LINE.test(withoutRules)) return 'is nested too deep; take lists and quotes apart'
  if (Array.from(withoutRules.matchAll(NESTED_LINE)).length > MAX_NESTED_LINE_COUNT)
    return 'has too many quotes or lists in lists; remove some'
  if (Array.from(text.matchAll(UNDERLINE)).length > MAX_UNDERLINE_COUNT)
    return 'has too many lines of = or -; remove some'
  return undefined
}

/** Divides a text into blocks (CommonMark 0.31.2), and finds the HTML inside them. */
export function parseBlocks(text: string): Root {
  return fromMarkdown(text, { extensions: [{ disable: { null: INLINE_CONSTRUCTS } }] })
}

/** Parses a text as CommonMark. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(text)
}

/** Returns the offsets at which a node begins and ends in the text that it was parsed from. */
export function rangeOf({ position }: Nodes): readonly [start: number, end: number] {
  return [position?.start.offset ?? 0, position?.end.offset ?? 0]
}

/** Lists a node and all that is in it, in the order of the text. */
export function flatten(node: Nodes): Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap(flatten) : [])]
}

/** HTML that people do not see: comments, processing instructions, declarations. */
const HIDDEN_HTML = /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<![A-Za-z][^>]*(?:>|$)/g
const CLOSED_HIDDEN_HTML = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![A-Za-z][^>]*>/g

/** Returns what people see of a piece of HTML, roughly: nothing of a comment. */
export function withoutHiddenHtml(html: string): string {
  return html.replaceAll(HIDDEN_HTML, '')
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HTML_ENDS: readonly (readonly [start: RegExp, end: RegExp])[] = [
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<(?:script|pre|style|textarea)(?=[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
]
const HEADING_LINE = /^ {0,3}#{1,6}[ \t]/m

/**
 * Finds a block of code or HTML that is never closed, and so takes in everything below it, headings too. A comment that is
 * never closed hides whatever it has.
 *
 * @param node a block of the document itself
 * @param text the document
 */
export function isLeftOpen(node: RootContent, text: string): boolean {
  if (node.type !== 'code' && node.type !== 'html') return false
  const source = text.slice(...rangeOf(node))
  if (node.type === 'html' && /<!--|<\?|<![A-Za-z]/.test(source.replaceAll(CLOSED_HIDDEN_HTML, '')))
    return true
  if (!HEADING_LINE.test(source)) return false
  if (node.type === 'html') {
    const [, end] = HTML_ENDS.find(([start]) => start.test(source)) ?? []
    return end !== undefined && !end.test(source)
  }
  const [, fence = ''] = FENCE.exec(source) ?? []
  const last = source.slice(source.lastIndexOf('\n') + 1).trim()
  return fence !== '' && !(last.length >= fence.length && last === fence.charAt(0).repeat(last.length))
}
