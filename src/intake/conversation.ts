import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { faultMessage } from '../chat/advice.ts'
import type { Asked } from '../chat/grammar.ts'
import { answerTo, type Message, note, resultOf } from '../chat/message.ts'
import type { Refusal, Tell } from '../ledger/claim.ts'
import { isUnderWay, type RequestRecord } from '../ledger/entry.ts'
import { ledgerFor } from '../ledger/shards.ts'
import { hex, sha256 } from '../lib/encoding.ts'
import { world } from '../lib/world.ts'
import { ProvisioningRequest } from '../provisioning/request.ts'
import { judge, take } from './intake.ts'

/** Milliseconds between two looks at a request that is running. */
const PAUSE = 250

/** What somebody in a chat wants. */
export type Wanted = {
  /** as it was written: the same wish of the same person is one request, whatever is found out about people later */
  readonly asked: Asked
  /** fields that the chat fills in, or knows better */
  readonly filled?: { readonly owners: readonly unknown[] }
  /** who wants it, for people to read */
  readonly requestedBy: string
  /** the id of who wants it */
  readonly user: string
  /** the command's name as people write it */
  readonly command: string
}

/** What is answered; `begun` where the work has just begun, `refusal` where the request has faults. */
export type Answered = {
  readonly message: Message
  readonly begun?: RequestRecord
  readonly refusal?: Refusal
}

/** Takes on what somebody in a chat wants. Faults are told at once and nowhere else. */
export async function order(
  c: Context<AppEnv>,
  source: string,
  { asked, filled, requestedBy, user, command }: Wanted,
  tell: Tell | null,
): Promise<Answered> {
  const { words, mistakes } = asked
  const { config } = c.get('deployment')
  const by = ProvisioningRequest.shape.requestedBy.safeParse(requestedBy).data ?? user
  const request = { requestedBy: by, ...asked.request, ...filled }
  const judged = judge(request, words, config)
  const { refusal } = judged
  if (refusal || mistakes.length > 0) {
    const isFine = (corrected: object) =>
      !judge({ ...(!('owners' in words) && filled), ...corrected }, words, config).refusal
    const message = faultMessage({ ...asked, request }, refusal?.errors ?? [], command, isFine)
    return { message, ...(refusal && { refusal }) }
  }
  // nobody repeats a command by accident only: who presses again wants the same vault, not a second one
  const delivery = hex(await sha256(JSON.stringify([user, asked.request])))
  const reply = await take(c, { ...judged, source, delivery, tell })
  const message = answerTo(reply, command, tell !== null)
  return { message, ...(reply.kind === 'accepted' && { begun: reply.record }) }
}

/** @returns what became of a request of this chat */
export async function statusOf(c: Context<AppEnv>, source: string, id: string): Promise<Message> {
  const record = await ledgerFor(c.env, id)?.read(id)
  return record?.source === source
    ? resultOf(record)
    : note('There is no such request', 'An id begins with req_ and stands in the answer to the request.')
}

/**
 * @param patience milliseconds to wait at most
 * @returns the record of a request that has ended by then
 */
export async function settled(
  c: Context<AppEnv>,
  { id }: RequestRecord,
  patience: number,
): Promise<RequestRecord | undefined> {
  const until = world.now() + patience
  while (world.now() + PAUSE < until) {
    await world.sleep(PAUSE)
    const record = await ledgerFor(c.env, id)?.read(id)
    if (record && !isUnderWay(record)) return record
  }
  return undefined
}
