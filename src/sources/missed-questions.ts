import type { RootContent } from 'mdast'
import { toString as textOf } from 'mdast-util-to-string'
import type { FieldFault } from '../problem/problem.ts'
import { textOutsideElements } from './enclosures.ts'
import { matchHeading, quoteOf, wordsOf } from './headings.ts'
import { withoutHiddenHtml } from './markdown.ts'
import { QUESTIONS, type Question } from './questions.ts'

/** Shorter questions are common words, which many other headings have. */
const MIN_DISTINCT_CHARS = 5

/**
 * Finds questions that nothing asks, but that the author wrote in another way: in the text, as `**Owners**` or
 * `Owners: …`, as part of another heading, or in the lines of HTML. Unnoticed, a default would take the place of what
 * stands there.
 *
 * @param blocks those of a ticket's text
 * @param asked the fields whose questions are headings among them
 */
export function missedQuestions(
  blocks: readonly RootContent[],
  asked: ReadonlySet<Question['field']>,
): FieldFault[] {
  // a description has no default
  const missing = QUESTIONS.filter(({ field, answer }) => answer !== 'text' && !asked.has(field))
  const faultsIn = (node: RootContent) =>
    linesOf(node).flatMap((line) =>
      faultOfLine(line, missing, node.type === 'html' ? 'a heading below an empty line' : 'a heading'),
    )
  return missing.length === 0 ? [] : blocks.flatMap(faultsIn)
}

const HTML_HEADING = /<h[1-6](?:\s[^<>]*)?>([^<]*)<\/h[1-6]>/gi
const HTML_EMPHASIS = /<\/?(?:b|strong|em|i|u)>/gi
const UNDERLINED = /^(.*)\n {0,3}(?:=+|-+)[ \t]*$/gm

/** Lists the lines that people see as text, those of headings with the mark of one. */
function linesOf(node: RootContent): string[] {
  switch (node.type) {
    case 'heading':
      return textOf(node)
        .split('\n')
        .map((line) => `# ${line}`)
    case 'paragraph':
      return textOf(node).replaceAll(HTML_EMPHASIS, '*').split('\n')
    case 'html': {
      // the lines behind a tag are part of its HTML, up to one that is empty
      const marked = withoutHiddenHtml(node.value)
        .replaceAll(HTML_HEADING, '\n# $1\n')
        .replaceAll(HTML_EMPHASIS, '*')
      return textOutsideElements(marked).replaceAll(UNDERLINED, '# $1').split('\n')
    }
    default:
      return []
  }
}

/** Judges a heading that is no question, but may have all the words of one. */
function faultOfHeading(heading: string, missing: readonly Question[]): FieldFault[] {
  const words = wordsOf(heading).split(' ')
  const meant = missing.find(
    (question) =>
      question.heading.length >= MIN_DISTINCT_CHARS &&
      wordsOf(question.heading)
        .split(' ')
        .every((word) => words.includes(word)),
  )
  if (!meant) return []
  const detail = `“${quoteOf(heading)}” is not a question here; did you mean “${meant.heading}”?`
  return [{ pointer: `/${meant.field}`, detail }]
}

/** A colon with nothing but an answer behind it: a number, a time, a kind. */
const ANSWERED = /[:：]\s*(?:\d+\s*\p{L}*|group|magic[\s_-]?link)[.!]?$/iu

/**
 * Judges a line of text: it looks like a heading if it has the marks of one, is emphasized, or has a colon.
 *
 * @param remedy what the question must be written as
 */
function faultOfLine(line: string, missing: readonly Question[], remedy: string): FieldFault[] {
  const text = line.replaceAll(/[*_\\]/g, '').trim()
  if (!/^#|[:：]/.test(text) && !/^([*_]).*\1$/.test(line.trim())) return []
  const heading = text.replace(/^#+\s+/, '')
  const title = heading.replace(/[:：].*$/s, '')
  const match = matchHeading(title)
  if (match.kind === 'other') return heading === text ? [] : faultOfHeading(heading, missing)
  const { question } = match
  const isNothingElse = /^#[^:：]*[:：]?$/.test(text)
  // beside other text, one word is too common to be a question, but for the question itself, or before an answer
  const isDistinct =
    title.includes(' ') || wordsOf(question.heading) === wordsOf(title) || ANSWERED.test(heading)
  const isMeant = isNothingElse || (match.kind === 'question' && isDistinct)
  if (!isMeant || !missing.includes(question)) return []
  const detail = `“${quoteOf(text)}” is not a heading here; write the question “${question.heading}” as ${remedy}, and the answer below it`
  return [{ pointer: `/${question.field}`, detail }]
}
