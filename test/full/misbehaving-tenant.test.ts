import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newCredential } from '../support/credential.ts'
import { type Code, expectCommonHeaders, expectProblem } from '../support/problem.ts'
import {
  type Misdeed,
  ROGUE_TOKEN,
  type RogueTenant,
  type Step,
  startRogueTenant,
  type Visit,
} from '../support/rogue-tenant.ts'
import { expectNoSecrets, type Secretive } from '../support/secrets.ts'
import { type Answer, settings, startWorker, type VaultWorker } from '../support/worker.ts'

// most of the time a case waits, many of them for a deadline
vi.setConfig({ maxConcurrency: 40 })

const JSON_TYPE = { 'Content-Type': 'application/json' }
const MEBIBYTE = 1_024 * 1_024
/** Bytes that may be under way in buffers before it is noticed that nobody reads them. */
const UNDER_WAY = 32 * MEBIBYTE

let tenant: RogueTenant
let worker: VaultWorker
let secretive: Secretive
/** another host, that must never hear of anything */
const heard: string[] = []
const elsewhere = createServer((incoming, outgoing) => {
  heard.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`)
  outgoing.end('{}')
})

beforeAll(async () => {
  tenant = await startRogueTenant()
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const credential = await newCredential('127.0.0.1')
  secretive = { credential, simulator: { control: { tokens: async () => [ROGUE_TOKEN] } } }
  worker = await startFor('shared')
  // the token of the cases that are not about tokens
  expect((await worker.create(wanted('warm'))).status).toBe(201)
})
afterAll(async () => {
  await worker.stop()
  await tenant.stop()
  await new Promise((resolve) => elsewhere.close(resolve))
})

/** A Worker that asks for tokens under a path of its own. */
function startFor(subject: string): Promise<VaultWorker> {
  return startWorker({
    ...settings(secretive.credential, tenant.url),
    CONDUCTORONE_BASE_URL: new URL(subject, tenant.url).href,
  })
}

/** A request that takes every call but `get`. */
const wanted = (subject: string) => ({
  name: subject,
  owners: [`${subject}@example.com`],
  credentialTtl: '1h',
})

/** What becomes of a request that one call of goes wrong in this way. */
type Fate =
  /** as if nothing had happened */
  | 'fine'
  /** there was an answer that nobody can read, or none */
  | 'unreadable'
  /** refused: nothing was done */
  | { readonly problem: Code }

const OUTCOMES: Readonly<Record<Step, Code | 'not told'>> = {
  token: 'conductorone-unavailable',
  search: 'conductorone-unavailable',
  create: 'outcome-unknown',
  // the vault exists; that its credentials have no expiry yet is a warning
  update: 'not told',
  get: 'conductorone-unavailable',
}

const everyStep = ['token', 'search', 'create', 'update', 'get'] as const
/** The token endpoint's library takes what is right, whatever it is called. */
const everyCall = ['search', 'create', 'update', 'get'] as const
const everyVault = ['create', 'update', 'get'] as const

type Case = {
  readonly misdeed: Misdeed
  readonly fate: Fate
  readonly steps?: readonly Step[]
}

/** Writes a mebibyte again and again for as long as somebody reads. */
function pour({ outgoing }: Visit, amount: number, what = 'a'): void {
  const block = Buffer.alloc(MEBIBYTE, what)
  const next = (left: number): void => {
    if (left <= 0) outgoing.end()
    else if (!outgoing.destroyed) outgoing.write(block, () => next(left - MEBIBYTE))
  }
  next(amount)
}

const reply =
  (
    status: number,
    headers: Record<string, string | string[]>,
    body: string | Buffer | ((sound: object) => string | Buffer) = '',
  ): Misdeed =>
  ({ outgoing, sound }) => {
    outgoing.writeHead(status, headers).end(typeof body === 'function' ? body(sound) : body)
  }
const json = (body: string | ((sound: object) => string)): Misdeed => reply(200, JSON_TYPE, body)
const changed = (change: (sound: Record<string, unknown>) => unknown): Misdeed =>
  json((sound) => JSON.stringify(change(structuredClone(sound) as Record<string, unknown>)))
const vault = (change: Record<string, unknown>): Misdeed =>
  changed(({ vault }) => ({ vault: { ...Object(vault), ...change } }))
const throttled = (retryAfter: string): Misdeed =>
  reply(429, { ...JSON_TYPE, 'Retry-After': retryAfter }, '{"code":8,"message":"slow down","details":[]}')

const poured = new Map<string, number>()
const pouring =
  (status: number, headers: Record<string, string>, amount: number, start = ''): Misdeed =>
  (visit) => {
    const { outgoing, incoming } = visit
    outgoing.writeHead(status, headers).write(start || ' ')
    pour(visit, amount)
    const { socket } = incoming
    socket.on('close', () => poured.set(incoming.url ?? '', socket.bytesWritten))
  }

const CASES: Readonly<Record<string, Case>> = {
  'a body of 1 GiB': { misdeed: pouring(200, JSON_TYPE, 1_024 * MEBIBYTE), fate: 'unreadable' },
  'a body of 1 GiB that begins as the right JSON': {
    misdeed: pouring(200, JSON_TYPE, 1_024 * MEBIBYTE, '{"vault":{"id":"'),
    fate: 'unreadable',
  },
  'a body of 1 GiB that says its length': {
    misdeed: pouring(200, { ...JSON_TYPE, 'Content-Length': String(1_024 * MEBIBYTE) }, 1_024 * MEBIBYTE),
    fate: 'unreadable',
  },
  'chunks of 1 GiB behind a length of 5': {
    misdeed({ incoming: { socket, url } }) {
      const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n'
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
      const chunk = Buffer.from(`${MEBIBYTE.toString(16)}\r\n${'a'.repeat(MEBIBYTE)}\r\n`)
      const next = (left: number): void => {
        if (left > 0 && !socket.destroyed) socket.write(chunk, () => next(left - 1))
      }
      next(1_024)
      socket.on('close', () => poured.set(url ?? '', socket.bytesWritten))
    },
    fate: 'unreadable',
  },
  'an error page of 1 GiB': {
    misdeed: pouring(503, { 'Content-Type': 'text/html' }, 1_024 * MEBIBYTE),
    fate: 'unreadable',
  },
  'an error of 1 GiB in JSON': { misdeed: pouring(503, JSON_TYPE, 1_024 * MEBIBYTE), fate: 'unreadable' },
  'a body that drips and never ends': {
    misdeed({ outgoing }) {
      outgoing.writeHead(200, JSON_TYPE).write('{')
      const timer = setInterval(() => outgoing.write(' '), 500)
      outgoing.on('close', () => clearInterval(timer))
    },
    fate: 'unreadable',
  },
  'headers and then silence': {
    misdeed: ({ outgoing }) => void outgoing.writeHead(200, JSON_TYPE).flushHeaders(),
    fate: 'unreadable',
  },
  'a length, half a body and then silence': {
    misdeed: ({ outgoing }) =>
      void outgoing.writeHead(200, { ...JSON_TYPE, 'Content-Length': 99 }).write('{'),
    fate: 'unreadable',
  },
  'no answer at all': { misdeed: () => {}, fate: 'unreadable' },
  'half of a status line': {
    misdeed: ({ incoming }) => void incoming.socket.end('HTTP/1.1 20'),
    fate: 'unreadable',
  },
  'something that is not HTTP': {
    misdeed: ({ incoming }) => void incoming.socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
    fate: 'unreadable',
  },
  'a body shorter than it says': {
    misdeed({ outgoing, incoming, sound }) {
      const body = JSON.stringify(sound)
      outgoing.writeHead(200, { ...JSON_TYPE, 'Content-Length': body.length + 1 }).write(body)
      setTimeout(() => incoming.socket.destroy(), 50)
    },
    fate: 'unreadable',
  },
  'the right JSON as a page': {
    misdeed: reply(200, { 'Content-Type': 'text/html' }, JSON.stringify),
    fate: 'unreadable',
    steps: everyCall,
  },
  'the right JSON without a type': {
    misdeed: reply(200, {}, JSON.stringify),
    fate: 'unreadable',
    steps: everyCall,
  },
  'a redirect to another host': { misdeed: redirect(302), fate: 'unreadable' },
  'a redirect that keeps the method': { misdeed: redirect(307), fate: 'unreadable' },
  'a permanent redirect': { misdeed: redirect(308), fate: 'unreadable' },
  'a redirect to itself': {
    misdeed: ({ outgoing, incoming }) => void outgoing.writeHead(307, { Location: incoming.url }).end(),
    fate: 'unreadable',
  },
  'status 204': { misdeed: reply(204, {}), fate: 'unreadable' },
  'status 205': { misdeed: reply(205, JSON_TYPE), fate: 'unreadable' },
  'status 304': { misdeed: reply(304, {}), fate: 'unreadable' },
  'status 599': { misdeed: reply(599, JSON_TYPE, '{}'), fate: 'unreadable' },
  'JSON that is an array': { misdeed: json((sound) => JSON.stringify([sound])), fate: 'unreadable' },
  'JSON that is null': { misdeed: json('null'), fate: 'unreadable' },
  'JSON that is a number': { misdeed: json('1e400'), fate: 'unreadable' },
  'JSON that is text': {
    misdeed: json((sound) => JSON.stringify(JSON.stringify(sound))),
    fate: 'unreadable',
  },
  'JSON with something behind it': {
    misdeed: json((sound) => `${JSON.stringify(sound)}}`),
    fate: 'unreadable',
  },
  'bytes that are no text': {
    misdeed: reply(200, JSON_TYPE, Buffer.from([0xff, 0xfe, 0x00, 0x7b])),
    fate: 'unreadable',
  },
  'a megabyte of brackets': { misdeed: json('['.repeat(MEBIBYTE)), fate: 'unreadable' },
  'a gzip bomb': {
    misdeed: reply(
      200,
      { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
      gzipSync(Buffer.alloc(256 * MEBIBYTE, ' ')),
    ),
    fate: 'unreadable',
  },
  'gzip that is none': {
    misdeed: reply(200, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, JSON.stringify),
    fate: 'unreadable',
  },
  'one header of 1 MiB': {
    misdeed: reply(200, { ...JSON_TYPE, 'X-Large': 'a'.repeat(MEBIBYTE) }, JSON.stringify),
    fate: 'unreadable',
  },
  'headers of 32 KiB': {
    misdeed: reply(200, { ...JSON_TYPE, 'X-Large': Array(32).fill('a'.repeat(1_000)) }, JSON.stringify),
    fate: 'fine',
  },
  'unknown fields and enums': {
    misdeed: changed((sound) => ({
      ...sound,
      novelty: { state: 'STATE_FROM_THE_FUTURE' },
      ...(Object(sound).vault && {
        vault: { ...Object(sound.vault), kind: 'KIND_OF_TOMORROW', quantum: [1] },
      }),
    })),
    fate: 'fine',
  },
  'names that every object has': {
    misdeed: json((sound) =>
      JSON.stringify(sound).replace('{', '{"__proto__":{"id":"x"},"constructor":null,'),
    ),
    fate: 'fine',
  },
  'a vault without an id': { misdeed: vault({ id: undefined }), fate: 'unreadable', steps: everyVault },
  'a vault with an empty id': { misdeed: vault({ id: '' }), fate: 'unreadable', steps: everyVault },
  'a vault whose id is a number': { misdeed: vault({ id: 1 }), fate: 'unreadable', steps: everyVault },
  'a vault that is null': {
    misdeed: changed(() => ({ vault: null })),
    fate: 'unreadable',
    steps: everyVault,
  },
  'a vault nested deeper than any stack': {
    misdeed: json((sound) =>
      JSON.stringify(sound).replace('{"id"', `{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"id"`),
    ),
    fate: 'unreadable',
    steps: everyVault,
  },
  'an error that repeats what it was sent': {
    misdeed: ({ outgoing, incoming }) =>
      void outgoing
        .writeHead(400, JSON_TYPE)
        .end(JSON.stringify({ code: 3, message: `no: ${incoming.headers.authorization}`, details: [] })),
    fate: { problem: 'rejected-by-conductorone' },
    steps: everyCall,
  },
  'an error that repeats the assertion': {
    misdeed: ({ outgoing, body }) =>
      void outgoing.writeHead(400, JSON_TYPE).end(JSON.stringify({ code: 3, message: `no: ${body}` })),
    fate: { problem: 'conductorone-credentials-rejected' },
    steps: ['token'],
  },
  'a vault that repeats what was sent': {
    misdeed: ({ outgoing, incoming, sound }) =>
      void outgoing.writeHead(200, JSON_TYPE).end(
        JSON.stringify({
          vault: { ...Object(sound).vault, debug: `${incoming.headers.authorization}` },
        }),
      ),
    fate: 'fine',
    steps: everyVault,
  },
  'a list that is none': { misdeed: changed(() => ({ list: {} })), fate: 'unreadable', steps: ['search'] },
  'a user without an id': {
    misdeed: changed(() => ({ list: [{ user: { email: 'a@example.com' } }] })),
    fate: { problem: 'owner-not-found' },
    steps: ['search'],
  },
  'nobody at all': {
    misdeed: changed(() => ({ list: null })),
    fate: { problem: 'owner-not-found' },
    steps: ['search'],
  },
  'somebody else': {
    misdeed: changed(() => ({
      list: [{ user: { id: '2mQg9IILyNefQ6oMTvolM4FjD09', email: 'x@example.com' } }],
    })),
    fate: { problem: 'owner-not-found' },
    steps: ['search'],
  },
  'a wait of 31 years': { misdeed: throttled('999999999'), fate: { problem: 'conductorone-unavailable' } },
  'a wait beyond all numbers': {
    misdeed: throttled('9'.repeat(400)),
    fate: { problem: 'conductorone-unavailable' },
  },
  'a wait until the year 9999': {
    misdeed: throttled('Fri, 31 Dec 9999 23:59:59 GMT'),
    fate: { problem: 'conductorone-unavailable' },
  },
  'a wait until yesterday': {
    misdeed: throttled('Thu, 01 Jan 1970 00:00:00 GMT'),
    fate: { problem: 'conductorone-unavailable' },
  },
  'a negative wait': { misdeed: throttled('-1'), fate: { problem: 'conductorone-unavailable' } },
  'a wait that is no number': { misdeed: throttled('NaN'), fate: { problem: 'conductorone-unavailable' } },
  'a token that lived before': { ...token({ expires_in: -1 }), fate: 'unreadable' },
  'a token that lives no longer than now': { ...token({ expires_in: 0 }), fate: 'fine' },
  'a token that lives 30,000 years': { ...token({ expires_in: 1e12 }), fate: 'fine' },
  'a token that lives longer than numbers go': { ...token({ expires_in: 1e308 }), fate: 'fine' },
  'a token whose life is text': { ...token({ expires_in: '3600' }), fate: 'fine' },
  'a token whose life is a word': { ...token({ expires_in: 'soon' }), fate: 'unreadable' },
  'a token whose life is a list': { ...token({ expires_in: [] }), fate: 'unreadable' },
  'a token of the type mac': { ...token({ token_type: 'mac' }), fate: 'unreadable' },
  'a token of the type DPoP': {
    ...token({ token_type: 'DPoP' }),
    fate: { problem: 'conductorone-credentials-rejected' },
  },
  'a token without a type': { ...token({ token_type: undefined }), fate: 'unreadable' },
  'a token of the type BEARER': { ...token({ token_type: 'BEARER' }), fate: 'fine' },
  'no token': { ...token({ access_token: undefined }), fate: 'unreadable' },
  'an empty token': { ...token({ access_token: '' }), fate: 'unreadable' },
  'a token that is a number': { ...token({ access_token: 1 }), fate: 'unreadable' },
  'a token with line breaks': { ...token({ access_token: 'a\r\nX-Injected: b' }), fate: 'unreadable' },
  'a token with a space': { ...token({ access_token: 'a b' }), fate: 'unreadable' },
  'a token beyond ASCII': { ...token({ access_token: 'tökén\u{1f511}' }), fate: 'unreadable' },
  'a token of 1 MiB': { ...token({ access_token: 'a'.repeat(MEBIBYTE) }), fate: 'unreadable' },
  'a token of 128 KiB': { ...token({ access_token: 'a'.repeat(128 * 1_024) }), fate: 'unreadable' },
}

function token(change: Record<string, unknown>) {
  return { misdeed: changed((sound) => ({ ...sound, ...change })), steps: ['token'] as const }
}

function redirect(status: number): Misdeed {
  return ({ outgoing, incoming }) => {
    // A server that listens on TCP has an address with a port.
    const { port } = elsewhere.address() as AddressInfo
    outgoing.writeHead(status, { Location: `http://127.0.0.1:${port}${incoming.url}` }).end()
  }
}

