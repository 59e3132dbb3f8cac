import { comparable } from '../lib/text.ts'
import type { Entry } from './entry.ts'
import type { Claimant } from './sameness.ts'

/** Reads the column that holds a whole entry. */
export function parseEntry(text: string): Entry {
  return JSON.parse(text) as Entry // only `Store` and `forgetAddress` write that column
}

/** Writes the column that says whose a request or a vault is. */
export function askerColumn({ source, caller }: Claimant): string {
  return JSON.stringify([source, caller])
}

/** Writes the column that requests of a ticket are found by. */
export function ticketColumn({ order }: Entry): string | null {
  return order.ticket ? comparable(order.ticket.id) : null
}
