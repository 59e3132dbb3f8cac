import type { MappedField } from '../config/source-options.ts'

/** A question, its answer, and how one becomes the other. */
export type Field = {
  readonly field: MappedField
  /** the heading above the answer in an issue form */
  readonly heading: string
  /** the word before the answer in a chat command */
  readonly word: string
  readonly read: (answer: string) => unknown
}

/** What a form or a command asks, and how its answers become a request; the form that is shipped has these headings. */
export const FORM: readonly Field[] = [
  { field: 'name', heading: 'Vault name', word: 'name', read: (answer) => answer },
  { field: 'owners', heading: 'Owners', word: 'owners', read: readList },
  { field: 'description', heading: 'What it is for', word: 'desc', read: (answer) => answer },
  { field: 'kind', heading: 'Kind', word: 'kind', read: readKind },
  { field: 'maxViews', heading: 'Maximum views', word: 'views', read: readNumber },
  {
    field: 'allowUnauthenticated',
    heading: 'Views without signing in',
    word: 'unauthenticated',
    read: readYesNo,
  },
  { field: 'credentialTtl', heading: 'Credential lifetime', word: 'ttl', read: (answer) => answer },
]

/** Field to heading, in the author's words. */
export const FORM_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  FORM.map(({ field, heading }) => [field, heading]),
)

/** What GitHub writes where a question was left open. */
const NO_ANSWER = '_No response_'

/**
 * Reads what an issue form makes: a heading for each question, the answer below it.
 *
 * @param markdown the text
 * @returns the fields that were answered; the first answer counts where a heading stands twice
 */
export function readForm(markdown: string): Record<string, unknown> {
  const answers = new Map<string, string>()
  for (const section of markdown
    .replaceAll('\r\n', '\n')
    .split(/^###[ \t]+/m)
    .slice(1)) {
    const [heading = '', ...lines] = section.split('\n')
    const name = heading.trim().toLowerCase()
    if (!answers.has(name)) answers.set(name, lines.join('\n').trim())
  }
  return readFields((field) => {
    const answer = answers.get(FORM_WORDS[field]?.toLowerCase() ?? '')
    return answer === NO_ANSWER ? undefined : answer
  })
}

/**
 * @param answerTo what was answered for a field, as text
 * @returns the fields that were answered, each as a request has it
 */
export function readFields(answerTo: (field: MappedField) => string | undefined): Record<string, unknown> {
  const answered = FORM.flatMap(({ field, read }) => {
    const answer = answerTo(field)
    return answer === undefined || answer === '' ? [] : [[field, read(answer)] as const]
  })
  return Object.fromEntries(answered)
}

/**
 * Mark-up that editors put around an address, in Markdown or Jira's own, is not part of it. No expression goes over the
 * same characters again where it does not match, since whoever writes a ticket chooses them.
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

/** What is no number stays text, so that the fault shows what was written. */
function readNumber(answer: string): unknown {
  return /^\d+$/.test(answer) ? Number(answer) : answer
}

function readYesNo(answer: string): unknown {
  if (/^(yes|true|on)$/i.test(answer)) return true
  return /^(no|false|off|none)$/i.test(answer) ? false : answer
}
