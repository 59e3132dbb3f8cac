import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Code, contract, expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { type CallOptions, settings, startWorker, type VaultWorker } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const NO_REQUEST = 'req_01kattkq8a0000000000000'
let stage: Stage
/** Another Worker for the same tenant, that allows little. */
let strict: VaultWorker

beforeAll(async () => {
  stage = await startStage()
  strict = await startWorker({
    ...settings(stage.credential, stage.simulator.url),
    POLICY: JSON.stringify({
      allowedOwnerDomains: ['example.com'],
      namePattern: '^prod-',
      requireTicket: true,
      defaultCredentialTtl: '1d',
    }),
  })
})
afterAll(async () => {
  await strict.stop()
  await stage.stop()
})
beforeEach(() => stage.clear())

const whole = () => ({ name: unique('Whole'), owners: [OWNER] })
const text = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json'): CallOptions => ({
  body,
  headers: { 'Content-Type': type },
})

test.each<[string, Code, string, string, () => CallOptions]>([
  ['text that is no JSON', 'malformed-json', 'POST', '/v1/vaults', () => text('{"name": "a"b"}')],
  ['an empty body', 'malformed-json', 'POST', '/v1/vaults', () => text('')],
  [
    'bytes that are not UTF-8',
    'malformed-json',
    'POST',
    '/v1/vaults',
    () => text(Uint8Array.of(0x22, 0xff, 0x22)),
  ],
  ['a body of another type', 'unsupported-media-type', 'POST', '/v1/vaults', () => text('{}', 'text/plain')],
  [
    'a form',
    'unsupported-media-type',
    'POST',
    '/v1/vaults',
    () => text('a=b', 'application/x-www-form-urlencoded'),
  ],
  [
    'a settlement without a type',
    'unsupported-media-type',
    'POST',
    `/v1/requests/${NO_REQUEST}/resolve`,
    () => ({ body: '{}', as: 'operator' }),
  ],
  ['a body over 64 KiB', 'payload-too-large', 'POST', '/v1/vaults', () => text(`"${'a'.repeat(65_535)}"`)],
  ['no key', 'unauthenticated', 'POST', '/v1/vaults', () => ({ as: null, json: whole() })],
  [
    'a wrong key',
    'unauthenticated',
    'GET',
    '/v1/requests',
    () => ({ as: null, headers: { Authorization: 'Bearer 0123456789012345678901234567890123456789' } }),
  ],
  [
    'another scheme',
    'unauthenticated',
    'GET',
    '/v1/vaults/1',
    () => ({ as: null, headers: { Authorization: 'Basic YTpi' } }),
  ],
  ['a key that may only read', 'forbidden', 'POST', '/v1/vaults', () => ({ as: 'reader', json: whole() })],
  [
    'a key that may not settle',
    'forbidden',
    'POST',
    `/v1/requests/${NO_REQUEST}/resolve`,
    () => ({ json: { outcome: 'not_created' } }),
  ],
  ['a path that does not exist', 'not-found', 'GET', '/v2/vaults', () => ({})],
  ['a request that nobody made', 'not-found', 'GET', `/v1/requests/${NO_REQUEST}`, () => ({})],
  ['an id that is none', 'not-found', 'GET', '/v1/requests/..%2fvaults', () => ({ as: 'operator' })],
  [
    'a settlement of nothing',
    'not-found',
    'POST',
    `/v1/requests/${NO_REQUEST}/resolve`,
    () => ({ as: 'operator', json: { outcome: 'not_created' } }),
  ],
  [
    'a vault that is not there',
    'not-found',
    'GET',
    '/v1/vaults/2mQg9IILyNefQ6oMTvolM4FjZ99',
    () => ({ as: 'operator' }),
  ],
  ['a problem that is none', 'not-found', 'GET', '/problems/nothing', () => ({})],
  ['a method that a path lacks', 'method-not-allowed', 'DELETE', '/v1/vaults', () => ({})],
  [
    'a key for idempotency that is empty',
    'invalid-request',
    'POST',
    '/v1/vaults',
    () => ({ json: whole(), headers: { 'Idempotency-Key': '""' } }),
  ],
  [
    'a key for idempotency that is too long',
    'invalid-request',
    'POST',
    '/v1/vaults',
    () => ({ json: whole(), headers: { 'Idempotency-Key': 'k'.repeat(256) } }),
  ],
])('%s is answered with %s', async (_, code, method, path, options) => {
  expectProblem(await stage.worker.call(method, path, options()), code)
  expect(await stage.steps()).toEqual(code === 'not-found' ? expect.anything() : [])
})

