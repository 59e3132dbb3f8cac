import type { SourceOptions } from '../config/source-options.ts'
import type { BodyTime, Proof } from './proof.ts'

/** A delivery whose sender has proven itself; nothing in it is trusted beyond that. */
export type VerifiedDelivery = {
  readonly headers: Headers
  /** The body as JSON. */
  readonly json: unknown
  readonly options: SourceOptions
}

/** What a delivery asks for. */
export type Reading =
  /** Nothing of ours. The sender's log shows the reason to whoever set the webhook up. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | {
      readonly kind: 'request'
      /** The simplified request, not checked yet. */
      readonly request: Readonly<Record<string, unknown>>
      /** Field to what the author of the ticket calls it, for faults that they can find. */
      readonly fieldNames: Readonly<Record<string, string>>
    }

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
