import type { Config } from '../config/config.ts'
import type { TicketSystem } from '../config/senders.ts'
import type { TicketToken } from '../config/ticket-tokens.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { parseJson } from '../lib/body.ts'
import { cut } from '../lib/cut.ts'
import { log } from '../lib/log.ts'
import { type Answer, judgeStatus, send } from '../lib/outgoing.ts'
import type { World } from '../lib/world.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { outcome } from './outcome.ts'
import { RECEIVER_TIMEOUT_MS, retryLater, type TellResult } from './post.ts'
import { credentialOf, type TicketCredential } from './ticket-credential.ts'
import { type TicketApi, type TicketCall, ticketApis } from './ticket-system.ts'

/** A hundred comments of 64 KiB, which GitHub may have, still fit. */
const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024
/** Far below what any of the systems takes; the least is Jira's 32,767. */
const MAX_COMMENT_CHARS = 20_000

/**
 * Writes a request's outcome into its ticket. Looks for the comment first, so that an attempt whose answer was lost is
 * not repeated: by its mark, in a comment of the token's own account. Other people can write the mark as well.
 *
 * @param record the request, with its ticket
 * @param attempt the attempt of the request that this is the outcome of; each has a comment of its own
 * @param kv keeps the tokens of OAuth clients, sealed
 * @returns whether the comment is there
 */
export async function writeComment(
  record: RequestRecord,
  attempt: string,
  config: Config,
  kv: KVNamespace,
  world: World,
): Promise<TellResult> {
  const system = systemOf(record.source)
  const access = system && config.ticketTokens[system]
  const ticket = record.ticket?.id
  if (!access || ticket === undefined) return { kind: 'refused', reason: 'there is no token for it any more' }
  const api = ticketApis[system]
  const mark = `(request ${record.id}, attempt ${attempt}: ${record.status})`
  const find = api.find(ticket, record.createdAt)
  const text = cut(outcome(record, nextStep(config), api.escape), MAX_COMMENT_CHARS - mark.length - 2)
  const write = api.write(ticket, `${text}\n\n${mark}`)
  if (!find || !write) return { kind: 'refused', reason: 'its id is not one that can be commented on' }

  const credential = credentialOf(access, kv, world)
  const found = await ask(api, credential, find, world)
  if (found.kind !== 'read') return found
  const comments = valueAt(found.json, api.found.list)
  if (!Array.isArray(comments)) return { kind: 'refused', reason: 'its answer is not a list of comments' }
  // JSON escapes nothing in a mark
  const isMarked = (comment: unknown) =>
    JSON.stringify(valueAt(comment, api.found.text) ?? null).includes(mark)
  const authors = comments.filter(isMarked).map((comment) => valueAt(comment, api.found.author))
  if (authors.length > 0) {
    const self = await ask(api, credential, api.self, world)
    if (self.kind !== 'read') return self
    const account = valueAt(self.json, api.self.account)
    if (account !== undefined && authors.includes(account)) return { kind: 'delivered' }
  }
  const written = await ask(api, credential, write, world)
  log(written.kind === 'read' ? 'info' : 'warn', 'ticket.commented', {
    request: record.id,
    outcome: written.kind,
  })
  return written.kind === 'read' ? { kind: 'delivered' } : written
}

/** Follows a path into an answer; undefined if it leads nowhere. */
function valueAt(json: unknown, path: readonly string[]): unknown {
  let value = json
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name] // an object that has it, as was just asked
  }
  return value
}

function systemOf(source: string): TicketSystem | undefined {
  // own names only, so the cast holds
  return Object.hasOwn(ticketApis, source) ? (source as TicketSystem) : undefined
}

type Read = { readonly kind: 'read'; readonly json: unknown }

type NotRead = Exclude<TellResult, { kind: 'delivered' }>

/**
 * Makes one call to a ticketing system and judges its answer. A call that is answered 401 did nothing, so it is made
 * once more if there is another token.
 */
async function ask(
  api: TicketApi,
  credential: TicketCredential,
  call: TicketCall,
  world: World,
): Promise<Read | NotRead> {
  const first = await credential.token()
  if (first.kind !== 'token') return first
  const answer = await sendCall(api, first, call, world)
  if (answer?.status !== 401) return judgeAnswer(answer)
  const second = await credential.replace()
  if (second === undefined) return judgeAnswer(answer)
  return second.kind === 'token' ? judgeAnswer(await sendCall(api, second, call, world)) : second
}

/** Sends a call; undefined if no answer came. */
async function sendCall(
  api: TicketApi,
  access: TicketToken,
  { method, path, body }: TicketCall,
  world: World,
): Promise<Answer | undefined> {
  try {
    const request = {
      method,
      headers: {
        Accept: 'application/json',
        Authorization: api.authorization(access),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs: RECEIVER_TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    }
    return await send(`https://${access.host ?? api.host}${path}`, request, world)
  } catch {
    return undefined
  }
}

function judgeAnswer(answer: Answer | undefined): Read | NotRead {
  if (!answer) return retryLater()
  const { status, headers } = answer
  const { text } = answer.body
  if (text === undefined)
    return answer.body.fault === 'it is too large'
      ? { kind: 'refused', reason: 'its answer is too large to look for the comment' }
      : retryLater()
  const isDone = judgeStatus(status) === 'done'
  const json = parseJson(text)
  if (isDone && !hasErrors(json)) return { kind: 'read', json }
  // GitHub tells its rate limits with 403
  const isFinal = isDone || (judgeStatus(status) === 'permanent' && !headers.has('Retry-After'))
  return isFinal ? { kind: 'refused', reason: `it answered HTTP ${status}` } : retryLater()
}

/** Tells whether GraphQL reports errors, which it does with status 200, in any place of its answer. */
function hasErrors(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'errors' in json
}