test('an answer has the headers that its status demands', async () => {
  const unauthenticated = await stage.worker.call('GET', '/v1/requests', { as: null })
  expect(unauthenticated.headers.get('www-authenticate')).toBe('Bearer')
  const forbidden = await stage.worker.create(whole(), { as: 'reader' })
  expect(forbidden.headers.get('www-authenticate')).toContain('scope="create"')
  for (const [path, methods] of [
    ['/v1/vaults', 'GET, POST'],
    ['/v1/vaults/1', 'GET'],
    ['/v1/requests', 'GET'],
    [`/v1/requests/${NO_REQUEST}/resolve`, 'POST'],
    ['/healthz', 'GET'],
  ] as const) {
    const answer = await stage.worker.call('PUT', path)
    expectProblem(answer, 'method-not-allowed')
    expect(
      answer.headers
        .get('allow')
        ?.split(', ')
        .filter((method) => method !== 'HEAD'),
    ).toEqual(methods.split(', '))
  }
})

test.each<[string, unknown, string[]]>([
  ['no object', [], ['']],
  ['nothing in it', {}, ['/name']],
  [
    'everything wrong at once',
    {
      name: ' ',
      description: 7,
      kind: 'shared',
      maxViews: 0,
      allowUnauthenticated: 'yes',
      owners: ['owner@example.com', 'nobody'],
      credentialTtl: '30 days',
      ticket: { url: 'http://acme.atlassian.net', key: 'SEC-42' },
      requestedBy: ['jane@example.com'],
      callbackUrl: 'ftp://example.com',
      colour: 'red',
      'a/b~c': 1,
    },
    [
      '/name',
      '/description',
      '/kind',
      '/maxViews',
      '/allowUnauthenticated',
      '/owners/1',
      '/credentialTtl',
      '/ticket/id',
      '/ticket/url',
      '/ticket/key',
      '/requestedBy',
      '/callbackUrl',
      '/colour',
      '/a~1b~0c',
    ],
  ],
  [
    'what only a magic link has',
    { name: 'a', owners: [OWNER], maxViews: 1, allowUnauthenticated: true },
    ['/maxViews', '/allowUnauthenticated'],
  ],
  ['nobody who would own it', { name: 'a' }, ['/owners']],
  ['text that turns its direction', { name: 'a\u202eb', owners: [OWNER] }, ['/name']],
])('a request with %s is refused by field', async (_, json, pointers) => {
  const answer = await stage.worker.create(json)
  expect(answer.body.errors?.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual(
    pointers.toSorted(),
  )
  expectProblem(
    answer,
    'invalid-request',
    answer.body.errors.map(({ pointer }: { pointer: string }) => pointer),
  )
  expect(await stage.steps()).toEqual([])
})

test.each([
  ['/v1/vaults?dry_run=maybe', 'POST', ['/dry_run']],
  ['/v1/vaults?dryrun=true', 'POST', ['/dryrun']],
  ['/v1/requests?status=done&limit=101&cursor=abc', 'GET', ['/status', '/limit', '/cursor']],
  ['/v1/requests?limit=1.5', 'GET', ['/limit']],
] as const)('the query of %s is refused by parameter', async (path, method, pointers) => {
  const options = method === 'POST' ? { json: whole() } : {}
  const answer = await stage.worker.call(method, path, options)
  const told: string[] = answer.body.errors?.map(({ pointer }: { pointer: string }) => pointer)
  expect(told.toSorted()).toEqual(pointers.toSorted())
  expectProblem(answer, 'invalid-request', told)
})

test('what the policy does not allow is refused by field, and its own settings are filled in', async () => {
  const refused = await strict.create({
    name: 'test-1',
    kind: 'magic_link',
    maxViews: 11,
    allowUnauthenticated: true,
    owners: [OWNER, 'owner@example.com', 'owner@example.org'],
    callbackUrl: 'https://receiver.example/results',
  })
  expectProblem(refused, 'policy-violation', [
    '/name',
    '/ticket',
    '/maxViews',
    '/allowUnauthenticated',
    '/callbackUrl',
    '/owners/0',
    '/owners/2',
  ])
  expect(await stage.steps()).toEqual([])

  const name = unique('prod-')
  const allowed = await strict.create({ name, owners: ['Owner@Example.com'], ticket: { id: 'SEC-1' } })
  expect(allowed.status).toBe(201)
  expect(allowed.body.vault.credentialExpirationDuration).toBe('86400s')
})

test.each([
  ['bad-request', 'rejected-by-conductorone', { status: 400, code: 3, message: 'invalid argument' }],
  ['conflict', 'rejected-by-conductorone', { status: 409, code: 6, message: 'already exists' }],
  ['forbidden', 'conductorone-credentials-rejected', { status: 403, code: 7, message: 'permission denied' }],
  ['throttled-long', 'conductorone-unavailable', { status: 429, code: 8, message: 'rate limit exceeded' }],
  ['internal', 'outcome-unknown', { status: 500, code: 2, message: 'internal error' }],
] as const)(
  'a create that ConductorOne answers with %s is %s, with its reason',
  async (fault, code, upstream) => {
    await stage.simulator.control.fault('create', fault)
    const answer = await stage.worker.create(whole())
    expectProblem(answer, code)
    expect(answer.body.upstream).toEqual(upstream)
    expect(answer.headers.get('retry-after')).toBe(code === 'conductorone-unavailable' ? '120' : null)
    expect(answer.headers.get('location')).toBe(`/v1/requests/${answer.body.instance}`)
    expect((await stage.steps()).filter((step) => step.startsWith('create'))).toHaveLength(1)
  },
)

test('a create that is throttled for a moment waits and succeeds', async () => {
  for (const fault of ['throttled', 'throttled-silent'] as const)
    await stage.simulator.control.fault('create', fault)
  expect((await stage.worker.create(whole())).status).toBe(201)
  const creates = (await stage.steps()).filter((step) => step.startsWith('create'))
  expect(creates).toEqual(['create 429', 'create 429', 'create 200'])
})

test('a search that stays unavailable ends the request with a time to come back', async () => {
  await stage.simulator.control.fault('search', 'unavailable', { times: 20 })
  const answer = await stage.worker.create({ name: unique('Later'), owners: ['mixed.case@example.com'] })
  expectProblem(answer, 'conductorone-unavailable')
  expect(answer.headers.get('retry-after')).toBe('1')
  expect((await stage.steps()).filter((step) => step.startsWith('create'))).toEqual([])
})

test('a request that is running, and a key that was used for another, say so', async () => {
  const request = whole()
  const headers = { 'Idempotency-Key': unique('key') }
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 1_000 })
  const first = stage.worker.create(request, { headers })
  await expect.poll(() => stage.steps()).toContain('create null')
  const second = await stage.worker.create(request, { headers })
  expectProblem(second, 'request-in-progress')
  expect(second.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  expect((await first).status).toBe(201)
  expect(second.headers.get('location')).toBe((await first).headers.get('location'))
  expectProblem(
    await stage.worker.create({ ...request, name: 'other' }, { headers }),
    'idempotency-key-reused',
  )
})

