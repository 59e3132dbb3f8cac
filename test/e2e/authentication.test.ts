import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MISUSES } from '../support/misused-keys.ts'
import { expectProblem } from '../support/problem.ts'
import { sendRaw } from '../support/raw.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import {
  type Answer,
  type Api,
  type CallOptions,
  KEYS,
  settings,
  startWorker,
  type VaultWorker,
} from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
/** Keys that {@link KEYS} has no caller for. */
const MORE = {
  creator: 'Creator-Key-0123456789-abcdefghijklmnop',
  settler: 'Settler-Key-0123456789-abcdefghijklmnop',
  rotatedNew: 'Rotated-New-0123456789-abcdefghijklmnop',
  rotatedOld: 'Rotated-Old-0123456789-abcdefghijklmnop',
} as const
const CALLERS = {
  runbook: KEYS.runbook,
  other: KEYS.other,
  reader: { key: KEYS.reader, scopes: ['read'] },
  operator: { key: KEYS.operator, scopes: ['create', 'read', 'operate'] },
  creator: { key: MORE.creator, scopes: ['create'] },
  settler: { key: MORE.settler, scopes: ['operate'] },
  rotated: { key: [MORE.rotatedNew, MORE.rotatedOld] },
}
const { github, pagerduty, standard } = senders
if (!github || !pagerduty || !standard) throw new Error('a sender is gone')
const SECRETS = { github: [github.secret, github.oldSecret], pagerduty: pagerduty.secret }

const CHANGES = { API_KEYS: JSON.stringify(CALLERS), WEBHOOK_SECRETS: JSON.stringify(SECRETS) }

let stage: Stage
/** a request of `runbook`, and the vault it made */
let made: { readonly id: string; readonly vault: string }

beforeAll(async () => {
  stage = await startStage(CHANGES)
  const { body } = await stage.worker.create({ name: 'Made before', owners: [OWNER] })
  made = { id: body.request.id, vault: body.vault.id }
})
afterAll(() => stage.stop())
beforeEach(() => stage.clear())

type Route = {
  readonly method: 'GET' | 'POST'
  readonly path: () => string
  readonly json?: () => unknown
  /** a caller that may; what it gets */
  readonly key: string
  readonly status: number
  /** callers whose scopes are others, and the scope that they are told of */
  readonly without: readonly (keyof typeof KEYS | keyof typeof MORE)[]
  readonly scope: string
}

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /v1/vaults': {
    method: 'POST',
    path: () => '/v1/vaults',
    json: () => ({ name: unique('Authenticated'), owners: [OWNER] }),
    key: KEYS.runbook,
    status: 201,
    without: ['reader', 'settler'],
    scope: 'create',
  },
  'GET /v1/vaults/{id}': {
    method: 'GET',
    path: () => `/v1/vaults/${made.vault}`,
    key: KEYS.runbook,
    status: 200,
    without: ['creator'],
    scope: 'read',
  },
  'GET /v1/requests': {
    method: 'GET',
    path: () => '/v1/requests',
    key: KEYS.runbook,
    status: 200,
    without: ['creator'],
    scope: 'read',
  },
  'GET /v1/requests/{id}': {
    method: 'GET',
    path: () => `/v1/requests/${made.id}`,
    key: KEYS.runbook,
    status: 200,
    without: ['creator'],
    scope: 'read',
  },
  'POST /v1/requests/{id}/resolve': {
    method: 'POST',
    path: () => `/v1/requests/${made.id}/resolve`,
    json: () => ({ outcome: 'not_created' }),
    key: KEYS.operator,
    status: 422, // it was created, and who may settle is told so
    without: ['runbook', 'reader', 'creator'],
    scope: 'operate',
  },
  // any key may speak; what it lacks for a tool, the tool says
  'POST /mcp': {
    method: 'POST',
    path: () => '/mcp',
    json: () => ({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    key: KEYS.reader,
    status: 200,
    without: [],
    scope: '',
  },
}

function request(
  { method, path, json }: Route,
  headers: Record<string, string>,
  suffix = '',
  worker: Api = stage.worker,
) {
  const options: CallOptions = { as: null, headers, ...(json && { json: json() }) }
  return worker.call(method, path() + suffix, options)
}

function requestRaw({ method, path, json }: Route, headers: [string, string][]) {
  const body = json && JSON.stringify(json())
  const content: [string, string][] = body
    ? [
        ['Content-Type', 'application/json'],
        ['Content-Length', String(body.length)],
      ]
    : []
  return sendRaw(stage.worker.url, {
    method,
    path: path(),
    headers: [...headers, ...content],
    body: body ?? '',
  })
}

function expectUnauthenticated(answer: Answer | undefined) {
  if (!answer) throw new Error('there was no answer')
  expectProblem(answer, 'unauthenticated')
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  // which part is wrong is nobody's business
  expect(answer.body.detail).toBe('Send a valid API key: Authorization: Bearer <key>.')
}

const routes = Object.keys(ROUTES)
function routeOf(name: string): Route {
  const route = ROUTES[name]
  if (!route) throw new Error(`there is no route ${name}`)
  return route
}
function across<T extends readonly unknown[]>(rows: readonly T[]): [string, ...T][] {
  return routes.flatMap((route) => rows.map((row): [string, ...T] => [route, ...row]))
}

test.each(
  across<[string, (key: string) => Record<string, string>]>([
    ...MISUSES,
    ['the secret of a webhook', () => ({ Authorization: `Bearer ${github.secret}` })],
  ]),
)('%s is refused to %s', async (name, _, headers) => {
  const route = routeOf(name)
  expectUnauthenticated(await request(route, headers(route.key)))
  expect(await stage.steps()).toEqual([])
})

test.each(across([['access_token'], ['api_key'], ['Authorization']]))(
  '%s is refused to a key in the query, as %s',
  async (name, parameter) => {
    const route = routeOf(name)
    expectUnauthenticated(
      await request(route, {}, `?${parameter}=${encodeURIComponent(`Bearer ${route.key}`)}`),
    )
    expectUnauthenticated(await request(route, {}, `?${parameter}=${route.key}`))
  },
)

test.each(
  across<[string, (key: string) => [string, string][]]>([
    ['the right one twice', (key) => [bearer(key), bearer(key)]],
    ['the right one first', (key) => [bearer(key), bearer(MORE.creator)]],
    ['the right one last', (key) => [['Authorization', 'Basic YTpi'], bearer(key)]],
  ]),
)('%s is refused to two Authorization headers, %s', async (name, _, headers) => {
  const route = routeOf(name)
  expectUnauthenticated(await requestRaw(route, headers(route.key)))
})

test.each(
  across<[string, (key: string) => string]>([
    ['as documented', (key) => `Bearer ${key}`],
    ['with the scheme in lower case', (key) => `bearer ${key}`],
    ['with the scheme in upper case', (key) => `BEARER ${key}`],
    ['with the scheme in mixed case', (key) => `bEaReR ${key}`],
    ['with two spaces between', (key) => `Bearer  ${key}`],
    ['with white space around the value', (key) => ` \t Bearer ${key} \t `],
  ]),
)('%s takes the right key %s', async (name, _, value) => {
  const route = routeOf(name)
  const answer = await requestRaw(route, [['authorization', value(route.key)]])
  expect(answer?.status).toBe(route.status)
})

test.each(routes.flatMap((name) => routeOf(name).without.map((caller) => [name, caller] as const)))(
  '%s is forbidden to the key of %s, which lacks the scope',
  async (name, caller) => {
    const route = routeOf(name)
    const answer = await request(route, Object.fromEntries([bearer({ ...KEYS, ...MORE }[caller])]))
    expectProblem(answer, 'forbidden')
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", scope="${route.scope}"`,
    )
    expect(await stage.steps()).toEqual([])
  },
)

