import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { tokenCache } from '../support/kv.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets, expectNoSecretsOnDisk } from '../support/secrets.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const credential = await newCredential('127.0.0.1')
const rotated = await newCredential('127.0.0.1', { name: 'calm-heron-20417' })
let simulator: Simulator
let folder: string
let worker: VaultWorker

/** A new process with the state of the one before. */
async function restart(as = credential): Promise<void> {
  await worker?.stop()
  worker = await startWorker(settings(as, simulator.url), { persist: folder })
}

/** The calls that the tenant got since the last time that this was asked, in the order of the alphabet. */
async function newSteps(): Promise<string[]> {
  const journal = await simulator.control.journal()
  await simulator.control.clearJournal()
  return journal.map(({ step, status }) => `${step} ${status}`).sort()
}

function create(owner = OWNER) {
  return worker.create({ name: unique('Token'), owners: [owner] })
}

beforeAll(async () => {
  simulator = await startSimulator({ credentials: [credential.credential, rotated.credential] })
})
afterAll(() => simulator.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-'))
  await simulator.control.reset()
  await restart()
})
afterEach(async () => {
  await expectNoSecrets({ worker, simulator, credential })
  await expectNoSecrets({ worker, simulator, credential: rotated })
  await worker.stop()
  await expectNoSecretsOnDisk(folder, { simulator, credential })
  await rm(folder, { recursive: true })
})

test('a request is one exchange, a search for each address, one for the ids, and a create; the next is a create', async () => {
  const owners = ['owner@example.com', 'second.owner@example.com', OWNER]
  expect((await worker.create({ name: unique('First'), owners })).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'search 200', 'search 200', 'search 200', 'token 200'])

  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200'])
})

test('a new process takes the token from KV, where only its ciphertext is', async () => {
  expect((await create()).status).toBe(201)
  const kv = await tokenCache(worker)
  await expect.poll(async () => (await kv.list()).keys.length).toBe(1)
  const { keys } = await kv.list()
  expect(keys[0]?.name).toMatch(/^token\/[0-9a-f]{64}$/)
  const sealed = Buffer.from(
    (await kv.get(keys[0]?.name ?? '', 'arrayBuffer')) ?? new ArrayBuffer(),
  ).toString('latin1')
  expect(sealed.length).toBeGreaterThan(28)
  for (const token of await simulator.control.tokens())
    for (let start = 0; start + 4 <= token.length; start++)
      expect(sealed).not.toContain(token.slice(start, start + 4))
  await newSteps()

  await restart()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'search 200'])
})

test('another credential never uses what an older one left in KV', async () => {
  expect((await create()).status).toBe(201)
  await newSteps()
  await restart(rotated)
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'search 200', 'token 200'])
})

test('an entry in KV that was tampered with is a miss', async () => {
  expect((await create()).status).toBe(201)
  const kv = await tokenCache(worker)
  await expect.poll(async () => (await kv.list()).keys.length).toBe(1)
  const name = (await kv.list()).keys[0]?.name ?? ''
  const sealed = Buffer.from((await kv.get(name, 'arrayBuffer')) ?? new ArrayBuffer())
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1
  await kv.put(name, sealed)
  await newSteps()
  await restart()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'search 200', 'token 200'])
})

test('a thousand requests at once on an empty cache are one exchange and one search', async () => {
  await simulator.control.fault('token', { kind: 'delay', ms: 500 })
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => create()))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1_000)
  const steps = await newSteps()
  expect(steps.filter((step) => step.startsWith('token'))).toEqual(['token 200'])
  expect(steps.filter((step) => step.startsWith('search'))).toEqual(['search 200'])
  expect(steps).toHaveLength(1_002)
}, 120_000)

test('a token that the API does not accept is replaced once, past memory and KV', async () => {
  expect((await create()).status).toBe(201)
  await newSteps()
  await simulator.control.revoke()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'create 401', 'token 200'])

  // the new one is what the next process finds
  await restart()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'search 200'])

  // and a fresh one that is not accepted either is the end of it
  await simulator.control.fault('create', 'unauthorized', { times: 2 })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['create 401', 'create 401', 'token 200'])
})

test.each([3_600, 600, 90])('a token of %i seconds is used for more than one request', async (expiresIn) => {
  await simulator.control.settings({ expiresIn })
  for (let times = 0; times < 3; times++) expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'create 200', 'create 200', 'search 200', 'token 200'])
})

test('a token with less than 30 seconds to live is not kept', async () => {
  await simulator.control.settings({ expiresIn: 29 })
  // the first one searches for its owner too
  expect((await create()).status).toBe(201)
  expect((await newSteps()).filter((step) => step === 'token 200')).toHaveLength(4)
  for (let times = 0; times < 2; times++) {
    expect((await create()).status).toBe(201)
    expect(await newSteps()).toEqual(['create 200', 'token 200', 'token 200', 'token 200'])
  }
})

test.each(['unavailable', 'internal', 'throttled', 'bad-gateway-html', 'html', 'truncate'] as const)(
  'a token endpoint that fails for a moment (%s) is asked again',
  async (fault) => {
    await simulator.control.fault('token', fault)
    expect((await create()).status).toBe(201)
    const steps = await newSteps()
    expect(steps.filter((step) => step.startsWith('token'))).toHaveLength(2)
    expect(steps).toContain('create 200')
  },
)

test.each(['bad-request', 'unauthorized', 'forbidden'] as const)(
  'a token endpoint that refuses (%s) is not asked again',
  async (fault) => {
    await simulator.control.fault('token', fault)
    expectProblem(await create(), 'conductorone-credentials-rejected')
    expect((await newSteps()).map((step) => step.split(' ')[0])).toEqual(['token'])
  },
)

test('a token endpoint that names a time beyond the deadline ends the request with that time', async () => {
  await simulator.control.fault('token', 'throttled-long')
  const answer = await create()
  expectProblem(answer, 'conductorone-unavailable')
  expect(answer.headers.get('retry-after')).toBe('120')
  expect(await newSteps()).toEqual(['token 429'])
})
