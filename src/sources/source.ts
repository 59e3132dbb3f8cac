import type { SourceOptions } from '../config/source-options.ts'
import type { Proof } from './proof.ts'

/** A delivery that is verified: nothing in it is trusted beyond who sent it. */
export type Delivery = {
  readonly headers: Headers
  /** the body as JSON */
  readonly json: unknown
  readonly options: SourceOptions
}

/** What a delivery asks for. */
export type Reading =
  /** nothing of ours, and why: the sender's log shows it to whoever set the webhook up */
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'request'
      /** the simplified request, not checked yet */
      readonly request: Readonly<Record<string, unknown>>
      /** what the author of the ticket calls a field, for faults that they can find */
      readonly words: Readonly<Record<string, string>>
    }

/** The time of sending in epoch milliseconds where it stands in the signed body, and the seconds it may be off. */
export type SignedTime = {
  readonly sentAt: (json: unknown) => number | undefined
  readonly window: number
}

/** A sender: how it proves itself, how its deliveries are read, and how it wants to be answered. */
export type Source = {
  readonly proofs: readonly Proof[]
  readonly time?: SignedTime
  /** the header that names the delivery, the same on every repetition of it, where it is signed too */
  readonly deliveryId?: string
  readonly read: (delivery: Delivery) => Reading
  /** the status for a request that was taken on */
  readonly accepted: 200 | 202
  /** the status for a request with faults: 422 where a person sees it, 200 where it would only switch the webhook off */
  readonly refused: 200 | 422
}

/**
 * @param id what people call the ticket
 * @param url where it is; kept where it is https only
 * @returns the ticket as a request has it
 */
export function ticket(id: string, url: string | null | undefined): { id: string; url?: string } {
  return url?.startsWith('https://') ? { id, url } : { id }
}

/** @returns the reading of a delivery that asks for nothing of ours */
export function ignored(why: string): Reading {
  return { kind: 'ignored', why }
}