test('what one caller made is not there for another, and is there for who operates', async () => {
  const paths = [`/v1/requests/${made.id}`, `/v1/vaults/${made.vault}`]
  for (const path of paths) {
    for (const as of ['other', 'reader'] as const)
      expectProblem(await stage.worker.call('GET', path, { as }), 'not-found')
    expect((await stage.worker.call('GET', path, { as: 'operator' })).status).toBe(200)
    const headers = Object.fromEntries([bearer(MORE.settler)])
    expect((await stage.worker.call('GET', path, { as: null, headers })).status).toBe(200)
  }
  const idsFor = async (as: keyof typeof KEYS): Promise<string[]> =>
    (await stage.worker.call('GET', '/v1/requests?limit=100', { as })).body.requests.map(
      ({ id }: { id: string }) => id,
    )
  expect(await idsFor('other')).not.toContain(made.id)
  expect(await idsFor('runbook')).toContain(made.id)
  expect(await idsFor('operator')).toContain(made.id)
})

test('the same Idempotency-Key of two callers is two requests', async () => {
  const json = { name: unique('Shared key'), owners: [OWNER] }
  const headers = { 'Idempotency-Key': unique('key') }
  const [first, second] = [
    await stage.worker.create(json, { headers }),
    await stage.worker.create(json, { as: 'other', headers }),
  ]
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body.vault.id).not.toBe(first.body.vault.id)
  expect(second.headers.get('idempotent-replayed')).toBeNull()
})

