import { cut } from '../lib/cut.ts'
import { withoutInvisible } from '../lib/text.ts'
import { foldLookAlikes } from './look-alikes.ts'
import { QUESTIONS, type Question } from './questions.ts'

/** What a heading of a form is: a question, nearly one, or something else. */
export type HeadingMatch =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'misspelled'; readonly question: Question }
  | { readonly kind: 'other' }

/** No question is longer; a longer heading is something else. */
const MAX_HEADING_CHARS = 100

const MAX_QUOTE_CHARS = 60

/** Puts what was written on one short line, to be quoted in a fault. */
export function quoteOf(text: string): string {
  return cut(text.replaceAll(/\s+/g, ' ').trim(), MAX_QUOTE_CHARS)
}

/** Words in parentheses, `(optional)` or `(s)`, and emoji by name. */
const ASIDE = /\([^()]*\)|:[a-z0-9_+-]+:/gi
const NOT_A_WORD = /[^\p{L}\p{N}]+/gu

/** Reduces a heading to its words: no case, emoji, punctuation, asides, plural or characters that can't be seen. */
export function wordsOf(heading: string): string {
  return withoutInvisible(heading)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(ASIDE, ' ')
    .replaceAll(NOT_A_WORD, ' ')
    .trim()
    .split(' ')
    .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word))
    .join(' ')
}

const KNOWN: ReadonlyMap<string, Question> = new Map(
  QUESTIONS.flatMap((question) =>
    [question.heading, ...question.synonyms].map((heading) => [wordsOf(heading), question] as const),
  ),
)

/**
 * Matches a heading with the questions by its words, whatever its emphasis, emoji, colon or case.
 *
 * @param heading its plain text
 */
export function matchHeading(heading: string): HeadingMatch {
  if (heading.length > MAX_HEADING_CHARS) return { kind: 'other' }
  const words = wordsOf(heading)
  const question = KNOWN.get(words)
  if (question) return { kind: 'question', question }
  const letters = foldLookAlikes(words.replaceAll(' ', ''))
  for (const [known, nearest] of KNOWN) {
    const other = known.replaceAll(' ', '')
    if (isNear(letters, other)) return { kind: 'misspelled', question: nearest }
  }
  return { kind: 'other' }
}

/** Shorter words differ by one mistake only from many others, so those must begin alike. */
const MIN_DISTINCT_CHARS = 5
/** Longer ones may have two mistakes. */
const MIN_LONG_CHARS = 10

function isNear(written: string, known: string): boolean {
  if (written === '') return false
  if (written === known) return true
  if (known.length < MIN_DISTINCT_CHARS)
    return written[0] === known[0] && known.length > 3 && distance(written, known) <= 1
  return distance(written, known) <= (known.length >= MIN_LONG_CHARS ? 2 : 1)
}

/** Counts the letters to insert, drop, replace or swap (optimal string alignment); Infinity if the lengths differ much. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(rows, i - 1, j) + 1,
          (row[j - 1] ?? 0) + 1,
          at(rows, i - 1, j - 1) + cost,
          swapped ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    rows.push(row)
  }
  return at(rows, a.length, b.length)
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Number.POSITIVE_INFINITY
}
