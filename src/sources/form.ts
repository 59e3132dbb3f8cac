import type { Heading, Root } from 'mdast'
import { toString as textOf } from 'mdast-util-to-string'
import type { FieldFault } from '../problem/problem.ts'
import { type AnswerText, readAnswer, STRUCK_OUT } from './answer.ts'
import { findEnclosedHeadings } from './enclosures.ts'
import { type HeadingMatch, matchHeading, quoteOf } from './headings.ts'
import { flatten, isLeftOpen, parseBlocks, parseMarkdown, rangeOf, textFault } from './markdown.ts'
import { missedQuestions } from './missed-questions.ts'
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

/**
 * Reads the text that an issue form makes: a heading for each question, the answer below it. Only headings of the
 * document itself count, not those in fences, quotes, lists or HTML.
 *
 * @param markdown the text
 */
export function readForm(markdown: string): FormReading {
  // the parser leaves out a byte order mark, which would move every place that it names
  const text = markdown.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n')
  const unreadable = textFault(text)
  if (unreadable !== undefined)
    return { answers: {}, faults: [{ pointer: '', detail: `The ticket’s text ${unreadable}` }], warnings: [] }
  const document = parseBlocks(text)
  const unclosed = document.children.filter((node) => isLeftOpen(node, text))
  const faults: FieldFault[] = unclosed.map(() => ({ pointer: '', detail: UNCLOSED }))
  const warnings: string[] = []
  const answers = new Map<string, string>()
  const definitions = document.children
    .filter(({ type }) => type === 'definition')
    .map((node) => text.slice(...rangeOf(node)))
    .join('\n')
  const sections = sectionsOf(document, text)
  for (const [index, section] of sections.entries()) {
    if (section.kind === 'other') {
      if (isPartOfAnswer(section, sections[index - 1], sections[index + 1]))
        faults.push(headingInAnswer(section, sections[index - 1]))
      else if (section.source.trim() !== '')
        warnings.push(`“${quoteOf(section.title)}” was not read: it is not a question that is asked here.`)
      continue
    }
    const { field, heading } = section.question
    const answer = answerOf(section, sections, definitions)
    const before = answers.get(field)
    if ('fault' in answer) faults.push({ pointer: `/${field}`, detail: answer.fault })
    else if (before !== undefined && before !== answer.text)
      faults.push({ pointer: `/${field}`, detail: answeredTwice(heading, before, answer.text) })
    else answers.set(field, answer.text)
  }
  const asked = sections.flatMap((section) => (section.kind === 'other' ? [] : [section.question.field]))
  const readable = document.children.filter((node) => !unclosed.includes(node))
  faults.push(...missedQuestions(readable, new Set(asked)))
  return {
    answers: readAnswers((field) => ({ text: answers.get(field) ?? '' }), HEADINGS).answers,
    faults,
    warnings: warnings.slice(0, MAX_WARNING_COUNT),
  }
}

/** Reads what stands below a question; a fault is a whole sentence. */
function answerOf(
  { question, source, fault }: Asked,
  sections: readonly Section[],
  definitions: string,
): AnswerText {
  if (fault !== undefined) return { fault }
  const hidden = question.answer === 'text' ? undefined : hiddenQuestion(source, sections)
  if (hidden !== undefined)
    return {
      fault: `“${question.heading}” begins with a comment that hides the question “${hidden}”; remove the comment`,
    }
  const answer = readAnswer(source, question, definitions)
  return 'fault' in answer ? { fault: `“${question.heading}” ${answer.fault}` } : answer
}

/** Says why a heading that has the words of a question, or nearly, asks nothing; undefined if it does. */
function faultOf(
  heading: Heading,
  title: string,
  match: HeadingMatch,
  enclosure: string | undefined,
): string | undefined {
  if (match.kind === 'other') return undefined
  if (enclosure !== undefined) {
    const around = quoteOf(enclosure)
    return `“${quoteOf(title)}” stands inside ${around}, which may be folded, quoted or struck out: move it out, or close ${around} above it`
  }
  const tags = flatten(heading).map((node) => (node.type === 'html' ? node.value : ''))
  if (STRUCK_OUT.test(title) || tags.some((tag) => /^<(?:del|s|strike)\b/i.test(tag)))
    return `“${quoteOf(title)}” is struck out: remove the heading, or write it without the strike`
  return match.kind === 'misspelled'
    ? `“${quoteOf(title)}” is not a question here; did you mean “${match.question.heading}”?`
    : undefined
}

