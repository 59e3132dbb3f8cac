import type { Config } from '../config/config.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { cut } from '../lib/cut.ts'
import { outcome } from './outcome.ts'

/** Tells whether an address is on the tenant's own host: the client id's, or that of `CONDUCTORONE_BASE_URL`. */
export function isOnTenantHost({ origin }: URL, { baseUrl, credentials }: Config): boolean {
  return origin === baseUrl.origin || origin === `https://${credentials.host}`
}

/** The version of all documents between ConductorOne and its webhooks. */
const VERSION = 'v1'
const MAX_COMMENT_CHARS = 1_024

/** Answers a delivery that asks for nothing: every answer is a document with its version. */
export function emptyAnswer(): { readonly version: string } {
  return { version: VERSION }
}

/**
 * Answers a provisioning step: it is complete, or why not and what to do.
 *
 * @param next what to do with a vault that was made
 */
export function stepAnswer(record: RequestRecord, next: string): Record<string, unknown> {
  return {
    version: VERSION,
    [record.status === 'created' ? 'complete' : 'errored']: comment(outcome(record, next)),
  }
}

/** Answers a provisioning step that cannot be done. */
export function stepRefusal(reason: string): Record<string, unknown> {
  return { version: VERSION, errored: comment(reason) }
}

function comment(text: string): { comment: string } {
  return { comment: cut(text, MAX_COMMENT_CHARS) }
}

/** Answers a step of an automation, which goes on with this: the vault, or the problem. */
export function automationAnswer({ id, status, vault, problem }: RequestRecord): Record<string, unknown> {
  return { version: VERSION, context: { vault, problem, request: { id, status } } }
}
