import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { faultMessage } from '../chat/grammar.ts'
import { type Message, note, resultOf } from '../chat/message.ts'
import { hex, sha256 } from '../encoding.ts'
import type { Refusal, Tell } from '../ledger/claim.ts'
import type { RequestRecord } from '../ledger/entry.ts'
import { ledgerFor } from '../ledger/shards.ts'
import { world } from '../world.ts'
import { edited, judge, take } from './intake.ts'

/** Milliseconds between two looks at a request that is running. */
const PAUSE = 250

/** What somebody in a chat wants. */
export type Wanted = {
  /** the simplified request, not checked yet */
  readonly request: Readonly<Record<string, unknown>>
  /** what of it was written; the rest is looked up, and may be found at one time and not at another */
  readonly written: Readonly<Record<string, unknown>>
  readonly words: Readonly<Record<string, string>>
  /** the command's name as people write it */
  readonly command: string
  /** the id of who wants it; the same wish of the same person is one request */
  readonly user: string
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
  { request, written, words, command, user }: Wanted,
  tell: Tell | null,
): Promise<Answered> {
  const { refusal } = judge(request, words, c.get('deployment').config)
  if (refusal) return { message: faultMessage(request, words, refusal.errors, command), refusal }
  // nobody repeats a command by accident only: who presses again wants the same vault, not a second one
  const delivery = hex(await sha256(JSON.stringify([user, written])))
  const { reply } = await take(c, { source, request, words, delivery, tell: () => tell })
  const { record } = reply
  switch (reply.kind) {
    case 'accepted':
      return { message: resultOf(record), begun: record }
    case 'running':
    case 'ended':
      return { message: resultOf(record) }
    case 'reused':
      return { message: note('Something else was asked for before', edited(record.id)) }
  }
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
 * @returns the record of a request once it has ended, or as it is when the time is up
 */
export async function settled(
  c: Context<AppEnv>,
  record: RequestRecord,
  patience: number,
): Promise<RequestRecord> {
  const until = world.now() + patience
  let now = record
  while ((now.status === 'accepted' || now.status === 'creating') && world.now() + PAUSE < until) {
    await world.sleep(PAUSE)
    now = (await ledgerFor(c.env, record.id)?.read(record.id)) ?? now
  }
  return now
}
