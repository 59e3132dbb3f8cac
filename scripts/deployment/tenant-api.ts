import type * as z from 'zod/mini'
import { readAnswer } from '../../src/conductorone/answer.ts'
import { ConductorOneFailure } from '../../src/conductorone/failure.ts'
import type { ProofOfPossession } from '../../src/conductorone/token/proof-of-possession.ts'
import { NoAnswer, send } from '../../src/lib/outgoing.ts'
import type { Secret } from '../../src/lib/secret.ts'
import { quoted } from './finding.ts'
import { causeOf, world } from './network.ts'

/** How long one call may take. */
export const CALL_TIMEOUT_MS = 15_000

/** A tenant, and the right to ask it. */
export type Access = {
  readonly baseUrl: URL
  readonly token: Secret
  /** set if the token is bound to a key */
  readonly proofs: ProofOfPossession | undefined
}

/**
 * Asks the tenant's API for something that changes nothing.
 *
 * @param path of the API, `/api/v1/auth/introspect`
 * @param schema what a good answer looks like
 * @param body for a search, which is a POST; without one it is a GET
 * @returns the answer's content
 * @throws {ConductorOneFailure} if it is refused or cannot be read, and {@link NoAnswer}; see {@link explainRefusal}
 */
export async function ask<T>(
  { baseUrl, token, proofs }: Access,
  path: string,
  schema: z.ZodMiniType<T>,
  body?: unknown,
): Promise<T> {
  const method = body === undefined ? 'GET' : 'POST'
  const url = `${baseUrl.href.replace(/\/$/, '')}${path}`
  const sendWith = (proof?: string) => {
    const headers = {
      Authorization: `${proof === undefined ? 'Bearer' : 'DPoP'} ${token.reveal()}`,
      Accept: 'application/json',
      ...(proof !== undefined && { DPoP: proof }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    }
    const text = body === undefined ? undefined : JSON.stringify(body)
    return send(url, { method, headers, body: text, timeoutMs: CALL_TIMEOUT_MS }, world)
  }
  const answer = await (proofs ? proofs.prove(method, path, token, sendWith) : sendWith())
  return readAnswer(answer, schema, 'idempotent', world.now(), token)
}

/** Why {@link ask} got nothing: the status, if there was one, and what was said. */
export type Refusal = { readonly status: number | undefined; readonly says: string }

/**
 * Says in words why {@link ask} got nothing.
 *
 * @param error what it threw
 * @throws the same again, if it is a mistake of ours
 */
export function explainRefusal(error: unknown): Refusal {
  if (error instanceof ConductorOneFailure) {
    const { failure } = error
    const { status, message } = failure.upstream ?? {}
    const reason = 'reason' in failure ? failure.reason : undefined
    return {
      status,
      says: quoted([status && `HTTP ${status}`, message ?? reason].filter(Boolean).join(': ')),
    }
  }
  if (error instanceof NoAnswer) return { status: undefined, says: causeOf(error.cause) }
  throw error
}
