import type { ChatSender } from '../config/senders.ts'
import type { Chat } from './chat.ts'
import { discord } from './discord.ts'
import { mattermost } from './mattermost.ts'
import { teams } from './teams/teams.ts'

const table = { teams, discord, mattermost } satisfies Readonly<Record<Exclude<ChatSender, 'slack'>, Chat>>

/** Every chat that sends commands and nothing else, by the name in its path. Slack has forms and buttons, and a route. */
export const chats: ReadonlyMap<string, Chat> = new Map(Object.entries(table))
