import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JournalEntry } from '../simulator/journal.ts'
import type { NewCredential } from '../support/credential.ts'
import { tokenCache } from '../support/kv.ts'
import { expectProblem } from '../support/problem.ts'
import { tokenHash } from '../support/proof.ts'
import { expectNoSecrets, expectNoSecretsOnDisk } from '../support/secrets.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { settings, startWorker, type VaultWorker } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const bound = await newCredential('127.0.0.1', { requireDpop: true })
const rotated = await newCredential('127.0.0.1', { name: 'calm-heron-20417', requireDpop: true })
const plain = await newCredential('127.0.0.1', { name: 'plain-otter-2' })
let simulator: Simulator
let folder: string
let worker: VaultWorker
/** Of every proof that the tenant got, in every test: none may be sent twice. */
const identifiers: unknown[] = []

/** A new process with the state of the one before. */
async function restart(as: NewCredential = bound, dpop = 'required', persist = folder): Promise<void> {
  await worker?.stop()
  worker = await startWorker({ ...settings(as, simulator.url), CONDUCTORONE_DPOP: dpop }, { persist })
}

/** The calls that the tenant got since the last time that this was asked. */
async function allCalls(): Promise<JournalEntry[]> {
  const journal = await simulator.control.journal()
  await simulator.control.clearJournal()
  identifiers.push(...journal.flatMap(({ proof }) => (proof ? [proof.payload.jti] : [])))
  return journal
}

/** The same without the look-ups of owners, which come before a create in a process that does not know them yet. */
async function newCalls(): Promise<JournalEntry[]> {
  return (await allCalls()).filter(({ step }) => step !== 'search')
}

/** The same as words, in the order of the alphabet. */
async function newSteps(): Promise<string[]> {
  return (await newCalls()).map(({ step, status }) => `${step} ${status}`).sort()
}

function create(name = unique('Proven')) {
  return worker.create({ name, owners: [OWNER] })
}

async function vaultNames(): Promise<string[]> {
  return (await simulator.control.vaults()).map(({ displayName }) => displayName)
}

/** The token is in KV, so that the next process finds it. */
async function stored(entries = 1): Promise<void> {
  const kv = await tokenCache(worker)
  await expect.poll(async () => (await kv.list()).keys.length).toBe(entries)
}

beforeAll(async () => {
  const credentials = [bound, rotated, plain].map(({ credential }) => credential)
  simulator = await startSimulator({ credentials })
})
afterAll(() => simulator.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpop-'))
  await simulator.control.reset()
  await restart()
})
afterEach(async () => {
  await newCalls()
  expect(new Set(identifiers).size).toBe(identifiers.length)
  // proofs are JWTs, of which there must be none either
  for (const credential of [bound, rotated, plain]) await expectNoSecrets({ worker, simulator, credential })
  await worker.stop()
  await expectNoSecretsOnDisk(folder, { simulator, credential: bound })
  await rm(folder, { recursive: true })
})

test('every request to the tenant has a proof of its own', async () => {
  const owners = ['owner@example.com', 'second.owner@example.com']
  const answer = await worker.create({ name: unique('First'), owners, credentialTtl: '1h' })
  expect(answer.status).toBe(201)
  expect((await worker.call('GET', `/v1/vaults/${answer.body.vault.id}`)).status).toBe(200)
  expect((await create()).status).toBe(201)

  const calls = await allCalls()
  const steps = calls.map(({ step, status }) => `${step} ${status}`)
  expect(steps.sort()).toEqual([
    ...[
      'create 200',
      'create 200',
      'get 200',
      'search 200',
      'search 200',
      'search 200',
      'token 200',
      'update 200',
    ],
  ])
  const [token = ''] = (await simulator.control.tokens()).slice(-1)
  const jwk = calls[0]?.proof?.header.jwk
  for (const { step, method, path, headers, proof } of calls) {
    expect(proof?.header).toEqual({ typ: 'dpop+jwt', alg: 'EdDSA', jwk })
    expect(proof?.payload).toEqual({
      jti: expect.stringMatching(/^[\w-]{22,}$/),
      iat: expect.any(Number),
      htm: method,
      htu: `https://127.0.0.1${path}`, // as the client id names the tenant, which a proxy may stand before,
      ...(step !== 'token' && { ath: await tokenHash(token) }),
    })
    expect(headers.authorization).toBe(step === 'token' ? undefined : 'DPoP')
  }
  expect(jwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.stringMatching(/^[\w-]{43}$/) })
  expect(jwk).not.toEqual(bound.credential.publicJwk)
})

