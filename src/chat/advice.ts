import { type ProblemCode, problems } from '../problem/catalog.ts'
import type { ProblemDocument } from '../problem/problem.ts'

/** What the person who asked can do about a problem whose detail does not say so. */
const ADVICE: Readonly<Partial<Record<ProblemCode, string>>> = {
  'invalid-request': 'Correct that, and ask again.',
  'policy-violation': 'Change that, or ask your operator to change the policy. Then ask again.',
  'owner-not-found': problems['owner-not-found'].remedy,
  'rejected-by-conductorone': 'Correct the request, and ask again.',
  'conductorone-credentials-rejected': 'Tell your operator, and ask again once it works.',
  'outcome-unknown': 'Don’t ask under another name before that: there could be two vaults.',
  'internal-error': 'Ask again. If that doesn’t help, tell your operator.',
}

/** Explains a problem to the person who asked: what happened, and what to do about it. */
export function explainProblem({ code, detail }: ProblemDocument): string[] {
  return [detail, ADVICE[code] ?? ''].filter(Boolean)
}
