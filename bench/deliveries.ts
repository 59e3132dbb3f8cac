import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import {
  chats,
  discordCommand,
  mattermostCommand,
  slackCommand,
  teamsMessage,
} from '../test/support/chats.ts'
import { senders } from '../test/support/senders.ts'
import type { Shot } from './load.ts'

/** What a sender posts. */
export type Delivery = {
  readonly source: string
  /** what it asks for; a vault means a background run behind the answer */
  readonly asks: 'a vault' | 'help' | 'a test'
  /** @param url where the Worker listens, as the sender knows it */
  readonly next: (url: URL) => Promise<Shot>
}

const TYPE = 'application/json'
let made = 0

/** What each sender of tickets posts, every one for a new ticket. */
const tickets = Object.entries(senders).map(([source, sender]): Delivery => {
  const next = async () => {
    const number = ++made
    const asked = { number, name: `Vault ${number}`, owners: 'owner@example.com' }
    const body = JSON.stringify(sender.payload(asked))
    const proof = sender.sign(body, sender.secret, sender.stamp(Date.now()))
    return shot(source, { 'Content-Type': TYPE, ...proof }, body, [sender.statuses[0]])
  }
  return { source, asks: 'a vault', next }
})

/** What people write in each chat. */
const words = {
  slack: () => slackCommand({ text: 'help' }),
  teams: (at: number) => teamsMessage('help', at),
  discord: () => discordCommand('help', 'token'),
  mattermost: () => mattermostCommand({ text: 'help' }),
} as const

const commands = Object.entries(chats).map(([source, { type, sign }]): Delivery => {
  const next = async () => {
    const at = Date.now()
    const body = words[source as keyof typeof words](at) // the same names
    return shot(source, { 'Content-Type': type, ...sign(body, at) }, body)
  }
  return { source, asks: 'help', next }
})

const pair = await generateKeyPair('Ed25519')

/** The key that ConductorOne's own webhooks are signed with here. */
export const webhookKey = { ...(await exportJWK(pair.publicKey)), kid: 'bench', alg: 'EdDSA', use: 'sig' }

const conductorone: Delivery = {
  source: 'conductorone',
  asks: 'a test',
  async next({ origin, hostname }) {
    const event = 'c1.webhooks.v1.PayloadTest'
    const payload = { '@type': `type.googleapis.com/${event}` }
    const body = JSON.stringify({ version: 'v1', webhookId: randomUUID(), callbackUrl: '', event, payload })
    const token = await new SignJWT({
      c1typ: 'wh',
      htm: 'POST',
      htu: `${origin}/webhooks/conductorone`,
      htb_s256: createHash('sha256').update(body).digest('base64'),
    })
      .setProtectedHeader({ alg: 'EdDSA', kid: webhookKey.kid })
      .setIssuer('127.0.0.1')
      .setAudience(hostname)
      .setJti(randomUUID())
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('2m')
      .sign(pair.privateKey)
    return shot('conductorone', { 'Content-Type': TYPE, Authorization: `Bearer ${token}` }, body)
  },
}

/** A delivery of every source that there is. */
export const deliveries: readonly Delivery[] = [...tickets, ...commands, conductorone]

function shot(
  source: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  expect: readonly number[] = [200],
): Shot {
  return { path: `/webhooks/${source}`, headers, body, expect }
}
