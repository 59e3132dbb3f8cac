import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The calls that the Worker makes of a tenant. */
export const STEPS = ['token', 'search', 'create', 'update', 'get'] as const
export type Step = (typeof STEPS)[number]

/** One call as a {@link Misdeed} gets it. */
export interface Visit {
  readonly outgoing: ServerResponse
  readonly incoming: IncomingMessage
  /** what it was sent */
  readonly body: string
  /** what a sound tenant would answer */
  readonly sound: object
}

/** What is done instead of a sound answer. */
export type Misdeed = (visit: Visit) => void

/** A tenant that answers well until it is told otherwise. It checks nothing. */
export interface RogueTenant {
  readonly url: URL
  /** every call so far: `create`, by the name of the vault or the owner that it was about */
  readonly visits: readonly { readonly step: Step; readonly subject: string }[]
  /** Does something else whenever a call of this step is about this subject. */
  misbehave(step: Step, subject: string, misdeed: Misdeed): void
  stop(): Promise<void>
}

/** The token that every sound answer hands out. */
export const ROGUE_TOKEN = 'rogue-access-token-0123456789-abcdefghijklmnopqrstuvwxyz'

/**
 * Starts one. The first part of its path is the subject of token requests, so that each Worker can have a token of
 * its own; the subject of every other call is the name of its vault, or of its owner before the `@`.
 */
export async function startRogueTenant(): Promise<RogueTenant> {
  const visits: { step: Step; subject: string }[] = []
  const misdeeds = new Map<string, Misdeed>()
  const server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray()).toString()
    const { step, subject, sound } = understood(incoming, body)
    visits.push({ step, subject })
    const misdeed = misdeeds.get(`${step} ${subject}`) ?? answerWell
    misdeed({ incoming, body, outgoing, sound })
  })
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    visits,
    misbehave: (step, subject, misdeed) => misdeeds.set(`${step} ${subject}`, misdeed),
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

function answerWell({ outgoing, sound }: Visit): void {
  outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(sound))
}

function understood({ method, url = '' }: IncomingMessage, body: string): Understood {
  const [, prefix = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(url) ?? []
  if (path === '/auth/v1/token')
    return {
      step: 'token',
      subject: prefix,
      sound: { access_token: ROGUE_TOKEN, token_type: 'Bearer', expires_in: 3_600 },
    }
  if (path === '/api/v1/search/users') {
    const { email } = JSON.parse(body)
    const user = { id: '2mQg9IILyNefQ6oMTvolM4FjD01', email, status: 'ENABLED' }
    return { step: 'search', subject: email.split('@')[0], sound: { list: [{ user }], nextPageToken: '' } }
  }
  const id = path.split('/')[4]
  if (id === undefined) {
    const { displayName } = JSON.parse(body)
    return {
      step: 'create',
      subject: displayName,
      sound: { vault: { id: `vault-${displayName}`, displayName } },
    }
  }
  const displayName = id.replace('vault-', '')
  return {
    step: method === 'GET' ? 'get' : 'update',
    subject: displayName,
    sound: { vault: { id, displayName, credentialExpirationDuration: '3600s' } },
  }
}

type Understood = { step: Step; subject: string; sound: object }