test('a mistake of ours is told in constant words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broken-'))
  const bindings = settings(stage.credential, stage.simulator.url)
  const sound = await startWorker(bindings, { persist: folder })
  const [json, key] = [whole(), { headers: { 'Idempotency-Key': unique('key') } }]
  const id = (await sound.create(json, key)).body.request.id
  await sound.stop()
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const databases = files
    .filter(({ name, parentPath }) => /^[0-9a-f]{64}\.sqlite$/.test(name) && parentPath.includes('Ledger'))
    .map(({ name, parentPath }) => new DatabaseSync(join(parentPath, name)))
  expect(databases).not.toEqual([])
  for (const database of databases) {
    database.exec('ALTER TABLE requests RENAME COLUMN entry TO lost')
    database.close()
  }

  const broken = await startWorker(bindings, { persist: folder })
  try {
    const answer = await broken.call('GET', `/v1/requests/${id}`)
    expectProblem(answer, 'internal-error')
    expect(answer.body.detail).not.toMatch(/sql|column|entry/i)
    expect(broken.logs.some((line) => line.includes('"event":"exception"'))).toBe(true)
    // what the ledger cannot say, nobody can: it is no claim that there is no vault
    expectProblem(await broken.create(json, key), 'outcome-unknown')
    await expectNoSecrets({ ...stage, worker: broken })
  } finally {
    await broken.stop()
    await rm(folder, { recursive: true })
  }
})

