import type { ProblemCode } from '../../../src/problem/catalog.ts'

/** What may go wrong wherever another system delivers something. */
export const INTAKE = [
  'unauthenticated',
  'not-found',
  'payload-too-large',
  'rate-limited',
  'misconfigured',
  'internal-error',
  'overloaded',
] as const satisfies readonly ProblemCode[]
