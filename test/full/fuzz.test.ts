import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { discord } from '../../src/chat/discord.ts'
import { readCommand } from '../../src/chat/grammar.ts'
import { mattermost } from '../../src/chat/mattermost.ts'
import { mentionedUserId, readSlack } from '../../src/chat/slack/read.ts'
import { teams } from '../../src/chat/teams/teams.ts'
import { Policy } from '../../src/config/policy.ts'
import { SourceOptions } from '../../src/config/source-options.ts'
import { orderOf } from '../../src/provisioning/order.ts'
import { ProvisioningRequest } from '../../src/provisioning/request.ts'
import { translate } from '../../src/provisioning/translate.ts'
import { readConductorOne } from '../../src/sources/conductorone.ts'
import { sources } from '../../src/sources/sources.ts'
import { type ChatServers, chats, startChatServers } from '../support/chats.ts'
import { expectDescribed } from '../support/described.ts'
import { hostile, type Shot } from '../support/hostile.ts'
import { inPlay } from '../support/in-play.ts'
import { contract } from '../support/problem.ts'
import { isNoHttp, sendRaw } from '../support/raw.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { jsonOrText, KEYS } from '../support/worker.ts'

const REQUESTS = 20_000
/** Requests that are under way at once. */
const AT_ONCE = 32
/** Set FUZZ_SEED to what a run printed to send the same again. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

const CHAT_HOST = 'chat.example.com'
const POLICY = { defaultOwners: ['2mQg9IILyNefQ6oMTvolM4FjD01'], allowedCallbackHosts: [CHAT_HOST] }
const policy = Policy.parse(POLICY)
const options = SourceOptions.parse({})

const SECRETS = [
  ...Object.values(KEYS),
  ...Object.values(senders).flatMap(({ secret, oldSecret }) => [secret, oldSecret]),
  ...Object.values(chats).map(({ secret }) => secret),
]
/** What only a mistake of ours would show. */
const INSIDES =
  /\n\s+at |[\w-]\.(?:ts|js|mjs):\d|node_modules|file:\/\/|\b(?:Type|Range|Syntax|Reference)Error\b|SQLITE/

let stage: Stage
let servers: ChatServers

beforeAll(async () => {
  servers = await startChatServers(['hooks.slack.com', 'discord.com', CHAT_HOST])
  stage = await startStage(
    {
      POLICY: JSON.stringify(POLICY),
      WEBHOOK_SECRETS: JSON.stringify(
        Object.fromEntries(
          Object.entries({ ...senders, ...chats }).map(([name, { secret }]) => [name, secret]),
        ),
      ),
      CONDUCTORONE_WEBHOOKS: 'on',
    },
    { outbound: servers.outbound },
  )
})
afterAll(async () => {
  await stage.stop()
  await servers.stop()
})

type Hit = { readonly status: number; readonly headers: Headers; readonly text: string }

/** What ConductorOne signs is signed now: its token is bound to where it goes. */
async function ready(shot: Shot): Promise<Shot> {
  if (!shot.signed) return shot
  const body = Buffer.from(shot.body).toString().replaceAll('{tenant}', stage.wire.url.origin)
  const order = { url: stage.worker.url.origin + shot.path, origin: stage.wire.url.origin, body }
  const { headers } = await stage.simulator.control.webhooks.sign(order)
  const proof: [string, string] = ['Authorization', headers.authorization ?? '']
  return { ...shot, headers: [...shot.headers, proof], body: new Uint8Array(Buffer.from(body)) }
}

async function fire(shot: Shot): Promise<Hit | undefined> {
  const { method, path, headers, body, raw } = shot
  if (raw !== 'no') return fireRaw(shot)
  inPlay(headers)
  const bodiless = method === 'GET' || method === 'HEAD'
  const address = new URL(stage.worker.url.origin + path)
  const response = await fetch(address, {
    method,
    redirect: 'manual',
    // a value that no header can carry is nothing to ask of fetch
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...(!bodiless && { body }),
  })
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers, body: jsonOrText(text) }
  expectDescribed({ method, path: address.pathname }, answer)
  return { ...answer, text }
}

async function fireRaw({ method, path, headers, body, raw }: Shot): Promise<Hit | undefined> {
  const said =
    body.length + (raw === 'longer than it says' ? -half(body) : raw === 'shorter than it says' ? 9 : 0)
  const chunked = raw === 'chunked'
  const answer = await sendRaw(stage.worker.url, {
    method,
    path,
    headers: [
      ...headers,
      ...(raw === 'doubled header' ? headers.slice(0, 2) : []),
      chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(said)],
    ],
    body: chunked ? inChunks(body) : body,
  })
  if (!answer) return undefined
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  return { ...answer, text }
}

