import { MAX_PERSON_CHARS } from '../config/fields.ts'
import type { SourceOptions } from '../config/source-options.ts'
import { cut } from '../lib/cut.ts'
import { cleanLine, withoutPersonMarks } from '../lib/text.ts'
import type { FieldFault } from '../problem/problem.ts'
import type { BodyTime } from './body-time.ts'
import type { Proof } from './proof.ts'

/** A delivery whose sender has proven itself; nothing in it is trusted beyond that. */
export type VerifiedDelivery = {
  readonly headers: Headers
  /** The body as JSON. */
  readonly json: unknown
  readonly options: SourceOptions
}

/** A ticket as its system knows it for good, also when it is moved or renamed. */
export type Issue = {
  /** The host or the account in which the id means this ticket. */
  readonly site: string
  readonly id: string
}

/** A ticket as it was when its system sent it. An older delivery of the ticket than one that was seen asks for nothing. */
export type Revision = {
  readonly issue: Issue
  /** Epoch milliseconds. */
  readonly changedAt: number
}

/** What is asked for, as far as it could be read. */
export type ReadRequest = {
  /** The simplified request, not checked yet. */
  readonly request: Readonly<Record<string, unknown>>
  /** Field to what the author of the ticket calls it, for faults that they can find. */
  readonly fieldNames: Readonly<Record<string, string>>
  /** What could not be read, in the author's words. */
  readonly faults: readonly FieldFault[]
  /** What was not read, or not as it is written, although the request can be taken on. */
  readonly warnings: readonly string[]
  /** Absent if an administrator wrote the body, so that the ticket and the name in it count. */
  readonly issue?: Issue
  /** The sender's id of the person who asks; absent if the delivery does not say. */
  readonly personId?: string | undefined
  /** The person who approved it, if that is another one; only a signed event says so. */
  readonly approvedBy?: string | undefined
  /** Present if deliveries of the ticket may come late. */
  readonly revision?: Revision | undefined
}

/** Reads a body that an administrator wrote: the simplified request itself, with its own names for the fields. */
export function writtenRequest(request: ReadRequest['request']): ReadRequest {
  return { request, fieldNames: {}, faults: [], warnings: [] }
}

/** What a delivery asks for. */
export type Reading =
  /** Nothing of ours. The sender's log shows the reason to the person who set up the webhook. */
  | { readonly kind: 'ignored'; readonly reason: string; readonly revision?: Revision | undefined }
  /** Nothing either, but the ticket has another id from now on. */
  | { readonly kind: 'transferred'; readonly from: Issue; readonly to: Issue; readonly reason: string }
  | ({ readonly kind: 'request' } & ReadRequest)

/** A ticketing system: how it proves itself, how its deliveries are read, and how it wants to be answered. */
export type Source = {
  readonly proofs: readonly Proof[]
  /** Present if the time of sending stands in the signed body. */
  readonly bodyTime?: BodyTime
  /** The header that names a delivery, the same on every retry; present if it is signed too. */
  readonly deliveryIdHeader?: string
  readonly read: (delivery: VerifiedDelivery) => Reading
  /** The status for a request that was taken on. */
  readonly acceptedStatus: 200 | 202
  /** The status for a request with faults: 422 if a person sees it, 200 if it would only switch the webhook off. */
  readonly refusedStatus: 200 | 422
}

/**
 * Builds the ticket of a request.
 *
 * @param id what people call the ticket
 * @param url its address; kept if it is https
 */
export function ticketOf(id: string, url: string | null | undefined): { id: string; url?: string } {
  return url?.startsWith('https://') ? { id, url } : { id }
}

/** Returns the host of an address, in lower case; empty if the text is not an address. */
export function hostOf(url: string | null | undefined): string {
  return URL.parse(url ?? '')?.host ?? ''
}

/**
 * Names a person of a ticketing system. The name is not a field that the ticket's author can correct, so one that has
 * several lines or is very long is changed and never refused.
 *
 * @param name a name or an address
 * @param system the system's title, if the name says little without it
 * @returns undefined if there is no name
 */
export function nameOfPerson(name: string | null | undefined, system?: string): string | undefined {
  const place = system === undefined ? '' : ` on ${system}`
  const line = cleanLine(withoutPersonMarks(name ?? ''), MAX_PERSON_CHARS - place.length)
  return line === '' ? undefined : `${line}${place}`
}

/** Builds the reading of a delivery that asks for nothing of ours. */
export function ignored(reason: string): Reading {
  return { kind: 'ignored', reason }
}

/**
 * Compares labels without regard to case.
 *
 * @param labels the labels of an issue, by name
 * @param wanted the label that makes an issue a request
 */
export function hasLabel(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label.toLowerCase() === wanted.toLowerCase())
}

const MAX_NAME_CHARS = 255
const BREAKS = /[\s\p{Cc}]+/gu

/** What stands in a ticket's fields, and what they are called. */
type Answered = {
  readonly answers: Readonly<Record<string, unknown>>
  readonly fieldNames: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/**
 * Lets a ticket's title stand in for the name, if that was not answered. A title may be longer than a name and have several
 * lines: it is changed then, with a warning.
 *
 * @param word what the ticket's author calls the title
 */
export function nameByTitle<T extends Answered>(
  answered: T,
  title: string | null | undefined,
  word: string,
): T {
  if ('name' in answered.answers) return answered
  const fieldNames = { ...answered.fieldNames, name: word }
  if (title === null || title === undefined) return { ...answered, fieldNames }
  const line = title.trim().replaceAll(BREAKS, ' ').trim()
  const name = cut(line, MAX_NAME_CHARS)
  const change = name !== line ? `cut to ${MAX_NAME_CHARS} characters` : 'put on one line'
  const warnings = name === title.trim() ? [] : [`“${word}” was ${change} to name the vault.`]
  const { answers, warnings: before } = answered
  return { ...answered, answers: { name, ...answers }, fieldNames, warnings: [...warnings, ...before] }
}