test('another process has the same key, and uses the token that the first one got', async () => {
  expect((await create()).status).toBe(201)
  await stored()
  await restart()
  expect((await create()).status).toBe(201)
  const calls = await newCalls()
  expect(calls.map(({ step, status }) => `${step} ${status}`)).toEqual([
    'token 200',
    'create 200',
    'create 200',
  ])
  expect(new Set(calls.map(({ proof }) => JSON.stringify(proof?.header.jwk))).size).toBe(1)

  // the key does not come out of KV: where there is nothing yet, it is the same one
  const elsewhere = await mkdtemp(join(tmpdir(), 'dpop-'))
  await restart(bound, 'required', elsewhere)
  expect((await create()).status).toBe(201)
  const others = await newCalls()
  expect(others.map(({ step }) => step)).toEqual(['token', 'create'])
  expect(others[0]?.proof?.header).toEqual(calls[0]?.proof?.header)
  await worker.stop()
  await rm(elsewhere, { recursive: true })
})

test('another credential has another key and another token', async () => {
  expect((await create()).status).toBe(201)
  const [first] = await newCalls()
  await restart(rotated)
  expect((await create()).status).toBe(201)
  const calls = await newCalls()
  expect(calls.map(({ step, status }) => `${step} ${status}`)).toEqual(['token 200', 'create 200'])
  expect(calls[0]?.proof?.header.jwk).not.toEqual(first?.proof?.header.jwk)
})

test('many requests at once on an empty cache are one exchange, and each has a proof', async () => {
  await simulator.control.fault('token', { kind: 'delay', ms: 500 })
  const answers = await Promise.all(Array.from({ length: 200 }, () => create()))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(200)
  const calls = await newCalls()
  expect(calls.filter(({ step }) => step === 'token')).toHaveLength(1)
  expect(new Set(calls.map(({ proof }) => proof?.payload.jti)).size).toBe(201)
}, 120_000)

test('a nonce that is required is learnt once, and then kept', async () => {
  await simulator.control.settings({ dpopNonce: 'required' })
  const names = [unique('Nonce'), unique('Nonce'), unique('Nonce')]
  for (const name of names) expect((await create(name)).status).toBe(201)
  const steps = await newSteps()
  expect(steps.filter((step) => step.startsWith('token'))).toEqual(['token 200', 'token 400'])
  expect(steps.filter((step) => step === 'create 200')).toHaveLength(3)
  expect(steps.filter((step) => step === 'create 401').length).toBeLessThanOrEqual(1)
  expect(await vaultNames()).toEqual(names)
})

test('a nonce that changes with every answer costs no challenge but the first', async () => {
  await simulator.control.settings({ dpopNonce: 'rotating' })
  const names = Array.from({ length: 5 }, () => unique('Rotating'))
  for (const name of names) expect((await create(name)).status).toBe(201)
  const calls = await newCalls()
  expect(calls.filter(({ status }) => status === 400)).toHaveLength(1)
  expect(calls.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(1)
  const good = calls.filter(({ status }) => status === 200).map(({ proof }) => proof?.payload.nonce)
  expect(new Set(good).size).toBe(6)
  expect(await vaultNames()).toEqual(names)
})

test('a nonce that changes between two calls is answered once, with the new one', async () => {
  await simulator.control.settings({ dpopNonce: 'required' })
  expect((await create()).status).toBe(201)
  for (let times = 0; times < 3; times++) {
    await newSteps()
    await simulator.control.settings({ dpopNonce: 'required' })
    expect((await create()).status).toBe(201)
    expect(await newSteps()).toEqual(['create 200', 'create 401'])
  }
  expect(await vaultNames()).toHaveLength(4)
})

test.each(['required', 'rotating'] as const)(
  'each of many calls at once is challenged once at most (nonce %s)',
  async (dpopNonce) => {
    expect((await create()).status).toBe(201)
    await newSteps()
    await simulator.control.settings({ dpopNonce })
    const names = Array.from({ length: 50 }, () => unique('Many'))
    const answers = await Promise.all(names.map((name) => create(name)))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201))
    const calls = await newCalls()
    for (const name of names) {
      const sent = calls.filter(({ body }) => Object(body).displayName === name)
      const statuses = sent.map(({ status }) => status)
      expect(['200', '401,200']).toContain(statuses.join())
    }
    expect(calls.filter(({ step }) => step !== 'create')).toEqual([])
    expect((await vaultNames()).slice(1).sort()).toEqual(names.sort())
  },
)