const UNCLOSED =
  'The ticket’s text has a block of code or a comment that is not closed, so the questions below it cannot be read; close it'

/**
 * Judges a heading that is not a question: it may be a line of the answer above it, such as `# 1d` or a line of dashes
 * below an address, which is a heading in Markdown.
 */
function isPartOfAnswer(heading: Section, before: Section | undefined, after: Section | undefined): boolean {
  if (before?.kind !== 'question') return false
  if (heading.depth > before.depth || heading.isUnderlined) return true
  if (heading.source.trim() !== '') return false
  const hasParts = after !== undefined && after.depth > heading.depth
  return before.source.trim() === '' || (heading.depth < before.depth && !hasParts)
}

function headingInAnswer(heading: Section, question: Section | undefined): FieldFault {
  const { field = '', heading: name = '' } = question?.kind === 'question' ? question.question : {}
  return {
    pointer: `/${field}`,
    detail: `“${name}” is followed by the heading “${quoteOf(heading.title)}”; if it is part of the answer, write it as plain text, else remove it`,
  }
}

/**
 * Finds a question that stands only in a comment at the beginning of an answer. The author of an answer may have begun the
 * comment, which then took in the questions below it.
 */
function hiddenQuestion(source: string, sections: readonly Section[]): string | undefined {
  const comment = /^\s*<!--[\s\S]*?-->/.exec(source)?.[0] ?? ''
  const headings = Array.from(comment.matchAll(/^ {0,3}#{1,6}[ \t]+(.*)$/gm), ([, title = '']) =>
    matchHeading(title),
  )
  const asked = sections.flatMap((section) => (section.kind === 'question' ? [section.question.field] : []))
  const hidden = headings.find((match) => match.kind === 'question' && !asked.includes(match.question.field))
  return hidden?.kind === 'question' ? hidden.question.heading : undefined
}

type Section = HeadingMatch & {
  /** The level of the heading, from 1. */
  readonly depth: number
  readonly isUnderlined: boolean
  /** The heading as it is written. */
  readonly title: string
  /** Why it asks nothing, though it has the words of a question, or nearly. */
  readonly fault: string | undefined
  /** The Markdown below it. */
  readonly source: string
}

type Asked = Extract<Section, { readonly question: unknown }>

/** Divides a document at its headings. One that is not a question and stands in the description is part of it. */
function sectionsOf(document: Root, text: string): Section[] {
  const sections: (Section & { readonly start: number })[] = []
  const enclosures = findEnclosedHeadings(document, text)
  for (const heading of document.children.filter((node) => node.type === 'heading')) {
    const [start, end] = rangeOf(heading)
    const title = titleOf(heading, text)
    const match = matchHeading(title)
    const open = sections.at(-1)
    if (match.kind === 'other' && open?.kind === 'question' && open.question.answer === 'text') continue
    if (open) sections[sections.length - 1] = { ...open, source: text.slice(open.start, start) }
    const isUnderlined = text.slice(start, end).includes('\n')
    sections.push({
      ...match,
      depth: heading.depth,
      isUnderlined,
      title,
      fault: faultOf(heading, title, match, enclosures.get(start)),
      start: end,
      source: text.slice(end),
    })
  }
  return sections
}

function titleOf({ children: [first, ...rest] }: Heading, text: string): string {
  if (first === undefined) return ''
  const source = text.slice(rangeOf(first)[0], rangeOf(rest.at(-1) ?? first)[1])
  return textOf(parseMarkdown(source), { includeHtml: false, includeImageAlt: false })
}

function answeredTwice(heading: string, first: string, second: string): string {
  const [one, other] = [first, second].map((answer) => (answer === '' ? 'nothing' : `“${quoteOf(answer)}”`))
  return `“${heading}” is answered twice, with ${one} and with ${other}; leave the one that is meant`
}
