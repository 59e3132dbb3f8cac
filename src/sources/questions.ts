import type { MappedField } from '../config/source-options.ts'

/** A question of a form or a command, and how its answer becomes a field of a request. */
export type Question = {
  readonly field: MappedField
  /** The heading above the answer in an issue form. */
  readonly heading: string
  /** The word before the answer in a chat command. */
  readonly word: string
  readonly read: (answer: string) => unknown
}

/** Every question, in the order of the form that is shipped, which has these headings. */
export const QUESTIONS: readonly Question[] = [
  { field: 'name', heading: 'Vault name', word: 'name', read: (answer) => answer },
  { field: 'owners', heading: 'Owners', word: 'owners', read: readList },
  { field: 'description', heading: 'What it is for', word: 'desc', read: (answer) => answer },
  { field: 'kind', heading: 'Kind', word: 'kind', read: readKind },
  { field: 'maxViews', heading: 'Maximum views', word: 'views', read: readNumber },
  {
    field: 'allowUnauthenticated',
    heading: 'Views without signing in',
    word: 'unauthenticated',
    read: readYesOrNo,
  },
  { field: 'credentialTtl', heading: 'Credential lifetime', word: 'ttl', read: (answer) => answer },
]

/** Field to heading: what the author of an issue form calls it. */
export const HEADINGS: Readonly<Record<string, string>> = Object.fromEntries(
  QUESTIONS.map(({ field, heading }) => [field, heading]),
)

/**
 * Reads answers into the fields of a request; questions without an answer are left out.
 *
 * @param answerTo finds the answer for a field, as text
 */
export function readAnswers(answerTo: (field: MappedField) => string | undefined): Record<string, unknown> {
  const fields = QUESTIONS.flatMap(({ field, read }) => {
    const answer = answerTo(field)
    return answer === undefined || answer === '' ? [] : [[field, read(answer)] as const]
  })
  return Object.fromEntries(fields)
}

/**
 * Reads several people out of one answer. Mark-up that editors put around an address, in Markdown or Jira's own, is not
 * part of it. No expression goes back over the same characters, since the author of a ticket chooses them.
 */
function readList(answer: string): string[] {
  return answer
    .replaceAll(/\[([^[\]|]+)(?:\|mailto:[^[\]]*\]|\]\(mailto:[^()[]*\))/g, '$1')
    .split(/[\s,;]+/)
    .map((item) => item.replace(/^[-*•<`]+/, '').replace(/(?<![>`])[>`]+$/, ''))
    .filter((item) => item !== '')
}

function readKind(answer: string): string {
  return answer.toLowerCase().replaceAll(/[\s-]+/g, '_')
}

/** Leaves text that is not a number as it is, so that the fault shows what was written. */
function readNumber(answer: string): unknown {
  return /^\d+$/.test(answer) ? Number(answer) : answer
}

function readYesOrNo(answer: string): unknown {
  if (/^(yes|true|on)$/i.test(answer)) return true
  return /^(no|false|off|none)$/i.test(answer) ? false : answer
}