const half = (body: Uint8Array) => body.length >> 1

function inChunks(body: Uint8Array): Buffer {
  const middle = half(body)
  const parts = [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0)
  return Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`${part.length.toString(16)};a=b\r\n`),
      part,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\nX-Trailer: a\r\n\r\n'),
  ])
}

/** @returns what is wrong with an answer, or undefined */
function fault({ method, path, raw }: Shot, { status, headers, text }: Hit): string | undefined {
  if (SECRETS.some((secret) => text.includes(secret))) return 'it holds a secret'
  if (INSIDES.test(text)) return 'it shows the insides'
  if (raw !== 'no' && isNoHttp({ status, headers, body: text })) return undefined
  if (status >= 500) return 'it says that we failed'
  const id = headers.get('x-request-id') ?? ''
  if (!/^req_[0-9a-z]{24}$/.test(id)) return 'it has no request id'
  if (headers.get('cache-control') !== 'no-store') return 'it may be stored'
  if (status < 400 || method === 'HEAD') return undefined
  if (path === '/mcp' && /^\{.*"error":\{"code":-32\d{3},/s.test(text)) return undefined
  if (headers.get('content-type') !== 'application/problem+json') return 'it is no problem'
  const problem: unknown = JSON.parse(text)
  const code = String(Object(problem).code)
  const [expected, retryable] = contract[code as keyof typeof contract] ?? [] // undefined where it is no code
  if (expected === undefined) return 'it is no problem of the contract'
  const due = { type: `/problems/${code}`, status: expected, retryable, instance: id, code }
  const differing = Object.entries(due).filter(([name, value]) => Object(problem)[name] !== value)
  // to a sender every refusal of what it delivered is a 422
  const told = differing.filter(([name]) => name !== 'status' || status !== 422)
  if (told.length > 0 || Object(problem).status !== status) return `its ${told} differ`
  if (Object(problem).errors?.length > 100) return 'it says too much'
  return Object(problem).title && Object(problem).detail ? undefined : 'it says nothing'
}

type Asked = Omit<ReturnType<typeof translate>, 'ownerIds'>

/** @returns the vault that a request asks for, by the schema and the policy; undefined where it asks for none */
function askedFor({ path, headers, body, raw }: Shot, id: string): Asked | undefined {
  const source = /^\/webhooks\/([a-z]+)$/.exec(path)?.[1]
  const bytes = raw === 'longer than it says' ? body.subarray(0, body.length - half(body)) : body
  try {
    const { request, approvedBy = null } = source
      ? requestIn(source, bytes, new Headers(copied(headers)))
      : {
          request: written(
            JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)),
            path,
          ),
        }
    const caller = source ?? callers.get(headers.find(([name]) => name === 'Authorization')?.[1] ?? '') ?? ''
    const order = orderOf(ProvisioningRequest.parse(request), policy)
    const { ownerIds: _, ...asked } = translate(order, [], { id, caller, approvedBy })
    return asked
  } catch {
    return undefined
  }
}

/** @returns the request that a body is, or that an agent's call of a tool has among its arguments */
function written(json: unknown, path: string): unknown {
  if (path !== '/mcp') return json
  const { idempotencyKey: _, ...request } = Object(json).params.arguments
  return Object(json).params.name === 'create_vault' ? request : undefined
}

/** @returns the request that a delivery holds, and who approved it */
function requestIn(
  source: string,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Headers,
): { readonly request: unknown; readonly approvedBy?: string | null | undefined } {
  const nothing = { request: undefined }
  if (source === 'slack') {
    const event = readSlack(bytes)
    if (event.kind === 'form') return { request: spoken(event.request, event.user, 'Slack') }
    if (event.kind !== 'command') return nothing
    const asked = readCommand(event.text, event.command)
    if (asked.kind !== 'create' || asked.mistakes.length > 0) return nothing
    return { request: spoken(asked.request, event.user, 'Slack') }
  }
  const chat = { teams, discord, mattermost }[source]
  if (chat) {
    const said = chat.read(bytes)
    if (said?.kind !== 'command') return nothing
    const asked = readCommand(said.text, said.command)
    if (asked.kind !== 'create' || asked.mistakes.length > 0) return nothing
    return { request: spoken(asked.request, said.user, chat.title) }
  }
  const json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  const reading =
    source === 'conductorone'
      ? readConductorOne(json, headers, options)
      : sources.get(source)?.read({ headers, json, options })
  return reading?.kind === 'request' ? reading : nothing
}

/** @returns what somebody asked for in a chat, where it does not name people who must be looked up */
function spoken(
  request: Readonly<Record<string, unknown>>,
  user: { readonly id: string; readonly name: string },
  title: string,
): unknown {
  const unknown = Array.isArray(request.owners) && request.owners.some((owner) => mentionedUserId(owner))
  const by = ProvisioningRequest.shape.requestedBy.safeParse(`${user.name} on ${title}`).data ?? user.id
  return unknown ? undefined : { requestedBy: by, ...request }
}

