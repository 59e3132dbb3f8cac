import { explainProblem } from '../chat/advice.ts'
import type { RequestRecord } from '../ledger/entry.ts'

/** @returns what the ticket's author wants to know: what there is now, or what is wrong and what to do about it */
export function outcome({ status, name, vault, owners, problem, warnings }: RequestRecord): string {
  if (vault) {
    const whose = owners.map(({ input }) => input).join(', ')
    return [
      `The vault “${name}” was created in ConductorOne (id ${vault.id}). It can be opened by ${whose}.`,
      ...warnings,
    ].join('\n\n')
  }
  if (!problem) return `The vault “${name}” is being created.`
  const known =
    status === 'unknown'
      ? `Nobody knows whether the vault “${name}” was created.`
      : `The vault “${name}” was not created as asked.`
  const [detail, ...advice] = explainProblem(problem)
  return [`${known} ${detail}`, ...advice].join('\n\n')
}
