import { beforeEach, expect, test, vi } from 'vitest'
import type { Call } from '../../../src/conductorone/call.ts'
import { Deadline } from '../../../src/conductorone/deadline.ts'
import type { Failure } from '../../../src/conductorone/failure.ts'
import { Lanes } from '../../../src/conductorone/lanes.ts'
import { Tenant } from '../../../src/conductorone/tenant.ts'
import { TokenCache } from '../../../src/conductorone/token/cache.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { failureFrom, rejection, vault } from '../samples.ts'
import { json, type Step, TestWorld } from '../world.ts'

const request = { displayName: 'Payroll', description: '', groupAuthzVault: {}, ownerIds: ['u1'] }
const good = json({ vault })
/** what is asked for by id */
const asked = { ...vault, id: 'v/1' }
const recorded = { beforeSend: () => {}, beforeWait: () => {} }

beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue())

function tenantOf(
  { baseUrl = 'https://acme.conductor.one', budget = 25_000, traceparent = '' } = {},
  ...script: Step[]
) {
  const world = new TestWorld(...script)
  let exchanges = 0
  const exchange = async () => ({
    value: new Secret(`at-${++exchanges}`),
    issuedAt: world.now(),
    expiresAt: world.now() + 3_600_000,
  })
  const nowhere = { read: async () => undefined, write: async () => undefined }
  const tenant = new Tenant(new URL(baseUrl), new TokenCache(exchange, nowhere, world), world)
  const call: Call = { deadline: new Deadline(budget, world.now), ...(traceparent && { traceparent }) }
  const bearers = () => world.sent.map(({ init }) => new Headers(init.headers).get('authorization'))
  return { world, tenant, call, bearers }
}

const calls = {
  createVault: (tenant: Tenant, call: Call) => tenant.createVault(request, call, recorded),
  setCredentialExpiration: (tenant: Tenant, call: Call) => tenant.setCredentialExpiration('v/1', 3_600, call),
  getVault: (tenant: Tenant, call: Call) => tenant.getVault('v/1', call),
  searchUsersByEmail: (tenant: Tenant, call: Call) => tenant.searchUsersByEmail('jane@example.com', call),
  searchUsersById: (tenant: Tenant, call: Call) => tenant.searchUsersById(['u1', 'u2'], call),
}

test.each([
  ['createVault', 'POST', '/api/v1/vaults', request],
  [
    'setCredentialExpiration',
    'POST',
    '/api/v1/vaults/v%2F1',
    {
      vault: { id: 'v/1', credentialExpirationDuration: '3600s' },
      updateMask: 'credentialExpirationDuration',
    },
  ],
  ['getVault', 'GET', '/api/v1/vaults/v%2F1', undefined],
  [
    'searchUsersByEmail',
    'POST',
    '/api/v1/search/users',
    { email: 'jane@example.com', userStatuses: ['ENABLED'], pageSize: 2 },
  ],
  [
    'searchUsersById',
    'POST',
    '/api/v1/search/users',
    { refs: [{ id: 'u1' }, { id: 'u2' }], userStatuses: ['ENABLED'], pageSize: 2 },
  ],
] as const)('asks by %s: %s %s', async (name, method, path, body) => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const { world, tenant, call } = tenantOf(
    { baseUrl: 'https://proxy.example/c1/', traceparent },
    json({ vault: asked, list: [] }),
  )
  await calls[name](tenant, call)
  const { url, init } = world.sent[0] ?? {}
  expect(url).toBe(`https://proxy.example/c1${path}`)
  expect(init).toMatchObject({ method, redirect: 'manual', signal: expect.any(AbortSignal) })
  expect(init?.body ? JSON.parse(String(init.body)) : undefined).toEqual(body)
  expect(Object.fromEntries(new Headers(init?.headers))).toMatchObject({
    authorization: 'Bearer at-1',
    accept: 'application/json',
    traceparent,
  })
})

