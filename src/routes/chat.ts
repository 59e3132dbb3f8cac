import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import type { Chat, ChatEvent } from '../chat/chat.ts'
import { chats } from '../chat/chats.ts'
import { readCommand } from '../chat/grammar.ts'
import { help } from '../chat/help.ts'
import { resultMessage } from '../chat/result.ts'
import { requestVault, statusMessage, troubleMessage, waitForResult } from '../intake/conversation.ts'
import { countDelivery, forgedProblem, ignore, receive } from '../intake/receive.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { replyTo } from '../outcomes/reply.ts'
import { parseRequestJson } from '../problem/body.ts'
import { nextStep } from '../provisioning/next-step.ts'
import { takenUntil } from '../sources/body-time.ts'

/** Commands that people write in a chat. */
export const chat = factory.createApp()
for (const [name, row] of chats)
  chat.post(`/${name}`, configured, async (c) => {
    const body = await receive(c, name, row.proofs)
    if (row.bodyTime && takenUntil(row.bodyTime, parseRequestJson(body), world.now()) === undefined)
      throw forgedProblem()
    const event = row.read(body)
    if (!event) return ignore(c, name, `this is not a command of ${row.title}`)
    return c.json(await answer(c, name, row, event).catch((error) => row.render(troubleMessage(c, error))))
  })

async function answer(c: Context<AppEnv>, name: string, row: Chat, event: ChatEvent): Promise<object> {
  if (event.kind === 'protocol') return event.answer
  await countDelivery(c, name)
  const { text, command, user } = event
  const read = readCommand(text, command)
  switch (read.kind) {
    case 'empty':
    case 'help':
      return row.render(help(command))
    case 'unknown':
      return row.render(read.message)
    case 'status':
      return row.render(await statusMessage(c, name, read.id))
    case 'create': {
      const tell = row.channel
        ? await replyTo(row.channel, event.replyTo, c.get('deployment').config, world)
        : null
      const request = { create: read, command, userId: user.id, requestedBy: `${user.name} on ${row.title}` }
      const { message, accepted } = await requestVault(c, name, request, tell)
      if (accepted && tell && row.deferred) return row.deferred
      const ended = accepted && !tell ? await waitForResult(c, accepted, row.maxWaitMs) : undefined
      return row.render(ended ? resultMessage(ended, nextStep(c.get('deployment').config)) : message)
    }
  }
}
