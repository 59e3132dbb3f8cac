import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Killable, startKillable } from '../support/killable.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecretsOnDisk } from '../support/secrets.ts'
import { newCredential, type Simulator, startSimulator } from '../support/simulator.ts'
import { unique } from '../support/stage.ts'
import { startWire, type Wire } from '../support/wire.ts'
import { settings } from '../support/worker.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
const credential = await newCredential('127.0.0.1')
let simulator: Simulator
let wire: Wire
let folder: string
let worker: Killable

async function start(): Promise<void> {
  worker = await startKillable(settings(credential, wire.url), folder)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kill-'))
  simulator = await startSimulator({ credentials: [credential.credential] })
  wire = await startWire(simulator.url)
  await start()
})
afterAll(async () => {
  await worker.kill()
  await wire.close()
  await simulator.stop()
  await rm(folder, { recursive: true })
})

test('a kill between sent and recorded leaves one vault and an unknown request, which nobody sends again', async () => {
  const json = { name: unique('Killed'), owners: [OWNER] }
  const key = { headers: { 'Idempotency-Key': unique('key') } }
  const hold = wire.hold({ method: 'POST', path: '/api/v1/vaults' })
  const call = worker.create(json, key).catch((error: unknown) => error)
  await hold.answered
  await worker.kill()
  expect(await call).toBeInstanceOf(Error)
  hold.release()

  await start()
  const { body } = await worker.call('GET', '/v1/requests')
  expect(body.requests).toHaveLength(1)
  const [found] = body.requests
  expect(found).toMatchObject({ name: json.name, status: 'creating', vault: null, problem: null })
  expectProblem(await worker.create(json, key), 'request-in-progress')

  const read = async () => (await worker.call('GET', `/v1/requests/${found.id}`)).body
  await expect.poll(async () => (await read()).status, { timeout: 45_000, interval: 500 }).toBe('unknown')
  const { problem } = await read()
  expect(problem).toMatchObject({ code: 'outcome-unknown', instance: found.id })
  expect(problem.detail).toContain(`“${json.name}”`)

  const again = await worker.create(json, key)
  expectProblem(again, 'outcome-unknown')
  expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([problem, 'true'])
  const vaults = await simulator.control.vaults()
  expect(vaults.map(({ displayName }) => displayName)).toEqual([json.name])
  expect(vaults[0]?.description.endsWith(`request ${found.id}`)).toBe(true)
  expect(wire.calls.filter(({ path }) => path === '/api/v1/vaults')).toHaveLength(1)

  const settled = await worker.call('POST', `/v1/requests/${found.id}/resolve`, {
    as: 'operator',
    json: { vaultId: vaults[0]?.id },
  })
  expect([settled.status, settled.body.status]).toEqual([200, 'created'])
}, 90_000)

test('a kill before anything was sent leaves a request that failed, and may be sent again', async () => {
  const json = { name: unique('Early'), owners: ['owner@example.com'] }
  const key = { headers: { 'Idempotency-Key': unique('key') } }
  const hold = wire.hold({ path: '/api/v1/search/users' })
  const call = worker.create(json, key).catch((error: unknown) => error)
  await hold.answered
  await worker.kill()
  expect(await call).toBeInstanceOf(Error)
  hold.release()

  await start()
  const find = async () =>
    (await worker.call('GET', '/v1/requests')).body.requests.find(
      ({ name }: { name: string }) => name === json.name,
    )
  expect((await find()).status).toBe('accepted')
  await expect.poll(async () => (await find()).status, { timeout: 45_000, interval: 500 }).toBe('failed')
  const again = await worker.create(json, key)
  expect([again.status, again.body.request.id]).toEqual([201, (await find()).id])
  const vaults = await simulator.control.vaults()
  expect(vaults.filter(({ displayName }) => displayName === json.name)).toHaveLength(1)
}, 90_000)

test('a kill while a create waits to be sent again leaves a request that failed', async () => {
  const json = { name: unique('Throttled'), owners: [OWNER] }
  const key = { headers: { 'Idempotency-Key': unique('key') } }
  const headers = { 'retry-after': '15' }
  await simulator.control.fault('create', {
    kind: 'answer',
    status: 429,
    body: '{}',
    headers,
    when: 'before',
  })
  const call = worker.create(json, key).catch((error: unknown) => error)
  const throttled = async () =>
    (await simulator.control.journal()).filter(({ step, status }) => step === 'create' && status === 429)
  await expect.poll(throttled, { timeout: 10_000 }).toHaveLength(1)
  await expect
    .poll(async () => (await worker.call('GET', '/v1/requests')).body.requests[0], { timeout: 10_000 })
    .toMatchObject({ name: json.name, status: 'accepted' })
  await worker.kill()
  expect(await call).toBeInstanceOf(Error)

  await start()
  const read = async () => (await worker.call('GET', '/v1/requests')).body.requests[0]
  await expect.poll(async () => (await read()).status, { timeout: 45_000, interval: 500 }).toBe('failed')
  expect((await read()).problem.detail).toContain('No vault was created')
  expect((await worker.create(json, key)).status).toBe(201)
  const vaults = await simulator.control.vaults()
  expect(vaults.filter(({ displayName }) => displayName === json.name)).toHaveLength(1)
}, 90_000)

test('a kill before anything was sent of a request that nobody waits for: a Workflow makes the vault', async () => {
  const json = { name: unique('Background'), owners: ['second.owner@example.com'] }
  const hold = wire.hold({ path: '/api/v1/search/users' })
  const accepted = await worker.create(json, { headers: { Prefer: 'respond-async' } })
  expect([accepted.status, accepted.body.status]).toEqual([202, 'accepted'])
  await hold.answered
  await worker.kill()
  hold.release()

  await start()
  const read = async () => (await worker.call('GET', `/v1/requests/${accepted.body.id}`)).body
  expect(await read()).toMatchObject({ status: 'accepted', attempt: 1 })
  await expect.poll(async () => (await read()).status, { timeout: 60_000, interval: 500 }).toBe('created')
  expect(await read()).toMatchObject({ attempt: 1, problem: null })
  const vaults = await simulator.control.vaults()
  expect(vaults.filter(({ displayName }) => displayName === json.name)).toHaveLength(1)
}, 90_000)

test('what a killed Worker leaves on disk holds no secret', async () => {
  await worker.kill()
  await expectNoSecretsOnDisk(folder, { simulator, credential })
})
