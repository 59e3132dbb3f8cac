import type { Finding, Section } from './finding.ts'

const MARKS = { ok: '✓', warning: '!', wrong: '✗', unchecked: '–' } as const satisfies Record<
  Finding['status'],
  string
>

/**
 * @param sections what was found
 * @returns it for a person: a line for each finding, marked `✓`, `!` (works, but look at it), `✗` or `–` (not checked)
 */
export function reportText(sections: readonly Section[]): string {
  return sections
    .filter(({ findings }) => findings.length > 0)
    .map(({ title, findings }) => {
      const width = Math.max(...findings.map(({ name }) => name.length))
      const lines = findings.map(
        ({ name, status, says }) => `  ${MARKS[status]} ${name.padEnd(width)}  ${says}`,
      )
      return `${title}\n${lines.join('\n')}\n`
    })
    .join('\n')
}

/**
 * @param sections what was found
 * @returns it for a machine: `ok`, and each finding with the section it stands in
 */
export function reportJson(sections: readonly Section[]): string {
  const checks = sections.flatMap(({ title, findings }) =>
    findings.map(({ name, status, says }) => ({ section: title, name, status, says })),
  )
  return `${JSON.stringify({ ok: !checks.some(({ status }) => status === 'wrong'), checks }, null, 2)}\n`
}