test('reads users leniently: unset fields come as null or blank', async () => {
  const user = { id: 'u1', email: 'jane@example.com', more: true }
  const list = [{ user }, { user: { id: 'u2', email: null } }, { user: {} }, { user: null }, {}]
  const { tenant, call } = tenantOf({}, json({ list, nextPageToken: '' }))
  expect(await tenant.searchUsersByEmail('jane@example.com', call)).toEqual([
    { id: 'u1', email: 'jane@example.com' },
    { id: 'u2', email: '' },
  ])
  const empty = tenantOf({}, json({ list: null }))
  expect(await empty.tenant.searchUsersByEmail('jane@example.com', empty.call)).toEqual([])
})

test('passes on every field of a vault', async () => {
  const more = { ...vault, createdAt: null, somethingNew: { a: [1] } }
  const { tenant, call } = tenantOf({}, json({ vault: more, expanded: [] }))
  expect(await tenant.createVault(request, call, recorded)).toEqual(more)
})

test.each(['', '.', '..'])('asks for no vault under the id %j, which is another path', async (id) => {
  const { world, tenant, call } = tenantOf({}, good)
  expect(await rejection(tenant.getVault(id, call))).toBeInstanceOf(TypeError)
  expect(world.sent).toEqual([])
})

test.each(Object.keys(calls) as (keyof typeof calls)[])(
  'replaces a rejected token once, in %s',
  async (name) => {
    const { tenant, call, bearers } = tenantOf({}, json({}, 401), json({ vault: asked, list: [] }))
    await calls[name](tenant, call)
    expect(bearers()).toEqual(['Bearer at-1', 'Bearer at-2'])

    const hopeless = tenantOf({}, json({}, 401))
    expect(await failureFrom(calls[name](hopeless.tenant, hopeless.call))).toMatchObject({
      kind: 'credentials-rejected',
    })
    expect(hopeless.bearers()).toEqual(['Bearer at-1', 'Bearer at-2'])
  },
)

test('does not replace a token for a 403', async () => {
  const { tenant, call, bearers } = tenantOf({}, json({}, 403), good)
  expect(await failureFrom(tenant.createVault(request, call, recorded))).toMatchObject({
    kind: 'credentials-rejected',
  })
  expect(bearers()).toEqual(['Bearer at-1'])
})

test.each<[string, Step, Failure['kind']]>([
  ['HTTP 500', json({ code: 2 }, 500), 'lost'],
  ['HTTP 503 that says when to come back', json({}, 503, { 'Retry-After': '1' }), 'lost'],
  ['HTTP 408', json({}, 408), 'lost'],
  ['a redirect', new Response(null, { status: 302 }), 'lost'],
  ['a 200 with HTML', new Response('<html>'), 'lost'],
  ['a 200 without a vault', json({ vault: null }), 'lost'],
  ['a vault without an id', json({ vault: { id: '' } }), 'lost'],
  ['a broken connection', new TypeError('fetch failed'), 'lost'],
  ['a timeout', new DOMException('late', 'TimeoutError'), 'lost'],
  ['HTTP 400', json({}, 400), 'refused'],
])('never sends a create again after %s', async (_, step, kind) => {
  const { world, tenant, call } = tenantOf({}, step, good)
  expect(await failureFrom(tenant.createVault(request, call, recorded))).toMatchObject({ kind })
  expect(world.sent).toHaveLength(1)
})

test('sends a create again after a 429, as ConductorOne says', async () => {
  const { world, tenant, call } = tenantOf({}, json({}, 429, { 'Retry-After': '3' }), json({}, 429), good)
  expect(await tenant.createVault(request, call, recorded)).toEqual(vault)
  expect(world.sleeps).toEqual([3_000, 1_000])
})

test('gives a create that has been told to wait too long up, as not sent', async () => {
  const { world, tenant, call } = tenantOf({}, json({}, 429, { 'Retry-After': '60' }), good)
  expect(await failureFrom(tenant.createVault(request, call, recorded))).toMatchObject({
    kind: 'unavailable',
    retryAfter: 60,
  })
  expect(world.sent).toHaveLength(1)
})

test.each(['setCredentialExpiration', 'getVault', 'searchUsersByEmail'] as const)(
  'repeats %s, which may be repeated, after no answer',
  async (name) => {
    const script = [json({}, 503), new TypeError('fetch failed'), json({ vault: asked, list: [] })]
    const { world, tenant, call } = tenantOf({}, ...script)
    await calls[name](tenant, call)
    expect(world.sent).toHaveLength(3)
  },
)

