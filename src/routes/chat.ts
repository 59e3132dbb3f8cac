import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { help } from '../chat/advice.ts'
import type { Chat, Utterance } from '../chat/chat.ts'
import { discord } from '../chat/discord.ts'
import { readCommand } from '../chat/grammar.ts'
import { mattermost } from '../chat/mattermost.ts'
import { resultOf } from '../chat/message.ts'
import { teams } from '../chat/teams/teams.ts'
import { order, settled, statusOf } from '../intake/conversation.ts'
import { forged, ignore, isCurrent, receive } from '../intake/intake.ts'
import { world } from '../lib/world.ts'
import { configured } from '../middleware/configured.ts'
import { jsonOf } from '../middleware/limited-body.ts'
import { replyTo } from '../outcomes/reply.ts'

const chats = Object.entries({ teams, discord, mattermost })

/** Commands that people write in a chat. */
export const chat = factory.createApp()
for (const [name, row] of chats)
  chat.post(`/${name}`, configured, async (c) => {
    const body = await receive(c, name, row.proofs)
    if (row.time && !isCurrent(row.time, jsonOf(body))) throw forged()
    const utterance = row.read(body)
    return utterance
      ? c.json(await answer(c, name, row, utterance))
      : ignore(c, name, `this is no command of ${row.title}`)
  })

async function answer(c: Context<AppEnv>, name: string, row: Chat, utterance: Utterance): Promise<object> {
  if (utterance.kind === 'protocol') return utterance.answer
  const { text, command, user } = utterance
  const asked = readCommand(text, command)
  switch (asked.kind) {
    case 'empty':
    case 'help':
      return row.render(help(command))
    case 'mistaken':
      return row.render(asked.message)
    case 'status':
      return row.render(await statusOf(c, name, asked.id))
    case 'create': {
      const tell = row.channel
        ? await replyTo(row.channel, utterance.replyTo, c.get('deployment').config, world)
        : null
      const wanted = { asked, command, user: user.id, requestedBy: `${user.name} on ${row.title}` }
      const { message, begun } = await order(c, name, wanted, tell)
      if (begun && tell && row.deferred) return row.deferred
      const ended = begun && !tell ? await settled(c, begun, row.patience) : undefined
      return row.render(ended ? resultOf(ended) : message)
    }
  }
}
