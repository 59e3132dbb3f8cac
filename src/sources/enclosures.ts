import type { Blockquote, Root } from 'mdast'
import { flatten, rangeOf } from './markdown.ts'

/**
 * Finds the headings of a document that stand inside HTML or a quote that began above them: people see those folded,
 * quoted or struck out, though Markdown counts them as headings of the document itself.
 *
 * @param document a text, divided into blocks
 * @returns what each such heading stands inside, by the offset at which the heading begins
 */
export function findEnclosedHeadings(document: Root, text: string): ReadonlyMap<number, string> {
  const enclosed = new Map<number, string>()
  const open: string[] = []
  let fence: string | undefined
  for (const block of document.children) {
    if (block.type === 'blockquote') fence = fenceAfter(block, text, fence)
    const before = tagsOf(open)
    for (const node of flatten(block)) if (node.type === 'html') followTags(node.value, open)
    const inside = (fence ?? '') + (before || tagsOf(open))
    if (block.type === 'heading' && inside !== '') enclosed.set(rangeOf(block)[0], inside)
  }
  return enclosed
}

const MAX_TAG_COUNT = 5

function tagsOf(open: readonly string[]): string {
  return open.slice(0, MAX_TAG_COUNT).join('')
}

/** GitLab quotes all that stands between two lines of `>>>`. */
const QUOTE_FENCE = /^ {0,3}(>{3,})[ \t]*$/

/** Returns the line that began the quote which is open after a block, or undefined if none is. */
function fenceAfter(block: Blockquote, text: string, before: string | undefined): string | undefined {
  let fence = before
  // inside a quote that has begun with `>`, a line of `>>>` is a quote in a quote
  let canBegin = true
  for (const line of text.slice(...rangeOf(block)).split('\n')) {
    const [, marks] = QUOTE_FENCE.exec(line) ?? []
    if (marks === undefined) canBegin = false
    else if (marks === fence) fence = undefined
    else if (fence === undefined && canBegin) fence = marks
  }
  return fence
}

/** A comment, a declaration or a tag, as HTML divides a text into them; a tag's value in quotes may have a `>`. */
const TOKEN = new RegExp(
  [
    String.raw`<!--(?:-?>|[\s\S]*?(?:--!?>|(?<comment>$)))`,
    String.raw`<(?:[?!]|\/(?![a-z]))[^>]*(?:>|$)`,
    String.raw`<(?<slash>\/?)(?<name>[a-z][^\s/>]*)(?:[\s/]+|[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"'>][^\s>]*))?)*(?<end>>?)`,
  ].join('|'),
  'gi',
)

/**
 * The elements of HTML that can stand around headings, old ones too, and the roots of SVG and MathML. Not those without
 * an end, and not paragraphs, which a heading ends. GitHub and GitLab drop the tags of unknown ones (`<team>`) and show
 * what follows as if they were not there.
 */
const ELEMENTS = new Set(
  `a abbr acronym address applet article aside audio b bdi bdo big blink blockquote body button canvas caption center cite
  code colgroup content data datalist dd del details dfn dialog dir div dl dt em fencedframe fieldset figcaption figure font
  footer form frame frameset h1 h2 h3 h4 h5 h6 h7 h8 head header hgroup html i iframe image ins isindex kbd keygen label
  legend li listing main map mark marquee math menu menuitem meter multicol nav nextid nobr noembed noframes noscript object
  ol optgroup option output picture plaintext portal pre progress q rb rbc rp rt rtc ruby s samp script search section select
  selectedcontent shadow slot small spacer span strike strong style sub summary sup svg table tbody td template textarea
  tfoot th thead time title tr tt u ul var video xmp`.split(/\s+/),
)

/**
 * Follows the tags of a piece of HTML. Only the innermost element can be closed, so elements that overlap count as
 * open.
 *
 * @param open the tags of the elements that are open, outermost first; changed
 */
function followTags(html: string, open: string[]): void {
  for (const { groups } of html.matchAll(TOKEN)) {
    const name = groups?.name?.toLowerCase()
    const tag = `<${name}>`
    if (groups?.comment !== undefined) open.push('<!--')
    else if (name === undefined) continue
    // a tag without its end hides what follows, whatever its name
    else if (groups?.end === '') open.push(tag)
    else if (groups?.slash !== '') {
      if (open.at(-1) === tag) open.pop()
    } else if (ELEMENTS.has(name)) open.push(tag)
  }
}

/** Returns the text of a piece of HTML, but for what stands inside elements that it opens and closes itself. */
export function textOutsideElements(html: string): string {
  const opened: { readonly name: string; readonly start: number }[] = []
  let text = ''
  let end = 0
  for (const { 0: token, index, groups } of html.matchAll(TOKEN)) {
    if (!token.endsWith('>')) continue
    text += html.slice(end, index)
    end = index + token.length
    const name = groups?.name?.toLowerCase() ?? ''
    if (!ELEMENTS.has(name)) continue
    if (groups?.slash === '') opened.push({ name, start: text.length })
    else {
      const place = opened.findLastIndex((element) => element.name === name)
      const [closed] = place < 0 ? [] : opened.splice(place)
      if (closed) text = text.slice(0, closed.start)
    }
  }
  return text + html.slice(end)
}