test('sends nothing with less than two seconds left', async () => {
  const { world, tenant, call } = tenantOf({ budget: 1_999 }, good)
  expect(await failureFrom(tenant.createVault(request, call, recorded))).toMatchObject({
    kind: 'unavailable',
  })
  expect(world.sent).toEqual([])
})

test.each([
  [
    'a create take all the time there is',
    (tenant: Tenant, call: Call) => tenant.createVault(request, call, recorded),
    25_000,
  ],
  ['another call take a part of it', (tenant: Tenant, call: Call) => tenant.getVault('v/1', call), 10_000],
])('lets %s', async (_, ask, longest) => {
  vi.useFakeTimers()
  // goes on until it is stopped
  const silence = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  const { tenant, world, call } = tenantOf({}, silence)
  const asked = rejection(ask(tenant, call))
  await vi.advanceTimersByTimeAsync(longest - 1)
  expect(world.sent.map(({ init }) => init.signal?.aborted)).toEqual([false])
  world.pass(25_000)
  await vi.advanceTimersByTimeAsync(1)
  expect(world.sent.map(({ init }) => init.signal?.aborted)).toEqual([true])
  await asked
  vi.useRealTimers()
})

test('records each sending of a create when nothing is left to wait for, and each wait to send it again', async () => {
  const { world, tenant, call } = tenantOf({}, json({}, 429), json({}, 401), good)
  const lanes = new Lanes(1)
  await lanes.enter(call.deadline)
  const steps: string[] = []
  const note = (step: string) => steps.push(`${step} after ${world.sent.length}`)
  const created = tenant.createVault(
    request,
    { ...call, lanes },
    { beforeSend: () => void note('sends'), beforeWait: () => void note('waits') },
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(steps).toEqual([])
  lanes.leave()
  expect(await created).toEqual(vault)
  expect(steps).toEqual(['sends after 0', 'waits after 1', 'sends after 1', 'waits after 2', 'sends after 2'])
  expect(world.sent).toHaveLength(3)
  await lanes.enter(call.deadline)
})

test('records nothing of a create that gets no token, no lane or too little time', async () => {
  const before = vi.fn(() => {})
  const record = { ...recorded, beforeSend: before }
  const late = tenantOf({ budget: 4_999 }, good)
  expect(await failureFrom(late.tenant.createVault(request, late.call, record))).toMatchObject({
    kind: 'unavailable',
  })
  const crowded = tenantOf({}, good)
  const lanes = new Lanes(0)
  const call = { deadline: new Deadline(0, crowded.world.now), lanes }
  expect(await failureFrom(crowded.tenant.createVault(request, call, record))).toMatchObject({
    kind: 'unavailable',
  })
  expect([before.mock.calls, late.world.sent, crowded.world.sent]).toEqual([[], [], []])
})

test('sends no create that could not be recorded, and gives its lane back', async () => {
  const { world, tenant, call } = tenantOf({}, good)
  const lanes = new Lanes(1)
  const error = new Error('disk')
  const beforeSend = () => {
    throw error
  }
  const record = { ...recorded, beforeSend }
  expect(await rejection(tenant.createVault(request, { ...call, lanes }, record))).toBe(error)
  expect(world.sent).toEqual([])
  await lanes.enter(call.deadline)
})

test('names the request and a trace in a create, so that people find it in the system log', async () => {
  const { world, tenant, call } = tenantOf({}, good)
  await tenant.createVault(request, { ...call, request: 'req_1' }, recorded)
  const headers = new Headers(world.sent[0]?.init.headers)
  expect(headers.get('user-agent')).toBe('conductorone-vaults/1 (req_1)')
  expect(headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test.each(['setCredentialExpiration', 'getVault'] as const)(
  'believes no answer to %s that is about another vault',
  async (name) => {
    const { tenant, call } = tenantOf({}, json({ vault: { ...vault, id: 'another' } }))
    expect(await failureFrom(calls[name](tenant, call))).toMatchObject({ kind: 'unavailable' })
  },
)
