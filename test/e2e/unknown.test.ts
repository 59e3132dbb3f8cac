import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { OwnedVault } from '../simulator/vaults.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { tenantClient } from '../support/tenant-client.ts'
import type { Answer } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())
beforeEach(() => stage.clear())

/** The vaults of a name that the tenant has. */
async function vaultsOf(name: string): Promise<OwnedVault[]> {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name)
}

type Lost = { readonly answer: Answer; readonly id: string; readonly name: string; again(): Promise<Answer> }

/** Sends a request whose outcome nobody learns. */
async function lose(ill: () => Promise<void> | void = leaveTheVault): Promise<Lost> {
  const json = {
    name: unique('Lost'),
    owners: [OWNER],
    requestedBy: 'Jane Doe',
    ticket: { id: unique('SEC') },
  }
  await ill()
  const answer = await stage.worker.create(json)
  return { answer, id: answer.body.instance, name: json.name, again: () => stage.worker.create(json) }
}

function leaveTheVault(): Promise<void> {
  return stage.simulator.control.fault('create', 'gateway-timeout', { when: 'after' })
}

function leaveNothing(): Promise<void> {
  return stage.simulator.control.fault('create', 'gateway-timeout', { when: 'before' })
}

/** Makes a vault in the tenant as a person would. */
async function makeByHand(fields: Readonly<Record<string, string>>): Promise<string> {
  const call = await tenantClient(stage.simulator.url, stage.credential)
  const { json } = await call('POST', '/api/v1/vaults', { groupAuthzVault: {}, ...fields })
  return Object(json).vault.id
}

function resolve(
  id: string,
  json: unknown,
  as: 'operator' | 'runbook' | 'reader' = 'operator',
): Promise<Answer> {
  return stage.worker.call('POST', `/v1/requests/${id}/resolve`, { as, json })
}

const fault =
  (...[name, when]: Parameters<typeof struck>) =>
  () =>
    struck(name, when)
const struck = (name: Parameters<typeof stage.simulator.control.fault>[1], when?: 'before' | 'after') =>
  stage.simulator.control.fault('create', name, when && { when })

test.each<[string, number, () => Promise<void> | void]>([
  ['500 before the work', 0, fault('internal', 'before')],
  ['500 after it', 1, fault('internal', 'after')],
  ['502 with a page', 1, fault('bad-gateway-html', 'after')],
  ['503 with a time to come back', 1, fault('unavailable', 'after')],
  ['504', 1, fault('gateway-timeout', 'after')],
  ['408', 1, fault('request-timeout', 'after')],
  ['499', 1, fault('client-closed', 'after')],
  ['a redirect', 1, fault('redirect', 'after')],
  ['200 with a page', 0, fault('html', 'before')],
  ['200 with half of its JSON', 1, fault('truncate')],
  ['200 without a body', 1, fault('empty-200')],
  ['200 without an id', 1, fault('no-id')],
  [
    'a connection that breaks before it arrives',
    0,
    () => stage.wire.cut('before', { path: '/api/v1/vaults' }),
  ],
  ['a connection that breaks after it arrived', 1, () => stage.wire.cut('after', { path: '/api/v1/vaults' })],
])('a create that is answered with %s is unknown, and never sent again', async (_, left, ill) => {
  const { answer, id, name, again } = await lose(ill)
  expectProblem(answer, 'outcome-unknown')
  expect(answer.headers.get('location')).toBe(`/v1/requests/${id}`)
  expect(answer.headers.get('retry-after')).toBeNull()
  expect(answer.body.detail).toContain(`“${name}”`)
  const provenance = new RegExp(`Requested by Jane Doe, via runbook, ticket SEC \\w+, request ${id}`)
  expect(answer.body.detail).toMatch(provenance)
  expect(answer.body.detail).toContain(`POST /v1/requests/${id}/resolve`)

  const vaults = await vaultsOf(name)
  expect(vaults).toHaveLength(left)
  for (const { description } of vaults) expect(answer.body.detail).toContain(description)

  const replay = await again()
  expect([replay.status, replay.body, replay.headers.get('idempotent-replayed')]).toEqual([
    504,
    answer.body,
    'true',
  ])
  const sent = stage.wire.calls.filter(({ path, body }) => path === '/api/v1/vaults' && body.includes(name))
  expect(sent).toHaveLength(1)
  const { body } = await stage.worker.call('GET', `/v1/requests/${id}`)
  expect(body).toMatchObject({ id, status: 'unknown', vault: null, problem: answer.body })
})

