import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { correctionMessage } from '../chat/correction.ts'
import type { CreateCommand } from '../chat/grammar.ts'
import { type Message, note } from '../chat/message.ts'
import { replyMessage, resultMessage } from '../chat/result.ts'
import type { Refusal } from '../ledger/claim.ts'
import { isUnderWay, type RequestRecord } from '../ledger/entry.ts'
import { ledgerFor } from '../ledger/shards.ts'
import type { Tell } from '../ledger/tell.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'
import { overloadProblem } from '../problem/overload.ts'
import { Problem } from '../problem/problem.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import { judge } from './judge.ts'
import { take } from './take.ts'

/** Between two looks at a request that is running. */
const POLL_INTERVAL_MS = 250

/** A vault that a person in a chat asks for. */
export type ChatRequest = {
  /** As it was written: the same wish of the same person is one request, whatever is looked up about people later. */
  readonly create: CreateCommand
  /** Fields that the chat fills in, or knows better. */
  readonly filled?: { readonly owners: readonly unknown[] }
  /** The person's name or address, for people to read. */
  readonly requestedBy: string
  /** The person's id in the chat. */
  readonly userId: string
  /** The command's name as people write it. */
  readonly command: string
}

/** What is answered to a request in a chat. */
export type ChatAnswer = {
  readonly message: Message
  /** Present if the work has just begun. */
  readonly accepted?: RequestRecord
  /** Present if the request has faults. */
  readonly refusal?: Refusal
}

/** Takes a chat's request on. Its faults are answered at once and not recorded. */
export async function requestVault(
  c: Context<AppEnv>,
  source: string,
  { create, filled, requestedBy, userId, command }: ChatRequest,
  tell: Tell | null,
): Promise<ChatAnswer> {
  const { written, mistakes } = create
  const { config } = c.get('deployment')
  const requester = ProvisioningRequest.shape.requestedBy.safeParse(requestedBy).data ?? userId
  const request = { requestedBy: requester, ...create.request, ...filled }
  const judgement = judge({ request, fieldNames: written }, config, source)
  const { refusal } = judgement
  if (refusal || mistakes.length > 0) {
    const isFine = (corrected: object) =>
      !judge(
        { request: { ...(!('owners' in written) && filled), ...corrected }, fieldNames: written },
        config,
        source,
      ).refusal
    const message = correctionMessage({ ...create, request }, refusal?.errors ?? [], command, isFine)
    return { message, ...(refusal && { refusal }) }
  }
  // a person who sends the same command again wants the same vault, not a second one
  const deliveryId = hex(await sha256(JSON.stringify([userId, create.request])))
  const reply = await take(c, { ...judgement, source, deliveryId, tell, personId: userId })
  const message = replyMessage(reply, command, tell !== null, nextStep(config))
  return { message, ...(reply.kind === 'accepted' && { accepted: reply.record }) }
}

/** Tells a person in a sentence why a command was not answered: a chat shows nothing of a problem in JSON. */
export function troubleMessage(c: Context<AppEnv>, error: unknown): Message {
  if (error instanceof Problem && error.code === 'rate-limited')
    return note('Too many commands at once', 'Nothing was begun. Wait a minute, then send it again.')
  if (overloadProblem(error))
    return note('Nothing was begun', 'There is too much to do at once. Send it again in a moment.')
  log('error', 'ledger.interrupted', { request: c.get('requestId') })
  return note(
    'This Worker was interrupted',
    'We don’t know whether your request was taken on. Send the same again in half a minute: it shows what became of ' +
      'the request, and cannot make a second vault.',
  )
}

/** Reports how far a request of this chat has come. */
export async function statusMessage(c: Context<AppEnv>, source: string, id: string): Promise<Message> {
  const record = await ledgerFor(c.env, id)?.read(id)
  return record?.source === source
    ? resultMessage(record, nextStep(c.get('deployment').config))
    : note('There is no such request', 'A request id begins with req_; the answer to the request has it.')
}

/** Waits for a request to end, up to a time; returns its record if it has. */
export async function waitForResult(
  c: Context<AppEnv>,
  { id }: RequestRecord,
  maxWaitMs: number,
): Promise<RequestRecord | undefined> {
  const until = world.now() + maxWaitMs
  while (world.now() + POLL_INTERVAL_MS < until) {
    await world.sleep(POLL_INTERVAL_MS)
    // a look that fails is followed by another
    const record = await ledgerFor(c.env, id)
      ?.read(id)
      .catch(() => null)
    if (record && !isUnderWay(record)) return record
  }
  return undefined
}
