import { Problem } from './problem.ts'

/** How soon an overloaded ledger may take requests again. */
const RETRY_SECONDS = 5

/**
 * Recognizes the platform's error for a Durable Object that could not take a call: nothing of it was begun. An error that
 * the object itself threw may carry the mark as well, from something that it called, and says nothing of the kind.
 *
 * @returns the problem, or undefined if the error is another one
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export function overloadProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  const { overloaded, remote } = error as { overloaded?: unknown; remote?: unknown } // absent on every other error
  if (overloaded !== true || remote === true) return undefined
  const detail =
    'This Worker has too much to do at once. Nothing was begun; send the request again in a moment.'
  return new Problem('overloaded', detail, { retryAfter: RETRY_SECONDS })
}