const rows = Object.entries(CASES).flatMap(([name, { steps = everyStep, ...given }], index) =>
  steps.map((step) => ({ name, step, subject: `case${index}-${step}`, ...given })),
)

/** Asks for what the step is a part of. */
async function ask(api: VaultWorker, step: Step, subject: string): Promise<Answer> {
  if (step !== 'get') return api.create(wanted(subject))
  return api.call('GET', `/v1/vaults/vault-${subject}`, { as: 'operator' })
}

function expectFate(answer: Answer, step: Step, fate: Fate): void {
  const code = fate === 'unreadable' ? OUTCOMES[step] : fate === 'fine' ? 'not told' : fate.problem
  // without its expiry a vault is a vault
  if (code === 'not told' || step === 'update') {
    expect([answer.status, answer.body.problem]).toEqual([step === 'get' ? 200 : 201, undefined])
    expectCommonHeaders(answer)
    expect(typeof answer.body.vault.id).toBe('string')
    if (step === 'get') return
    const late = step === 'update' && fate !== 'fine'
    expect(answer.body.request.warnings).toHaveLength(late ? 1 : 0)
    return
  }
  expectProblem(answer, code, code === 'owner-not-found' ? ['/owners/0'] : undefined)
  const wait = answer.headers.get('retry-after')
  expect(wait).toEqual(code === 'conductorone-unavailable' ? expect.stringMatching(/^\d{1,9}$/) : null)
}

