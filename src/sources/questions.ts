import type { MappedField } from '../config/source-options.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { FieldValue } from './field-value.ts'
import { readPeople } from './people.ts'

/** A question of a form or a command, and how its answer becomes a field of a request. */
export type Question = {
  readonly field: MappedField
  /** The heading above the answer in an issue form. */
  readonly heading: string
  /** Other headings that mean the same, in any number and case. */
  readonly synonyms: readonly string[]
  /** The word before the answer in a chat command. */
  readonly word: string
  /** What an answer in a form consists of: text as it is written, one line, a choice of one, or a list of people. */
  readonly answer: 'text' | 'line' | 'choice' | 'people'
  readonly read: (answer: string) => unknown
}

/** Every question, in the order of the form that is shipped, which has these headings. */
export const QUESTIONS: readonly Question[] = [
  {
    field: 'name',
    heading: 'Vault name',
    synonyms: ['Name', 'Vault', 'Name of the vault', 'Display name'],
    word: 'name',
    answer: 'line',
    read: (answer) => answer,
  },
  {
    field: 'owners',
    heading: 'Owners',
    synonyms: [
      'Vault owners',
      'Owners of the vault',
      'List of owners',
      'Owned by',
      'Owner emails',
      'Owner e-mail addresses',
      'Owner email addresses',
    ],
    word: 'owners',
    answer: 'people',
    read: readPeople,
  },
  {
    field: 'description',
    heading: 'What it is for',
    synonyms: ['What is it for', 'Description', 'Vault description', 'Purpose', 'Reason', 'Justification'],
    word: 'desc',
    answer: 'text',
    read: (answer) => answer,
  },
  {
    field: 'kind',
    heading: 'Kind',
    synonyms: ['Vault kind', 'Kind of vault', 'Type', 'Vault type', 'Type of vault'],
    word: 'kind',
    answer: 'choice',
    read: readKind,
  },
  {
    field: 'maxViews',
    heading: 'Maximum views',
    synonyms: ['Max views', 'Views', 'Number of views', 'Maximum number of views', 'View limit'],
    word: 'views',
    answer: 'line',
    read: readNumber,
  },
  {
    field: 'allowUnauthenticated',
    heading: 'Views without signing in',
    synonyms: [
      'View without signing in',
      'Unauthenticated views',
      'Allow unauthenticated views',
      'Allow unauthenticated',
    ],
    word: 'unauthenticated',
    answer: 'choice',
    read: readYesOrNo,
  },
  {
    field: 'credentialTtl',
    heading: 'Credential lifetime',
    synonyms: [
      'Credential TTL',
      'TTL',
      'Lifetime',
      'Credential life time',
      'Credential expiry',
      'Lifetime of credentials',
      'Expiry',
      'Time to live',
    ],
    word: 'ttl',
    answer: 'line',
    read: (answer) => answer,
  },
  {
    field: 'preset',
    heading: 'Preset',
    synonyms: ['Vault preset', 'Name of the preset'],
    word: 'preset',
    answer: 'line',
    read: (answer) => answer,
  },
]

/** Field to heading: what the author of an issue form calls it. */
export const HEADINGS: Readonly<Record<string, string>> = Object.fromEntries(
  QUESTIONS.map(({ field, heading }) => [field, heading]),
)

/** Answers as the fields of a request, and what could not be read. */
export type Answers = {
  readonly answers: Readonly<Record<string, unknown>>
  readonly faults: readonly FieldFault[]
}

/**
 * Reads answers into the fields of a request; questions without an answer are left out.
 *
 * @param answerTo finds the answer for a field; undefined or empty if it was left open
 * @param fieldNames field to what the answers' author calls it
 */
export function readAnswers(
  answerTo: (field: MappedField) => FieldValue | undefined,
  fieldNames: Readonly<Record<string, string>>,
): Answers {
  const answers: Record<string, unknown> = {}
  const faults: FieldFault[] = []
  for (const { field, read } of QUESTIONS) {
    const value = answerTo(field) ?? { text: '' }
    if ('fault' in value)
      faults.push({ pointer: `/${field}`, detail: `“${fieldNames[field] ?? field}” ${value.fault}` })
    else if (value.text !== '') answers[field] = read(value.text)
  }
  return { answers, faults }
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
