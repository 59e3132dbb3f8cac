import { startAttempt } from './attempt.ts'
import type { Claim } from './claim.ts'
import { type Entry, isUnderWay } from './entry.ts'
import { timeOf } from './request-id.ts'

/** What the ledger does with a claim whose key it knows. */
export type Decision =
  /** the last attempt left nothing behind: begin again, under the id it has */
  | 'retry'
  /** the last attempt of another person left nothing behind: begin, under an id of its own */
  | 'supersede'
  /** an operator settled it as not created: begin, under an id of its own, since there may be a vault that names this one */
  | 'succeed'
  /** it is under way: answer so */
  | 'wait'
  /** it has ended: answer with its outcome */
  | 'replay'
  /** the key belongs to other content: refuse */
  | 'conflict'

/** Decides what is done with a claim whose key has an entry. */
export function decide(known: Entry, claim: Claim): Decision {
  // there is no vault, so a corrected request may take its place
  if (known.status === 'failed') {
    if (known.settledBy !== null) return 'succeed'
    if (known.personId !== claim.personId) return 'supersede'
    const isKnownRefusal = claim.refusal && known.fingerprint === claim.fingerprint
    return isKnownRefusal ? 'replay' : 'retry'
  }
  if (known.fingerprint !== claim.fingerprint) return 'conflict'
  return isUnderWay(known) ? 'wait' : 'replay'
}

/**
 * Makes the entry with which an attempt begins.
 *
 * @param failed the entry of an earlier attempt that left nothing behind
 * @param now epoch milliseconds
 * @param deadline epoch milliseconds by which an attempt that begins at once has ended
 */
export function beginAttempt(
  claim: Claim,
  failed: Entry | undefined,
  now: number,
  deadline: number | null = null,
): Entry {
  const {
    background,
    warnings,
    isTransferable: _is,
    refusal: _refusal,
    once: _once,
    traceparent: _trace,
    ...kept
  } = claim
  const attempt = (failed?.attempt ?? 0) + 1
  const attempts = failed?.attempts ?? []
  return {
    ...kept,
    id: failed?.id ?? claim.id,
    status: 'accepted',
    attempt,
    attempts: deadline === null ? attempts : startAttempt(attempts, attempt, now),
    nextAttemptAt: null,
    run: (failed?.run ?? 0) + 1,
    owners: [],
    vault: null,
    problem: null,
    notes: warnings,
    ...(failed?.told && { told: failed.told }),
    expiry: claim.order.ttlSeconds === undefined ? 'none' : 'pending',
    workflow: background ? 'due' : 'none',
    workflowSeenAt: null,
    deadline,
    sentAt: null,
    search: null,
    settledBy: null,
    isForced: false,
    createdAt: failed?.createdAt ?? timeOf(claim.id),
    updatedAt: now,
  }
}
