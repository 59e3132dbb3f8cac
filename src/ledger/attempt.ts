import type { ProblemDocument } from '../problem/problem.ts'

/** The attempts of a request that are remembered; the oldest is dropped first. */
const MAX_ATTEMPTS_COUNT = 10

/** How an attempt ended; postponed if nothing was sent and the Worker tries again by itself. */
export type AttemptOutcome = 'created' | 'failed' | 'postponed' | 'unknown'

/** One attempt at making a vault, as the ledger keeps it. Times are epoch milliseconds. */
export type Attempt = {
  readonly number: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly outcome: AttemptOutcome | null
  /** ConductorOne's HTTP status, if it answered something else than a vault */
  readonly upstreamStatus: number | null
  readonly problem: ProblemDocument['code'] | null
  /** when the next one begins */
  readonly nextAttemptAt: number | null
}

/** An attempt as callers read it. */
export type AttemptRecord = Omit<Attempt, 'startedAt' | 'endedAt' | 'nextAttemptAt'> & {
  readonly startedAt: string
  readonly endedAt: string | null
  readonly nextAttemptAt: string | null
}

/** Adds an attempt that begins. */
export function startAttempt(attempts: readonly Attempt[], number: number, startedAt: number): Attempt[] {
  const started: Attempt = {
    number,
    startedAt,
    endedAt: null,
    outcome: null,
    upstreamStatus: null,
    problem: null,
    nextAttemptAt: null,
  }
  return [...attempts.filter((attempt) => attempt.number !== number), started].slice(-MAX_ATTEMPTS_COUNT)
}

/** Ends the last attempt. A late answer changes the outcome of one that had ended already. */
export function endAttempt(attempts: readonly Attempt[], end: AttemptEnd): readonly Attempt[] {
  const last = attempts.at(-1)
  if (!last) return attempts
  const { problem, ...rest } = end
  const upstreamStatus = problem?.upstream?.status ?? null
  return [...attempts.slice(0, -1), { ...last, ...rest, upstreamStatus, problem: problem?.code ?? null }]
}

type AttemptEnd = {
  readonly outcome: AttemptOutcome
  readonly endedAt: number
  readonly nextAttemptAt: number | null
  readonly problem: ProblemDocument | null
}

/** Makes the record of an attempt. */
export function attemptRecord(attempt: Attempt): AttemptRecord {
  const { startedAt, endedAt, nextAttemptAt } = attempt
  return {
    ...attempt,
    startedAt: timeOf(startedAt),
    endedAt: endedAt === null ? null : timeOf(endedAt),
    nextAttemptAt: nextAttemptAt === null ? null : timeOf(nextAttemptAt),
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
