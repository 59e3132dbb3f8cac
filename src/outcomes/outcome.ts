import { explainProblem } from '../chat/advice.ts'
import type { RequestRecord } from '../ledger/entry.ts'

/**
 * Tells a ticket's author the outcome: what there is now, or what is wrong and what to do about it.
 *
 * @param next what to do with a vault that was made
 * @param write writes what people or ConductorOne wrote, so that it stays text where it goes
 */
export function outcome(
  { status, name, vault, owners, problem, warnings }: RequestRecord,
  next: string,
  write: (foreign: string) => string = (foreign) => foreign,
): string {
  if (vault) {
    const ownerList = owners.map(({ input }) => write(input)).join(', ')
    return [
      `The vault “${write(name)}” was created in ConductorOne (id ${write(vault.id)}). It can be opened by ${ownerList}.`,
      next,
      ...warnings.map(write),
    ].join('\n\n')
  }
  if (!problem) return `The vault “${write(name)}” is being created.`
  const [detail = '', ...advice] = explainProblem(problem)
  const summary =
    status === 'unknown'
      ? `We don’t know whether the vault “${write(name)}” was created. ${write(detail)}`
      : `The vault “${write(name)}” was not created${write(reasonOf(detail))}`
  return [summary, ...advice.map(write)].join('\n\n')
}

/** Takes the reason out of a failure's detail, which may say itself that no vault was created. */
function reasonOf(detail: string): string {
  const [, reason] = /^No vault was created: (.*)$/s.exec(detail) ?? []
  return reason === undefined ? `. ${detail.replace(' No vault was created.', '')}` : `: ${reason}`
}
