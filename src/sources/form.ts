import type { Heading, Root } from 'mdast'
import { toString as textOf } from 'mdast-util-to-string'
import type { FieldFault } from '../problem/problem.ts'
import { readAnswer } from './answer.ts'
import { type HeadingMatch, matchHeading } from './headings.ts'
import { parseBlocks, parseMarkdown, rangeOf, swallowsHeadings, textFault } from './markdown.ts'
import { HEADINGS, readAnswers } from './questions.ts'

/** What an issue form says. */
export type FormReading = {
  /** The fields that were answered, as a request has them. */
  readonly answers: Readonly<Record<string, unknown>>
  /** What could not be read, in its author's words. */
  readonly faults: readonly FieldFault[]
  /** What was not read, because it is not a question. */
  readonly warnings: readonly string[]
}

const MAX_WARNING_COUNT = 10
const MAX_QUOTE_CHARS = 60

/**
 * Reads the text that an issue form makes: a heading for each question, the answer below it. Only headings of the
 * document itself count, not those in fences, quotes, lists or HTML.
 *
 * @param markdown the text
 */
export function readForm(markdown: string): FormReading {
  const text = markdown.replaceAll(/\r\n?/g, '\n')
  const unreadable = textFault(text)
  if (unreadable !== undefined)
    return { answers: {}, faults: [{ pointer: '', detail: `The ticket’s text ${unreadable}` }], warnings: [] }
  const document = parseBlocks(text)
  const faults: FieldFault[] = document.children
    .filter((node) => swallowsHeadings(node, text))
    .map(() => ({ pointer: '', detail: UNCLOSED }))
  const warnings: string[] = []
  const answers = new Map<string, string>()
  const definitions = document.children
    .filter(({ type }) => type === 'definition')
    .map((node) => text.slice(...rangeOf(node)))
    .join('\n')
  for (const section of sectionsOf(document, text)) {
    switch (section.kind) {
      case 'misspelled':
        faults.push({
          pointer: `/${section.question.field}`,
          detail: `“${shorten(section.title)}” is not a question here; did you mean “${section.question.heading}”?`,
        })
        break
      case 'other':
        if (section.source.trim() !== '')
          warnings.push(`“${shorten(section.title)}” was not read: it is not a question that is asked here.`)
        break
      case 'question': {
        const { question, source } = section
        const { field, heading } = question
        const answer = readAnswer(source, question, definitions)
        const before = answers.get(field)
        if ('fault' in answer) faults.push({ pointer: `/${field}`, detail: `“${heading}” ${answer.fault}` })
        else if (before !== undefined && before !== answer.text)
          faults.push({ pointer: `/${field}`, detail: answeredTwice(heading, before, answer.text) })
        else answers.set(field, answer.text)
      }
    }
  }
  return {
    answers: readAnswers((field) => ({ text: answers.get(field) ?? '' }), HEADINGS).answers,
    faults,
    warnings: warnings.slice(0, MAX_WARNING_COUNT),
  }
}

const UNCLOSED =
  'The ticket’s text has a block of code or a comment that is not closed, so the questions below it cannot be read; close it'

type Section = HeadingMatch & {
  /** The heading as it is written. */
  readonly title: string
  /** The Markdown below it. */
  readonly source: string
}

/** Divides a document at its headings. One that is not a question and stands in the description is part of it. */
function sectionsOf(document: Root, text: string): Section[] {
  const sections: (Section & { readonly start: number })[] = []
  for (const heading of document.children.filter((node) => node.type === 'heading')) {
    const [start, end] = rangeOf(heading)
    const title = titleOf(heading)
    const match = matchHeading(title)
    const open = sections.at(-1)
    if (match.kind === 'other' && open?.kind === 'question' && open.question.answer === 'text') continue
    if (open) sections[sections.length - 1] = { ...open, source: text.slice(open.start, start) }
    sections.push({ ...match, title, start: end, source: text.slice(end) })
  }
  return sections
}

function titleOf(heading: Heading): string {
  return textOf(parseMarkdown(textOf(heading)), { includeHtml: false, includeImageAlt: false })
}

function answeredTwice(heading: string, first: string, second: string): string {
  const [one, other] = [first, second].map((answer) => (answer === '' ? 'nothing' : `“${shorten(answer)}”`))
  return `“${heading}” is answered twice, with ${one} and with ${other}; leave the one that is meant`
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_QUOTE_CHARS ? `${line.slice(0, MAX_QUOTE_CHARS - 1).toWellFormed()}…` : line
}