test('an unknown outcome is settled with the vault that was found', async () => {
  const { id, name, again } = await lose()
  const [vault] = await vaultsOf(name)
  const settled = await resolve(id, { vaultId: vault?.id })
  expect(settled.status).toBe(200)
  const { ownerIds: _, ...found } = vault ?? expect.fail('there is a vault')
  expect(settled.body).toMatchObject({
    id,
    status: 'created',
    vault: found,
    problem: null,
    settledBy: 'operator',
    warnings: [expect.stringContaining('operator'), expect.stringContaining('runbook was told')],
  })
  expect((await stage.worker.call('GET', `/v1/requests/${id}`)).body).toEqual(settled.body)
  const replay = await again()
  expect([replay.status, replay.body]).toEqual([
    201,
    { vault: found, request: settled.body, next: expect.stringContaining('Save to vault') },
  ])
  expect(replay.headers.get('idempotent-replayed')).toBe('true')
  // whoever asked for it may read it now
  expect((await stage.worker.call('GET', `/v1/vaults/${vault?.id}`)).status).toBe(200)
  expect(await vaultsOf(name)).toHaveLength(1)
})

test('an unknown outcome is settled as not created, and the key may be used again', async () => {
  const { id, name, again } = await lose(leaveNothing)
  // the search may still find it
  const early = await resolve(id, { outcome: 'not_created' })
  expectProblem(early, 'invalid-request', ['/force'])
  const settled = await resolve(id, { outcome: 'not_created', force: true })
  expect([settled.status, settled.body.status, settled.body.vault]).toEqual([200, 'failed', null])
  const second = await again()
  const next = second.body.request
  expect([second.status, next.id === id, next.warnings]).toEqual([201, false, [expect.stringContaining(id)]])
  const first = await stage.worker.call('GET', `/v1/requests/${id}`)
  expect(first.body).toMatchObject({
    status: 'failed',
    warnings: expect.arrayContaining([expect.stringContaining(next.id)]),
  })
  const [vault, ...others] = await vaultsOf(name)
  expect([vault?.description.endsWith(`request ${next.id}`), others]).toEqual([true, []])
})

test('an unknown outcome settles itself if the system log shows its vault', async () => {
  const { id, name } = await lose()
  const searched = await resolve(id, { search: true })
  const { ownerIds: _, ...vault } = (await vaultsOf(name))[0] ?? expect.fail('there is a vault')
  expect([searched.status, searched.body]).toEqual([
    200,
    expect.objectContaining({ id, status: 'created', vault, settledBy: 'conductorone-system-log' }),
  ])
  const nothing = await lose(leaveNothing)
  const unknown = await resolve(nothing.id, { search: true })
  expect([unknown.status, unknown.body.status, unknown.body.warnings]).toEqual([
    200,
    'unknown',
    [expect.stringMatching(/searched until 2\d{3}-/)],
  ])
})

test('a vault is shown before it is taken; one without the line needs force, another one’s is refused', async () => {
  const { id, name } = await lose()
  const planted = await stage.worker.create({
    name: unique('Planted'),
    owners: [OWNER],
    description: `Requested by Jane Doe via runbook, request ${id}`,
  })
  expectProblem(await resolve(id, { vaultId: planted.body.vault.id, force: true }), 'invalid-request', [
    '/vaultId',
  ])
  const byHand = await makeByHand({ displayName: name, description: `request ${id}, by hand` })
  const preview = await resolve(id, { vaultId: byHand, preview: true })
  expect([preview.status, preview.body.fits, preview.body.vault.id]).toEqual([200, false, byHand])
  expectProblem(await resolve(id, { vaultId: byHand }), 'invalid-request', ['/vaultId'])
  const forced = await resolve(id, { vaultId: byHand, force: true })
  expect(forced.body.warnings).toContainEqual(expect.stringContaining('does not name this request'))
})

test('only operators settle, with a vault that is there, and what is unknown only', async () => {
  const { id, name } = await lose()
  const vaultId = (await vaultsOf(name))[0]?.id
  for (const as of ['runbook', 'reader'] as const)
    expectProblem(await resolve(id, { vaultId }, as), 'forbidden')
  expectProblem(await resolve(id, { vaultId: '2mQg9IILyNefQ6oMTvolM4FjZ99' }), 'invalid-request', [
    '/vaultId',
  ])
  for (const wrong of [
    {},
    { vaultId: '../users/1' },
    { outcome: 'created' },
    { vaultId, outcome: 'not_created' },
  ])
    expect((await resolve(id, wrong)).body.code).toBe('invalid-request')
  expect((await stage.worker.call('GET', `/v1/requests/${id}`)).body.status).toBe('unknown')

  expect((await resolve(id, { vaultId })).status).toBe(200)
  for (const settlement of [{ vaultId }, { outcome: 'not_created' }])
    expectProblem(await resolve(id, settlement), 'invalid-request')
  expect((await stage.worker.call('GET', `/v1/requests/${id}`)).body.status).toBe('created')
})

test('a vault that cannot be read now settles nothing, and that is no news of a vault', async () => {
  const { id, name } = await lose()
  const vaultId = (await vaultsOf(name))[0]?.id
  await stage.simulator.control.fault('get', 'throttled-long')
  const later = await resolve(id, { vaultId })
  expectProblem(later, 'conductorone-unavailable')
  expect(later.headers.get('retry-after')).toBe('120')
  expect(later.body.detail).not.toContain('No vault')
  expect((await stage.worker.call('GET', `/v1/requests/${id}`)).body.status).toBe('unknown')
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