const callers = new Map(Object.entries(KEYS).map(([caller, key]) => [`Bearer ${key}`, caller]))
const copied = (headers: Shot['headers']) => headers.map(([name, value]): [string, string] => [name, value])

function printed({ method, path, headers, body, raw }: Shot): string {
  const content = Buffer.from(body).toString('latin1')
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 400)} ${raw} ${content.length}: ${content.slice(0, 300)}`
}

test(`${REQUESTS} hostile requests break nothing, show nothing, and make what was asked for only`, async () => {
  console.log(`FUZZ_SEED=${SEED}`)
  const faults: string[] = []
  const statuses = new Map<number | undefined, number>()
  /** what may have been asked for under a request's id */
  const asked = new Map<string, Asked[]>()

  async function check(unsigned: Shot): Promise<void> {
    const shot = await ready(unsigned)
    const hit = await fire(shot)
    statuses.set(hit?.status, (statuses.get(hit?.status) ?? 0) + 1)
    if (!hit) {
      // half a body, on a connection that is then closed, need not be answered
      if (!shot.raw.endsWith('than it says')) faults.push(`no answer to ${printed(shot)}`)
      return
    }
    const found = fault(shot, hit)
    if (found) faults.push(`${found}: ${hit.status} ${hit.text.slice(0, 300)} to ${printed(shot)}`)
    const id = hit.headers.get('x-request-id') ?? ''
    const wish = askedFor(shot, id)
    if (wish) asked.set(id, [...(asked.get(id) ?? []), wish])
  }

  for (let sent = 0; sent < REQUESTS; ) {
    const some = Math.min(1_000, REQUESTS - sent)
    const shots = fc.sample(hostile, { seed: SEED + sent, numRuns: some })
    const worker = async () => {
      for (let shot = shots.pop(); shot; shot = shots.pop()) {
        const current = shot
        await check(current).catch((error) =>
          faults.push(`${error} (${error?.cause}) at ${printed(current)}`),
        )
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    sent += some
  }
  console.log(Object.fromEntries([...statuses].sort()))
  expect(faults.slice(0, 5), `${faults.length} faults with FUZZ_SEED=${SEED}`).toEqual([])

  // background work comes to its end
  type Kept = { readonly id: string; readonly name: string; readonly status: string }
  const records = async (query: string): Promise<Kept[]> => {
    const all: Kept[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { body: { requests: Kept[]; cursor: string | null } } = await stage.worker.call(
        'GET',
        `/v1/requests?limit=100${query}${cursor && `&cursor=${cursor}`}`,
        { as: 'operator' },
      )
      all.push(...page.body.requests)
      cursor = page.body.cursor
    }
    return all
  }
  await expect.poll(() => records('&status=accepted'), { timeout: 90_000, interval: 1_000 }).toEqual([])
  expect(await records('&status=creating')).toEqual([])
  expect(await records('&status=unknown')).toEqual([])

  const all = await records('')
  expect(all.length).toBeGreaterThan(REQUESTS / 100)
  const name = ProvisioningRequest.shape.name
  const nameless = all.filter((record) => name.safeParse(record.name).data !== record.name)
  expect(nameless).toEqual([])

  const vaults = await stage.simulator.control.vaults()
  console.log(`${all.length} records, ${vaults.length} vaults`)
  expect(vaults.length).toBeGreaterThan(REQUESTS / 100)
  const idOf = (description: string) => /request (req_[0-9a-z]{24})$/.exec(description)?.[1] ?? ''
  const unasked = vaults.filter(({ description, displayName, groupAuthzVault, magicVault }) => {
    const wishes = asked.get(idOf(description)) ?? []
    const same = (wish: Asked) =>
      wish.displayName === displayName &&
      wish.description === description &&
      JSON.stringify([wish.groupAuthzVault ?? null, wish.magicVault ?? null]) ===
        JSON.stringify([groupAuthzVault, magicVault])
    return !wishes.some(same)
  })
  expect(unasked).toEqual([])
  const made = all.filter(({ status }) => status === 'created').map(({ id }) => id)
  expect(vaults.map(({ description }) => idOf(description)).sort()).toEqual(made.sort())
}, 1_200_000)

test('the Worker still works, and has logged no mistake', async () => {
  const answer = await stage.worker.create({ name: 'After all', owners: ['owner@example.com'] })
  expect(answer.status).toBe(201)
  expect(stage.worker.logs.filter((line) => /"(exception|ledger\.interrupted)"/.test(line))).toEqual([])
  await expectNoSecrets(stage)
})