test('a key or a secret that was taken out of the configuration opens nothing, and its successor everything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'authentication-'))
  const before = await startStage(CHANGES, { persist: folder })
  let after: VaultWorker | undefined
  try {
    const json = { name: unique('Rotated'), owners: [OWNER] }
    const key = { 'Idempotency-Key': unique('key') }
    const as = (secret: string): CallOptions => ({
      as: null,
      headers: { ...key, ...Object.fromEntries([bearer(secret)]) },
    })
    // both of a list are one caller
    const first = await before.worker.create(json, as(MORE.rotatedOld))
    const second = await before.worker.create(json, as(MORE.rotatedNew))
    const replayed = (answer: Answer) => [answer.status, answer.headers.get('idempotent-replayed')]
    expect([replayed(first), replayed(second)]).toEqual([
      [201, null],
      [201, 'true'],
    ])
    expect(second.body).toEqual(first.body)
    const old = await before.worker.create(json)

    await before.worker.stop()
    const { runbook: _, ...others } = CALLERS
    after = await startWorker(
      {
        ...settings(before.credential, before.wire.url),
        API_KEYS: JSON.stringify({ ...others, rotated: MORE.rotatedNew }),
        WEBHOOK_SECRETS: JSON.stringify({ github: github.secret }),
      },
      { persist: folder },
    )
    const location = first.headers.get('location') ?? ''
    expectUnauthenticated(await after.call('GET', location, as(MORE.rotatedOld)))
    expectUnauthenticated(await after.create(json, as(MORE.rotatedOld)))
    expect((await after.call('GET', location, as(MORE.rotatedNew))).body).toEqual(first.body.request)
    expect(replayed(await after.create(json, as(MORE.rotatedNew)))).toEqual([201, 'true'])

    made = { id: old.body.request.id, vault: old.body.vault.id }
    for (const route of Object.values(ROUTES).filter(({ key }) => key === KEYS.runbook))
      expectUnauthenticated(await request(route, Object.fromEntries([bearer(KEYS.runbook)]), '', after))
    expect((await after.call('GET', `/v1/requests/${made.id}`, { as: 'operator' })).status).toBe(200)

    const body = JSON.stringify(
      github.payload({ number: 901, name: unique('Signed'), owners: 'owner@example.com' }),
    )
    const post = (source: string, headers: Record<string, string>) =>
      after?.call('POST', `/webhooks/${source}`, { as: null, body, headers })
    expect(await post('github', github.sign(body, github.oldSecret, ''))).toMatchObject({ status: 401 })
    expect(await post('pagerduty', pagerduty.sign(body, pagerduty.secret, ''))).toMatchObject({ status: 404 })
    expect(await post('github', github.sign(body, github.secret, ''))).toMatchObject({
      status: github.statuses[0],
    })
  } finally {
    await after?.stop()
    await before.stop()
    await rm(folder, { recursive: true })
  }
})

test.each([
  [
    'a source without a secret',
    'standard',
    () => standard.sign('{}', standard.secret, standard.stamp(Date.now())),
  ],
  ['a source that this Worker lacks', 'servicenow', () => ({})],
  ['a name that every object has', '__proto__', () => github.sign('{}', github.secret, '')],
  ['another one', 'constructor', () => github.sign('{}', github.secret, '')],
  ['a source in another case', 'GitHub', () => github.sign('{}', github.secret, '')],
])('a delivery to %s finds nothing', async (_, source, headers) => {
  const answer = await stage.worker.call('POST', `/webhooks/${source}`, {
    as: null,
    body: '{}',
    headers: headers(),
  })
  expectProblem(answer, 'not-found')
})

const delivery = JSON.stringify(
  github.payload({ number: 900, name: 'Signed wrongly', owners: 'owner@example.com' }),
)

test.each<[string, readonly [string, string][]]>([
  ['no signature', []],
  ['an empty signature', [['X-Hub-Signature-256', '']]],
  ['a scheme without a digest', [['X-Hub-Signature-256', 'sha256=']]],
  ['an API key instead', [bearer(KEYS.operator)]],
  ['the secret itself', [['X-Hub-Signature-256', github.secret]]],
  ["another source's secret", Object.entries(github.sign(delivery, pagerduty.secret, ''))],
  ["another source's header", Object.entries(pagerduty.sign(delivery, github.secret, ''))],
  ['the signature of another body', Object.entries(github.sign(`${delivery} `, github.secret, ''))],
  [
    'the signature in upper case',
    Object.entries(github.sign(delivery, github.secret, '')).map(([name, value]) => [
      name,
      value.toUpperCase(),
    ]),
  ],
  [
    'the signature without its end',
    Object.entries(github.sign(delivery, github.secret, '')).map(([name, value]) => [
      name,
      value.slice(0, -1),
    ]),
  ],
  ['the signature twice', [1, 2].flatMap(() => Object.entries(github.sign(delivery, github.secret, '')))],
])('a delivery with %s is refused, and nothing is made', async (_, headers) => {
  const answer = await sendRaw(stage.worker.url, {
    method: 'POST',
    path: '/webhooks/github',
    headers: [...headers, ['Content-Length', String(Buffer.byteLength(delivery))]],
    body: delivery,
  })
  if (!answer) throw new Error('there was no answer')
  expectProblem(answer, 'unauthenticated')
  expect(answer.body.detail).toBe('The delivery is not signed as it must be.')
  const { body } = await stage.worker.call('GET', '/v1/requests?ticket=acme/access%23900', { as: 'operator' })
  expect(body.requests).toEqual([])
})

test('nothing that was logged or answered holds a key or a secret', async () => {
  await expectNoSecrets(stage)
  const said = [...stage.worker.logs, ...stage.worker.answers].join('\n')
  const secrets = [...Object.values(MORE), github.secret, github.oldSecret, pagerduty.secret]
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([])
})

function bearer(key: string): [string, string] {
  return ['Authorization', `Bearer ${key}`]
}
