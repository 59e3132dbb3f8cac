import type { RequestRecord } from '../ledger/entry.ts'
import { cut } from '../lib/cut.ts'

/** Room for what people wrote: a name, a person, a ticket. */
const MAX_PART_CHARS = 80

/**
 * Writes what an owner is told in Slack: which vault, why, who asked, and where it is. Nothing of its description is in it.
 *
 * @param host the tenant's
 * @returns text in which Slack finds no mark-up: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function ownerMessage(record: RequestRecord, host: string): string {
  const { name, ticket, requestedBy, approvedBy, caller, id } = record
  const why = [
    `Asked for by ${short(requestedBy ?? caller)}`,
    approvedBy && `approved by ${short(approvedBy)}`,
    ticket && `ticket ${short(ticket.id)}`,
  ]
  const lines = [
    `You are now an owner of the vault “${short(name)}” in ConductorOne. Only its owners can open it.`,
    `${why.filter(Boolean).join(', ')}. Request ${id}.`,
    `You find it at https://${host}, profile menu > My vaults. It is empty until a connector saves into it.`,
  ]
  return lines.join('\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function short(text: string): string {
  return cut(text, MAX_PART_CHARS)
}