test('a Worker that is not configured tells its callers nothing, and its log everything in one line', async () => {
  const wrong = 'a value that must not be repeated'
  const worker = await startWorker({
    CONDUCTORONE_CLIENT_ID: wrong,
    CONDUCTORONE_CLIENT_SECRET: `secret-token:conductorone.com:v1:${Buffer.from(`{"kty":"${wrong}"}`).toString('base64url')}`,
    CONDUCTORONE_BASE_URL: 'http://acme.conductor.one',
    CONDUCTORONE_DPOP: wrong,
    API_KEYS: JSON.stringify({ runbook: 'short-key' }),
    CALLBACK_SECRET: wrong,
    WEBHOOK_SECRETS: wrong,
    POLICY: JSON.stringify({ maxViews: wrong, [wrong]: true }),
  })
  try {
    const answers = await Promise.all([
      worker.create(whole()),
      worker.call('GET', '/v1/requests', { as: null }),
      worker.call('GET', '/v1/vaults/1'),
    ])
    for (const answer of answers) {
      expectProblem(answer, 'misconfigured')
      expect(answer.body.detail).toBe(answers[0].body.detail)
      expect(JSON.stringify(answer.body)).not.toMatch(/CONDUCTORONE_|API_KEYS|POLICY/)
    }
    expect((await worker.call('GET', '/healthz', { as: null })).status).toBe(200)
    expect((await worker.call('GET', '/readyz', { as: null })).status).toBe(503)
    const lines = worker.logs.filter((line) => line.includes('configuration.invalid'))
    expect(new Set(lines).size).toBe(1)
    for (const name of [
      'CONDUCTORONE_CLIENT_ID',
      'CONDUCTORONE_CLIENT_SECRET',
      'CONDUCTORONE_BASE_URL',
      'CONDUCTORONE_DPOP',
      'API_KEYS.runbook',
      'CALLBACK_SECRET',
      'WEBHOOK_SECRETS',
      'POLICY.maxViews',
    ])
      expect(lines[0]).toContain(name)
    const values = [wrong, 'short-key', 'acme']
    expect(values.filter((value) => worker.logs.join().includes(value))).toEqual([])
  } finally {
    await worker.stop()
  }
})

test.each(Object.keys(contract))(
  '/problems/%s says what it means, to people and to programs',
  async (code) => {
    const text = await stage.worker.call('GET', `/problems/${code}`, { as: null })
    expect([text.status, text.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain/),
    ])
    expect(text.body).toContain(code)
    const headers = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }
    const page = await stage.worker.call('GET', `/problems/${code}`, { as: null, headers })
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ])
    expect(page.body).toContain(`<code>${code}</code>`)
  },
)

test('nothing that was logged or answered holds a secret', async () => {
  await expectNoSecrets(stage)
  await expectNoSecrets({ ...stage, worker: strict })
})
