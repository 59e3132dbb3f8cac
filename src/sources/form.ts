import { HEADINGS, readAnswers } from './questions.ts'

/** What GitHub writes below a question that was left open. */
const NO_ANSWER = '_No response_'

/**
 * Reads the text that an issue form makes: a heading for each question, the answer below it.
 *
 * @param markdown the text
 * @returns the fields that were answered; the first answer counts if a heading stands twice
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
  return readAnswers((field) => {
    const answer = answers.get(HEADINGS[field]?.toLowerCase() ?? '')
    return answer === NO_ANSWER ? undefined : answer
  })
}