describe.concurrent('a tenant that misbehaves', () => {
  test.each(rows.filter(({ step }) => step !== 'token'))(
    'with $name to a $step is told as what it is, and the next request works',
    async ({ step, subject, misdeed, fate }) => {
      tenant.misbehave(step, subject, misdeed)
      expectFate(await ask(worker, step, subject), step, fate)
      expect((await worker.create(wanted(`${subject}-after`))).status).toBe(201)
      const creates = tenant.visits.filter((visit) => visit.step === 'create' && visit.subject === subject)
      // whatever the answer is like, a create is sent once, save where it says that it did nothing
      if (step === 'create' && fate === 'unreadable') expect(creates).toHaveLength(1)
      if (step === 'search' && fate !== 'fine') expect(creates).toHaveLength(0)
    },
  )

  test.each(rows.filter(({ step }) => step === 'token'))(
    'with $name to a token request is told as what it is, and works once it behaves',
    async ({ step, subject, misdeed, fate }) => {
      tenant.misbehave(step, subject, misdeed)
      const own = await startFor(subject)
      try {
        expectFate(await ask(own, step, subject), step, fate)
        const creates = tenant.visits.filter((visit) => visit.step === 'create' && visit.subject === subject)
        expect(creates).toHaveLength(fate === 'fine' ? 1 : 0)
        tenant.misbehave(step, subject, ({ outgoing, sound }) =>
          outgoing.writeHead(200, JSON_TYPE).end(JSON.stringify(sound)),
        )
        // an exchange that was begun before may still be waited for
        await vi.waitFor(
          async () => expect((await own.create(wanted(`${subject}-after`))).status).toBe(201),
          { timeout: 60_000, interval: 500 },
        )
        await expectNoSecrets({ ...secretive, worker: own })
      } finally {
        await own.stop()
      }
    },
    120_000,
  )
})

test('no body was read to its end', async () => {
  await expect.poll(() => poured.size).toBeGreaterThan(0)
  expect([...poured].filter(([, bytes]) => bytes > UNDER_WAY)).toEqual([])
})

test('nothing went to the host that redirects named', () => {
  expect(heard).toEqual([])
})

test('nothing that was logged or answered holds a secret', async () => {
  await expectNoSecrets({ ...secretive, worker })
})
