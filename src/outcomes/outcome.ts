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
  const summary =
    status === 'unknown'
      ? `We don’t know whether the vault “${write(name)}” was created.`
      : `The vault “${write(name)}” was not created as asked.`
  const [detail = '', ...advice] = explainProblem(problem)
  return [`${summary} ${write(detail)}`, ...advice.map(write)].join('\n\n')
}
