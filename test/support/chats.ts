import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fetch, type Request as Outgoing, type Response } from 'miniflare'

/** A chat that posts what people write. Signs as its documentation says, and not by the code under test. */
export interface ChatSender {
  /** what the Worker is given to check it with */
  readonly secret: string
  readonly type: string
  /** @param at epoch milliseconds at which it is signed */
  sign(body: string, at: number): Record<string, string>
  /** as somebody signs who has another secret, such as the one before */
  signOther(body: string, at: number): Record<string, string>
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

const pair = generateKeyPairSync('ed25519')
const otherPair = generateKeyPairSync('ed25519')
const SLACK_SECRET = 'slack-signing-secret-no-1'
const TEAMS_SECRET = Buffer.from('teams-security-token-32-bytes-xx').toString('base64')
const MATTERMOST_TOKEN = 'mattermost-token-no-1-0123'

/** @returns the headers of a delivery that Slack signs with a secret at a time in seconds */
export function slackHeaders(body: string, secret: string, stamp: string): Record<string, string> {
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')
  return { 'X-Slack-Request-Timestamp': stamp, 'X-Slack-Signature': `v0=${digest}` }
}

function teamsHeaders(body: string, secret: string): Record<string, string> {
  const digest = createHmac('sha256', Buffer.from(secret, 'base64')).update(body).digest('base64')
  return { Authorization: `HMAC ${digest}` }
}

function discordHeaders(body: string, key: KeyObject, stamp: string): Record<string, string> {
  const signature = sign(null, Buffer.from(stamp + body), key).toString('hex')
  return { 'X-Signature-Timestamp': stamp, 'X-Signature-Ed25519': signature }
}

/** Every chat, by the name in its path. */
export const chats = {
  slack: {
    secret: SLACK_SECRET,
    type: FORM_TYPE,
    sign: (body, at) => slackHeaders(body, SLACK_SECRET, seconds(at)),
    signOther: (body, at) => slackHeaders(body, SLACK_SECRET.replace('no-1', 'no-2'), seconds(at)),
  },
  teams: {
    secret: TEAMS_SECRET,
    type: JSON_TYPE,
    sign: (body) => teamsHeaders(body, TEAMS_SECRET),
    signOther: (body) => teamsHeaders(body, btoa('another-security-token-of-32-byte')),
  },
  discord: {
    // a raw Ed25519 key is the last 32 bytes of its SPKI form (RFC 8410, section 4)
    secret: pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex'),
    type: JSON_TYPE,
    sign: (body, at) => discordHeaders(body, pair.privateKey, seconds(at)),
    signOther: (body, at) => discordHeaders(body, otherPair.privateKey, seconds(at)),
  },
  mattermost: {
    secret: MATTERMOST_TOKEN,
    type: FORM_TYPE,
    sign: () => ({ Authorization: `Token ${MATTERMOST_TOKEN}` }),
    signOther: () => ({ Authorization: `Token ${MATTERMOST_TOKEN.replace('no-1', 'no-2')}` }),
  },
} as const satisfies Record<string, ChatSender>

/** The name of a chat in its path. */
export type ChatName = keyof typeof chats

function seconds(at: number): string {
  return String(Math.floor(at / 1_000))
}

/** A slash command of Slack, https://docs.slack.dev/interactivity/implementing-slash-commands */
export function slackCommand(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    team_id: 'T111',
    channel_id: 'C111',
    user_id: 'U111',
    user_name: 'jane',
    command: '/vault',
    text: '',
    trigger_id: '111.111.xxx',
    response_url: 'https://hooks.slack.com/commands/T111/111/xxxxx',
    ...fields,
  }).toString()
}

/** What Slack posts when somebody uses a form or a button. */
export function slackPayload(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}

/** A message to an outgoing webhook of Teams. */
export function teamsMessage(text: string, at: number): string {
  return JSON.stringify({
    type: 'message',
    id: '1485983408511',
    timestamp: new Date(at).toISOString(),
    from: { id: '29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85g', name: 'Tim Jones' },
    textFormat: 'plain',
    text: `<at>Vault</at> ${text}`,
  })
}

/** A command of Discord with one option. */
export function discordCommand(text: string, token: string): string {
  return JSON.stringify({
    type: 2,
    token,
    application_id: '771825006014889984',
    id: '786008729715212338',
    member: { user: { id: '53908232506183680', username: 'mason' }, nick: null },
    data: {
      type: 1,
      id: '771825006014889984',
      name: 'vault',
      options: [{ type: 3, name: 'ask', value: text }],
    },
  })
}

/** A slash command of Mattermost. */
export function mattermostCommand(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams({
    channel_id: 'c1',
    command: '/vault',
    team_domain: 'acme',
    user_id: 'wk9tqgqsaigzdfaqr47cj3b8ac',
    user_name: 'jane',
    token: MATTERMOST_TOKEN,
    ...fields,
  }).toString()
}

/** Something that the Worker sent to a chat. */
export interface Told {
  readonly method: string
  /** with the host that it was meant for */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON, read */
  // biome-ignore lint/suspicious/noExplicitAny: what is in a message is what a test is about
  readonly body: any
}

/** The chats' own servers: one real HTTP server that stands in for all of their hosts. */
export interface ChatServers {
  readonly told: Told[]
  /** Says what calls to a method of Slack's Web API answer from now on, or will answer. */
  will(method: string, answer: (told: Told) => unknown): void
  /** What was sent to an address. */
  at(url: string): Told[]
  /** sends what is for the chats here, and lets everything else pass */
  outbound(request: Outgoing): Promise<Response>
  stop(): Promise<void>
}

const API = 'https://slack.com/api/'

/** @param hosts whose place it takes */
export async function startChatServers(hosts: readonly string[]): Promise<ChatServers> {
  const told: Told[] = []
  const answers = new Map<string, (told: Told) => unknown>()
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const one: Told = {
      method: request.method ?? '',
      url: `https:/${request.url}`,
      // none of the headers that matter here comes twice
      headers: request.headers as Record<string, string>,
      body: text === '' ? undefined : JSON.parse(text),
    }
    told.push(one)
    const method = one.url.startsWith(API) ? new URL(one.url).pathname.slice('/api/'.length) : ''
    const answer =
      (await answers.get(method)?.(one)) ?? (method === '' ? { ok: true } : { ok: false, error: 'no' })
    response.writeHead(200, { 'Content-Type': JSON_TYPE }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    told,
    will: (method, answer) => answers.set(method, answer),
    at: (url) => told.filter((one) => one.url === url),
    async outbound(request) {
      const { host, pathname, search } = new URL(request.url)
      if (!hosts.includes(host)) return fetch(request)
      return fetch(`http://127.0.0.1:${port}/${host}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        ...(request.method !== 'GET' && { body: await request.text() }),
      })
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