test.each(['required', 'rotating'] as const)(
  'a create that is challenged is sent again, the same, and makes one vault (nonce %s)',
  async (dpopNonce) => {
    expect((await create()).status).toBe(201)
    await stored()
    await restart()
    expect((await create()).status).toBe(201) // knows the owner, has the token, and has not heard of any nonce
    await newCalls()
    await simulator.control.settings({ dpopNonce })
    const name = unique('Challenged')
    expect((await create(name)).status).toBe(201)
    const calls = await newCalls()
    expect(calls.map(({ step, status }) => `${step} ${status}`)).toEqual(['create 401', 'create 200'])
    expect(calls[1]?.body).toEqual(calls[0]?.body)
    expect(calls.map(({ proof }) => proof?.payload.nonce)).toEqual([undefined, expect.any(String)])
    expect((await vaultNames()).filter((other) => other === name)).toHaveLength(1)
  },
)

test('all kinds of calls answer a challenge', async () => {
  await simulator.control.settings({ dpopNonce: 'rotating' })
  const request = { owners: ['owner@example.com'], credentialTtl: '1h' }
  const answer = await worker.create({ ...request, name: unique('All kinds') })
  expect([answer.status, answer.body.request.warnings]).toEqual([201, []])
  const vault = `/v1/vaults/${answer.body.vault.id}`
  expect((await worker.call('GET', vault)).status).toBe(200)
  for (const dpopNonce of ['required', 'required', 'off'] as const) {
    await simulator.control.settings({ dpopNonce })
    expect((await worker.call('GET', vault)).status).toBe(200)
  }
})

test.each(['token', 'api'] as const)(
  'a nonce that is asked for at one place only (%s) is shown there only',
  async (dpopNonceAt) => {
    await simulator.control.settings({ dpopNonce: 'required', dpopNonceAt })
    const names = [unique('One place'), unique('One place')]
    for (const name of names) expect((await create(name)).status).toBe(201)
    await simulator.control.revoke()
    names.push(unique('One place'))
    expect((await create(names[2])).status).toBe(201)
    expect(await vaultNames()).toEqual(names)
    const calls = await newCalls()
    for (const { step, proof } of calls.filter(({ status }) => status === 200))
      expect(typeof proof?.payload.nonce).toBe(
        (step === 'token') === (dpopNonceAt === 'token') ? 'string' : 'undefined',
      )
  },
)

test('a tenant that asks for no nonce any more is shown none', async () => {
  await simulator.control.settings({ dpopNonce: 'required' })
  expect((await create()).status).toBe(201)
  await simulator.control.settings({ dpopNonce: 'off' })
  const name = unique('No more')
  expect((await create(name)).status).toBe(201)
  expect((await vaultNames()).filter((other) => other === name)).toHaveLength(1)
})

const CHALLENGE = { kind: 'answer', headers: { 'content-type': 'application/json' } } as const

test('a token endpoint that is never content with a nonce is asked twice', async () => {
  const headers = { ...CHALLENGE.headers, 'dpop-nonce': 'never-good' }
  const body = JSON.stringify({ error: 'use_dpop_nonce', error_description: 'nonce required' })
  await simulator.control.fault('token', { ...CHALLENGE, status: 400, headers, body }, { times: 20 })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['token 400', 'token 400'])
})

test('a challenge that brings no nonce is a refusal', async () => {
  const body = JSON.stringify({ error: 'use_dpop_nonce' })
  await simulator.control.fault('token', { ...CHALLENGE, status: 400, body }, { times: 20 })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['token 400'])
})

test('an API that is never content with a nonce is not asked for ever', async () => {
  const headers = {
    ...CHALLENGE.headers,
    'dpop-nonce': 'never-good',
    'www-authenticate': 'DPoP error="use_dpop_nonce"',
  }
  const body = JSON.stringify({ code: 16, message: 'nonce required', details: [] })
  await simulator.control.fault('create', { ...CHALLENGE, status: 401, headers, body }, { times: 20 })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  const steps = await newSteps()
  expect(steps.filter((step) => step === 'create 401').length).toBeLessThanOrEqual(4)
  expect(steps.filter((step) => step.startsWith('token')).length).toBeLessThanOrEqual(3)
  expect(await vaultNames()).toEqual([])
})

