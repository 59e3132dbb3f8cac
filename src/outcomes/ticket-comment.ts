import type { Config } from '../config/config.ts'
import type { TicketSystem } from '../config/senders.ts'
import type { TicketAccess } from '../config/ticket-tokens.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { boundedBody } from '../lib/body.ts'
import { log } from '../lib/log.ts'
import { USER_AGENT } from '../lib/user-agent.ts'
import type { World } from '../lib/world.ts'
import { outcome } from './outcome.ts'
import type { Delivery } from './post.ts'
import { type TicketApi, type TicketCall, ticketApis } from './ticket-system.ts'

/** Milliseconds that a ticketing system may take. */
const PATIENCE = 20_000
/** Bytes of an answer at most: a hundred comments of 64 KiB, which GitHub may have, still fit. */
const LARGEST_ANSWER = 8 * 1_024 * 1_024
/** Seconds before the next try. */
const LATER = 5

/**
 * Writes a request's outcome into its ticket. Looks for the comment first, by its mark, so that a try whose answer was
 * lost is not repeated.
 *
 * @param record the request, with its ticket
 * @param attempt which try of the request this is the outcome of; each has a comment of its own
 * @returns whether the comment is there
 */
export async function comment(
  record: RequestRecord,
  attempt: string,
  { ticketTokens }: Config,
  world: World,
): Promise<Delivery> {
  const system = systemOf(record.source)
  const access = system && ticketTokens[system]
  const ticket = record.ticket?.id
  if (!access || ticket === undefined) return { kind: 'refused', reason: 'there is no token for it any more' }
  const api = ticketApis[system]
  const mark = `(request ${record.id}, try ${attempt})`
  const find = api.find(ticket, record.createdAt)
  const write = api.write(ticket, `${outcome(record)}\n\n${mark}`)
  if (!find || !write) return { kind: 'refused', reason: 'its id is not one that can be commented on' }

  const found = await ask(api, access, find, world)
  if (found.kind !== 'read') return found
  // JSON escapes nothing in a mark
  if (found.text.includes(mark)) return { kind: 'delivered' }
  const written = await ask(api, access, write, world)
  log(written.kind === 'read' ? 'info' : 'warn', 'ticket.commented', {
    request: record.id,
    outcome: written.kind,
  })
  return written.kind === 'read' ? { kind: 'delivered' } : written
}

function systemOf(source: string): TicketSystem | undefined {
  // own names only, so the cast holds
  return Object.hasOwn(ticketApis, source) ? (source as TicketSystem) : undefined
}

type Read = { readonly kind: 'read'; readonly text: string }

async function ask(
  api: TicketApi,
  access: TicketAccess,
  { method, path, body }: TicketCall,
  world: World,
): Promise<Read | Exclude<Delivery, { kind: 'delivered' }>> {
  try {
    const response = await world.fetch(`https://${access.host ?? api.host}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
      headers: {
        Accept: 'application/json',
        Authorization: api.authorization(access),
        'User-Agent': USER_AGENT,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const bytes = await boundedBody(response, LARGEST_ANSWER)
    if (!bytes) return { kind: 'refused', reason: 'its answer is too large to look for the comment' }
    const text = new TextDecoder().decode(bytes)
    if (response.ok && !hasErrors(text)) return { kind: 'read', text }
    const { status } = response
    // GitHub tells its rate limits with 403
    const later = status === 408 || status === 429 || response.headers.has('retry-after')
    const final = response.ok || (status >= 400 && status < 500 && !later)
    return final
      ? { kind: 'refused', reason: `it answered HTTP ${status}` }
      : { kind: 'again', retryAfter: LATER }
  } catch {
    return { kind: 'again', retryAfter: LATER }
  }
}

/** GraphQL tells its errors with status 200, in any place of its answer. */
function hasErrors(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null && 'errors' in answer
  } catch {
    return false
  }
}
