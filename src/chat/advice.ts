import { type ProblemCode, problems } from '../problem/catalog.ts'
import type { ProblemDocument } from '../problem/problem.ts'

/** What the person who asked can do about a problem whose detail does not say so. */
const ADVICE: Readonly<Partial<Record<ProblemCode, string>>> = {
  'invalid-request': 'Correct that, and ask again.',
  'policy-violation':
    'Change that, or have the policy changed by whoever runs this deployment, and ask again.',
  'owner-not-found': problems['owner-not-found'].remedy,
  'rejected-by-conductorone': 'Correct the request, and ask again.',
  'conductorone-credentials-rejected': 'Whoever runs this deployment has to look at it. Then ask again.',
  'outcome-unknown':
    'Do not ask under another name before somebody has looked: there could be two vaults then.',
  'internal-error': 'Ask again. If that does not help, tell whoever runs this deployment.',
}

/** Explains a problem to the person who asked: what happened, and what to do about it. */
export function explainProblem({ code, detail }: ProblemDocument): string[] {
  return [detail, ADVICE[code] ?? ''].filter(Boolean)
}
