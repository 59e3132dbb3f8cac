import type { RootContent } from 'mdast'
import { toString as textOf } from 'mdast-util-to-string'
import type { FieldFault } from '../problem/problem.ts'
import { matchHeading, quoteOf, wordsOf } from './headings.ts'
import { withoutHiddenHtml } from './markdown.ts'
import { QUESTIONS, type Question } from './questions.ts'

/** Shorter questions are common words, which many other headings have. */
const MIN_DISTINCT_CHARS = 5

/**
 * Finds questions that nothing asks, but that the author wrote in another way: in the text, as `**Owners**` or `Owners: …`,
 * or as part of another heading. Unnoticed, a default would take the place of what stands there.
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
  const faultsIn = (node: RootContent): FieldFault[] =>
    node.type === 'heading'
      ? faultOfHeading(textOf(node), missing)
      : linesOf(node).flatMap((line) => faultOfLine(line, missing))
  return missing.length === 0 ? [] : blocks.flatMap(faultsIn)
}

/** Lists the lines that people see as text: of a paragraph, and those behind the last tag of HTML, which are part of it. */
function linesOf(node: RootContent): string[] {
  if (node.type === 'paragraph') return textOf(node).split('\n')
  return node.type === 'html' ? withoutHiddenHtml(node.value).replace(/^.*>/s, '').split('\n') : []
}

/** Judges a heading that is none of the questions, but has all the words of one. */
function faultOfHeading(heading: string, missing: readonly Question[]): FieldFault[] {
  const words = wordsOf(heading).split(' ')
  const meant = missing.find(
    (question) =>
      question.heading.length >= MIN_DISTINCT_CHARS &&
      wordsOf(question.heading)
        .split(' ')
        .every((word) => words.includes(word)),
  )
  if (!meant || matchHeading(heading).kind !== 'other') return []
  const detail = `“${quoteOf(heading)}” is not a question here; did you mean “${meant.heading}”?`
  return [{ pointer: `/${meant.field}`, detail }]
}

/** Judges a line of text: it looks like a heading if it has the marks of one, is emphasized, or has a colon. */
function faultOfLine(line: string, missing: readonly Question[]): FieldFault[] {
  const text = line.replaceAll(/[*_\\]/g, '').trim()
  const looksLikeHeading = text.startsWith('#') || /[:：]/.test(text) || /^([*_]).*\1$/.test(line.trim())
  if (!looksLikeHeading) return []
  const words = wordsOf(text.replace(/[:：].*$/s, ''))
  const meant = missing.find(({ heading }) => wordsOf(heading) === words)
  if (!meant) return []
  const detail = `“${quoteOf(text)}” is not a heading here; write the question “${meant.heading}” as a heading, and the answer below it`
  return [{ pointer: `/${meant.field}`, detail }]
}
