import type { Finding, Section } from './finding.ts'

const MARKS = { ok: '✓', warning: '!', wrong: '✗', unchecked: '–' } as const satisfies Record<
  Finding['status'],
  string
>

/**
 * Writes findings for a person: a line for each, marked `✓`, `!` (works, but look at it), `✗` or `–` (not checked).
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

/** Writes findings for a machine: `ok`, and each finding with its section. */
export function reportJson(sections: readonly Section[]): string {
  const checks = sections.flatMap(({ title, findings }) =>
    findings.map(({ name, status, says }) => ({ section: title, name, status, says })),
  )
  return `${JSON.stringify({ ok: !checks.some(({ status }) => status === 'wrong'), checks }, null, 2)}\n`
}
