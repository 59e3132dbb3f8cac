import * as z from 'zod'
import { text } from './message.ts'

/** The most that a response document may have, in bytes. */
export const DOCUMENT_LIMIT = 250_000

const COMMENT_LIMIT = 1_024
const REASSIGNED_LIMIT = 32
const STEPS = ['accept', 'action', 'approval', 'form', 'provision', 'reject', 'wait']

const comment = text
  .refine((value) => [...value].length <= COMMENT_LIMIT, 'longer than 1,024 characters')
  .exactOptional()
const commented = z.strictObject({ comment })
const policyStep = z
  .record(z.string(), z.unknown())
  .refine((step) => Object.keys(step).filter((kind) => STEPS.includes(kind)).length === 1, 'not one step')

/** What each event may be answered with, besides the version; every other event with nothing else. */
const OUTCOMES: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  'c1.webhooks.v1.PayloadProvisionStep': { complete: commented, errored: commented },
  'c1.webhooks.v1.PayloadPolicyApprovalStep': {
    approve: commented,
    deny: commented,
    reassign: z.strictObject({
      comment,
      newStepUserIds: z.array(text.min(1)).min(1).max(REASSIGNED_LIMIT),
    }),
    replacePolicy: z.strictObject({ comment, policySteps: z.array(policyStep).min(1) }),
  },
  'c1.webhooks.v1.PayloadWorkflowStep': { context: z.record(z.string(), z.unknown()) },
}

/** A document that answers a webhook. */
export type ResponseDocument = Readonly<Record<string, unknown>>

/** A document that does not answer its webhook. */
export class DocumentFault extends Error {}

/**
 * Reads a response document, of an answer or of a callback, as strictly as can be: JSON by its type and by its
 * content, 250 KB at most, version v1, and exactly one outcome, of those that the event has.
 *
 * @param mediaType the header `Content-Type`, where there is one
 * @param bytes the raw body
 * @param event the full name of the event
 * @returns the document
 * @throws DocumentFault that says what is wrong
 * @see https://www.conductorone.com/docs/product/admin/webhooks
 */
export function readDocument(mediaType: string | null, bytes: Uint8Array, event: string): ResponseDocument {
  if (bytes.byteLength === 0) throw new DocumentFault('the document is empty')
  if (bytes.byteLength > DOCUMENT_LIMIT) throw new DocumentFault('the document is larger than 250 KB')
  if (mediaType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new DocumentFault('content-type must be application/json')
  }
  const outcomes = OUTCOMES[event] ?? {}
  const allowed = Object.keys(outcomes)
  const partial = Object.fromEntries(allowed.map((name) => [name, outcomes[name]?.optional()]))
  const read = z.strictObject({ version: z.literal('v1'), ...partial }).safeParse(parse(bytes))
  if (!read.success) {
    const issue = read.error.issues[0]
    throw new DocumentFault(`${issue?.path.join('.') || 'document'}: ${issue?.message}`)
  }
  const given = allowed.filter((name) => name in read.data)
  if (allowed.length > 0 && given.length !== 1) {
    throw new DocumentFault(`one of ${allowed.join(', ')} is required, not ${given.length}`)
  }
  return read.data
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw new DocumentFault('the document is not JSON')
  }
}