test.each([
  ['a nonce', { 'dpop-nonce': 'made-up', 'www-authenticate': 'DPoP error="use_dpop_nonce"' }],
  ['other trouble', {}],
])('a create that fails with a 500 and %s is never sent again', async (_, more) => {
  const fault = {
    ...CHALLENGE,
    status: 500,
    headers: { ...CHALLENGE.headers, ...more },
    when: 'after',
  } as const
  await simulator.control.fault('create', { ...fault, body: '{"code":2,"message":"internal"}' })
  expectProblem(await create(), 'outcome-unknown')
  expect(await newSteps()).toEqual(['create 500', 'token 200'])
  expect(await vaultNames()).toHaveLength(1)
})

test('a proof is made anew for every try', async () => {
  await simulator.control.fault('token', 'unavailable')
  await simulator.control.fault('create', 'throttled', { times: 2 })
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'create 429', 'create 429', 'token 200', 'token 503'])
})

test('a Bearer token is refused where proof of possession is required', async () => {
  await simulator.control.settings({ dpopTokenType: 'Bearer' })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['token 200'])
  await simulator.control.settings({ dpopTokenType: 'DPoP' })
  expect((await create()).status).toBe(201)
})

test('a credential that needs no proof gives Bearer tokens, which are refused as well', async () => {
  await restart(plain)
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['token 200'])
  expect(await vaultNames()).toEqual([])
})

test('a credential that requires proofs is of no use without them', async () => {
  await restart(bound, 'off')
  expectProblem(await create(), 'conductorone-credentials-rejected')
  const calls = await newCalls()
  expect(calls.map(({ step, status, proof }) => [step, status, proof])).toEqual([['token', 400, undefined]])
  expect(await vaultNames()).toEqual([])
})

test('a token that the API does not accept is replaced once, past memory and KV', async () => {
  expect((await create()).status).toBe(201)
  await newSteps()
  await simulator.control.revoke()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200', 'create 401', 'token 200'])
  await restart()
  expect((await create()).status).toBe(201)
  expect(await newSteps()).toEqual(['create 200'])

  await simulator.control.fault('create', 'unauthorized', { times: 2 })
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect(await newSteps()).toEqual(['create 401', 'create 401', 'token 200'])
})

test('a token is replaced although a nonce is asked for in between', async () => {
  expect((await create()).status).toBe(201)
  await stored()
  await newCalls()
  await simulator.control.settings({ dpopNonce: 'rotating' })
  await simulator.control.revoke()
  const name = unique('Both')
  expect((await create(name)).status).toBe(201)
  expect((await vaultNames()).filter((other) => other === name)).toHaveLength(1)
  expect((await newSteps()).filter((step) => step === 'token 200')).toHaveLength(1)
})

test('a Bearer token in KV is not used once proof of possession is required, nor the other way round', async () => {
  const before = await startSimulator({ credentials: [plain.credential] })
  const place = { persist: folder }
  const bindings = settings(plain, before.url)
  await worker.stop()
  worker = await startWorker({ ...bindings, CONDUCTORONE_DPOP: 'off' }, place)
  expect((await create()).status).toBe(201)
  await stored()
  await before.control.clearJournal()
  await worker.stop()

  // nothing is asked of the API with the token that is there
  worker = await startWorker({ ...bindings, CONDUCTORONE_DPOP: 'required' }, place)
  expectProblem(await create(), 'conductorone-credentials-rejected')
  expect((await before.control.journal()).map(({ step }) => step)).toEqual(['token'])
  await worker.stop()
  await before.stop()

  // the same tenant, in which the credential was made to require proofs
  const credentials = [{ ...plain.credential, requireDpop: true }]
  const after = await startSimulator({ credentials, port: Number(before.url.port) })
  worker = await startWorker({ ...bindings, CONDUCTORONE_DPOP: 'required' }, place)
  expect((await create()).status).toBe(201)
  await stored(2)
  worker = await worker.stop().then(() => startWorker({ ...bindings, CONDUCTORONE_DPOP: 'off' }, place))
  expectProblem(await create(), 'conductorone-credentials-rejected')
  const calls = await after.control.journal()
  expect(calls.map(({ step, status, headers }) => [step, status, headers.authorization])).toEqual([
    ['token', 200, undefined],
    ['search', 200, 'DPoP'],
    ['create', 200, 'DPoP'],
    ['search', 401, 'Bearer'], // the one of the first process
    ['token', 400, undefined],
  ])
  await expectNoSecretsOnDisk(folder, { simulator: after, credential: plain })
  await after.stop()
})
