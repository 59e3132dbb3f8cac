/** What one check found, for the operator. */
export type Finding = {
  /** what was checked, in a word or two */
  readonly name: string
  /** a `warning` works today; `unchecked` could not be checked, which is not a fault */
  readonly status: 'ok' | 'warning' | 'wrong' | 'unchecked'
  /** how it is and, if that is not right, what to do about it; one line */
  readonly says: string
}

/** Findings about one thing: a file, the tenant, a running Worker. */
export type Section = { readonly title: string; readonly findings: readonly Finding[] }

export const ok = (name: string, says: string): Finding => ({ name, status: 'ok', says })
export const warning = (name: string, says: string): Finding => ({ name, status: 'warning', says })
export const wrong = (name: string, says: string): Finding => ({ name, status: 'wrong', says })
export const unchecked = (name: string, says: string): Finding => ({ name, status: 'unchecked', says })

/** Tells whether anything in these sections is wrong. */
export function isAnyWrong(sections: readonly Section[]): boolean {
  return sections.some(({ findings }) => findings.some(({ status }) => status === 'wrong'))
}

/**
 * Runs checks that build on one another, up to the first that finds something wrong.
 *
 * @param names what the checks are called, in their order
 * @param checks findings one after the other; ends when going on would only repeat the same cause
 * @returns what was found, and for each name of which nothing was found that it was not reached
 */
export async function inOrder(names: readonly string[], checks: AsyncIterable<Finding>): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of checks) findings.push(finding)
  const cause = findings.find(({ status }) => status === 'wrong')?.name ?? 'what is missing above'
  const left = names.filter((name) => !findings.some((finding) => finding.name === name))
  return [...findings, ...left.map((name) => unchecked(name, `not checked: first ${cause}`))]
}

/** The most that is shown of text that is not ours. */
const MAX_QUOTED_CHARS = 200

/**
 * Makes text of a server fit to be shown.
 *
 * @param text what a server said, which may be anything
 * @returns it on one line, without what a terminal would obey, without what looks like a token, and not too long
 */
export function quoted(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}|secret-token:\S+/g, '[secret]')
    .slice(0, MAX_QUOTED_CHARS)
    .trim()
}
