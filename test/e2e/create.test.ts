import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const SECOND = '2mQg9IILyNefQ6oMTvolM4FjD02'
let stage: Stage

beforeAll(async () => {
  stage = await startStage({ POLICY: JSON.stringify({ allowUnauthenticatedViews: true, maxViews: 50 }) })
})
afterAll(() => stage.stop())
beforeEach(() => stage.clear())

/** What the tenant was sent in the calls of one kind. */
async function sent(step: string): Promise<unknown[]> {
  return (await stage.simulator.control.journal())
    .filter((entry) => entry.step === step)
    .map(({ body }) => body)
}

test('every field of a request reaches the tenant, and everything it says comes back', async () => {
  const name = unique('Payroll')
  const answer = await stage.worker.create({
    name: `  ${name} `,
    description: 'Break glass only.\nTell the SOC.',
    kind: 'group',
    owners: ['owner@example.com', SECOND],
    credentialTtl: '30d',
    ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
    requestedBy: 'jane@example.com',
  })
  expect(answer.status).toBe(201)
  const { vault, request } = answer.body
  const provenance =
    'Requested by jane@example.com, via runbook, ticket SEC-42 ' +
    `(https://acme.atlassian.net/browse/SEC-42), request ${request.id}`
  const description = `Break glass only.\nTell the SOC.\n\n${provenance}`
  expect(await sent('create')).toEqual([
    { displayName: name, description, groupAuthzVault: {}, ownerIds: [OWNER, SECOND] },
  ])
  expect(await sent('update')).toEqual([
    {
      vault: { id: vault.id, credentialExpirationDuration: '2592000s' },
      updateMask: 'credentialExpirationDuration',
    },
  ])
  expect(vault).toEqual({
    id: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
    displayName: name,
    description,
    groupAuthzVault: {},
    magicVault: null,
    credentialExpirationDuration: '2592000s',
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    deletedAt: null,
  })
  expect(request).toEqual({
    id: answer.headers.get('x-request-id'),
    status: 'created',
    caller: 'runbook',
    source: 'api',
    name,
    ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
    requestedBy: 'jane@example.com',
    approvedBy: null,
    preset: null,
    owners: [
      { input: 'owner@example.com', id: OWNER },
      { input: SECOND, id: SECOND },
    ],
    vault,
    problem: null,
    warnings: [],
    attempt: 1,
    nextAttemptAt: null,
    settledBy: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  })
  expect(answer.headers.get('location')).toBe(`/v1/requests/${request.id}`)
  expect((await stage.worker.call('GET', `/v1/requests/${request.id}`)).body).toEqual(request)
  const kept = (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
  expect(kept).toEqual([{ ...vault, ownerIds: [OWNER, SECOND] }])
})

test.each([
  ['the least that can be asked', {}, { groupAuthzVault: {} }],
  ['a group that says what holds anyway', { allowUnauthenticated: false }, { groupAuthzVault: {} }],
  [
    'a magic link with every field',
    { kind: 'magic_link', maxViews: 3, allowUnauthenticated: true },
    { magicVault: { allowUnauthedViews: true, allowedViews: 3 } },
  ],
  [
    'a magic link without any, which gets what the policy allows',
    { kind: 'magic_link' },
    { magicVault: { allowUnauthedViews: false, allowedViews: 50 } },
  ],
])('%s is sent with one arm of the oneof', async (_, fields, arm) => {
  const name = unique('Arms')
  const answer = await stage.worker.create({ name, owners: [OWNER], ...fields })
  expect(answer.status).toBe(201)
  const description = `Requested via runbook, request ${answer.body.request.id}`
  expect(await sent('create')).toEqual([{ displayName: name, description, ...arm, ownerIds: [OWNER] }])
  expect(await sent('update')).toEqual([])
  expect(answer.body.vault).toMatchObject(arm)
})

test('a dry run shows what would be sent, creates nothing and is not recorded', async () => {
  const name = unique('Rehearsal')
  const request = { name, owners: ['owner@example.com'], ticket: { id: name }, credentialTtl: '1h' }
  const answer = await stage.worker.call('POST', '/v1/vaults?dry_run=true', { json: request })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    dryRun: true,
    vaultServiceCreateRequest: {
      displayName: name,
      description: expect.stringMatching(`^Requested via runbook, ticket ${name}, request req_`),
      groupAuthzVault: {},
      ownerIds: [OWNER],
    },
    owners: [{ input: 'owner@example.com', id: OWNER }],
  })
  expect(await sent('create')).toEqual([])
  const list = await stage.worker.call('GET', `/v1/requests?ticket=${encodeURIComponent(name)}`)
  expect(list.body).toEqual({ requests: [], cursor: null })
  // nor does it use up the key
  const real = await stage.worker.create(request)
  expect([real.status, real.headers.get('idempotent-replayed')]).toEqual([201, null])
})

test.each([
  ['cannot be reached', 'throttled-long', /not set yet/],
  ['refuses it', 'bad-request', /refused the expiry of its credentials: invalid argument/],
] as const)('a vault whose expiry ConductorOne %s is there, with a warning', async (_, fault, warning) => {
  await stage.simulator.control.fault('update', fault)
  const answer = await stage.worker.create({ name: unique('Warned'), owners: [OWNER], credentialTtl: '90s' })
  expect(answer.status).toBe(201)
  expect(answer.body.request).toMatchObject({
    status: 'created',
    problem: null,
    warnings: [expect.stringMatching(warning)],
  })
  expect(answer.body.vault.id).toBe(answer.body.request.vault.id)
})

test('fields of an answer that nobody has heard of are passed on', async () => {
  await stage.simulator.control.fault('create', 'extra')
  const { status, body } = await stage.worker.create({ name: unique('Future'), owners: [OWNER] })
  expect(status).toBe(201)
  const future = { nested: ['value'], count: '9007199254740993' }
  expect(body.vault).toMatchObject({ fieldFromTheFuture: future, state: 'STATE_FROM_THE_FUTURE' })
  expect((await stage.worker.call('GET', `/v1/requests/${body.request.id}`)).body.vault).toEqual(body.vault)
})

test('every call says who calls, and goes on with the caller’s trace if it is one', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const request = { owners: ['Second.Owner@example.com'], credentialTtl: '1h' }
  const traced = { headers: { traceparent } }
  const traceable = await stage.worker.create({ ...request, name: unique('Traced') }, traced)
  expect(traceable.status).toBe(201)
  const calls = (await stage.simulator.control.journal()).filter(({ step }) => step !== 'token')
  expect(calls.map(({ step }) => step)).toEqual(['search', 'create', 'update'])
  // the create names its request too, by which people find it in the system log
  const named = `conductorone-vaults/1 (${traceable.body.request.id})`
  for (const { step, headers } of calls)
    expect(headers).toMatchObject({
      traceparent,
      'user-agent': step === 'create' ? named : 'conductorone-vaults/1',
      authorization: 'Bearer',
    })

  await stage.clear()
  const broken = { headers: { traceparent: `${traceparent}-and-more` } }
  expect((await stage.worker.create({ ...request, name: unique('Untraced') }, broken)).status).toBe(201)
  const [create] = await stage.simulator.control.journal()
  expect(create?.step).toBe('create')
  expect(create?.headers.traceparent).toMatch(/^00-(?!4bf92f35)[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
