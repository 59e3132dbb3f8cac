import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'

const OWNER = '2mQg9IILyNefQ6oMTvolM4FjD01'
let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage.stop())
beforeEach(() => stage.clear())

function request(fields: Record<string, unknown> = {}) {
  return { name: unique('Once'), owners: [OWNER], ...fields }
}

function keyed(key = unique('key')) {
  return { headers: { 'Idempotency-Key': key } }
}

/** How many vaults of a name there are. */
async function vaults(name: string): Promise<number> {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name).length
}

test('a repeated request gets the stored status and body, and says that it is one', async () => {
  const [json, key] = [request({ credentialTtl: '1h' }), keyed()]
  const first = await stage.worker.create(json, key)
  const again = await stage.worker.create(json, key)
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect([again.status, again.body]).toEqual([201, first.body])
  for (const header of ['location', 'x-request-id', 'content-type'])
    expect(again.headers.get(header)).toBe(first.headers.get(header))
  // the order of fields, and what is filled in anyway, make it no other request
  const reordered = { owners: [OWNER], kind: 'group', credentialTtl: '1h', name: ` ${json.name}` }
  expect((await stage.worker.create(reordered, key)).headers.get('idempotent-replayed')).toBe('true')
  expect(await vaults(json.name)).toBe(1)
})

test('a key may be bare or a quoted string', async () => {
  const [json, key] = [request(), unique('k "quoted" \\ key').replaceAll(' ', '-')]
  const first = await stage.worker.create(json, keyed(`"${key.replaceAll(/["\\]/g, '\\$&')}"`))
  const again = await stage.worker.create(json, keyed(key))
  expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true'])
  expect(again.body).toEqual(first.body)
})

test('other content under a used key is refused, and names the request that has it', async () => {
  const [json, key] = [request(), keyed()]
  const first = await stage.worker.create(json, key)
  const other = await stage.worker.create({ ...json, description: 'another' }, key)
  expectProblem(other, 'idempotency-key-reused')
  expect(other.body.detail).toContain(first.headers.get('location'))
  expect(await vaults(json.name)).toBe(1)
})

test('two callers with one key do not meet', async () => {
  const [json, key] = [request(), keyed()]
  const own = await stage.worker.create(json, key)
  const other = await stage.worker.create(json, { ...key, as: 'other' })
  expect([own.status, other.status, other.headers.get('idempotent-replayed')]).toEqual([201, 201, null])
  expect(other.body.request).toMatchObject({ caller: 'other' })
  expect(other.body.vault.id).not.toBe(own.body.vault.id)
})

test('without a key the ticket and the name are one; without a ticket every call is a new request', async () => {
  const json = request({ ticket: { id: unique('SEC') } })
  expect((await stage.worker.create(json)).status).toBe(201)
  expect((await stage.worker.create(json)).headers.get('idempotent-replayed')).toBe('true')
  expectProblem(await stage.worker.create({ ...json, description: 'x' }), 'idempotency-key-reused')
  const second = await stage.worker.create({ ...json, name: `${json.name} 2` })
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, null])
  // a key of its own stands above the ticket
  expect((await stage.worker.create(json, keyed())).headers.get('idempotent-replayed')).toBeNull()
  expect(await vaults(json.name)).toBe(2)

  const loose = request()
  for (let times = 0; times < 2; times++) expect((await stage.worker.create(loose)).status).toBe(201)
  expect(await vaults(loose.name)).toBe(2)
})

test('a request that failed may be tried again under its key, corrected too, and keeps its id', async () => {
  const key = keyed()
  const wrong = request({ owners: ['nobody@example.com'] })
  const failed = await stage.worker.create(wrong, key)
  expectProblem(failed, 'owner-not-found', ['/owners/0'])
  const again = await stage.worker.create(wrong, key)
  expectProblem(again, 'owner-not-found', ['/owners/0'])
  expect([again.body.instance, again.headers.get('idempotent-replayed')]).toEqual([
    failed.body.instance,
    null,
  ])
  const corrected = await stage.worker.create({ ...wrong, owners: ['owner@example.com'] }, key)
  expect(corrected.status).toBe(201)
  expect(corrected.body.request).toMatchObject({ id: failed.body.instance, status: 'created', problem: null })
  expectProblem(await stage.worker.create(wrong, key), 'idempotency-key-reused')
  expect(await vaults(wrong.name)).toBe(1)
})

test.each(['bad-request', 'forbidden', 'throttled-long'] as const)(
  'a create that was refused (%s) may be tried again unchanged',
  async (fault) => {
    const [json, key] = [request(), keyed()]
    await stage.simulator.control.fault('create', fault)
    const failed = await stage.worker.create(json, key)
    expect(failed.status).not.toBe(201)
    const record = await stage.worker.call('GET', `/v1/requests/${failed.body.instance}`)
    expect(record.body).toMatchObject({ status: 'failed', vault: null, problem: failed.body })
    const again = await stage.worker.create(json, key)
    expect([again.status, again.body.request.id]).toEqual([201, failed.body.instance])
    expect(await vaults(json.name)).toBe(1)
  },
)

test('200 calls at once with one key are one create, and one answer that counts', async () => {
  const [json, key] = [request({ owners: ['owner@example.com'] }), keyed()]
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 700 })
  const answers = await Promise.all(Array.from({ length: 200 }, () => stage.worker.create(json, key)))
  const kinds = answers.map(({ status, headers }) => `${status} ${headers.get('idempotent-replayed')}`)
  expect(kinds.filter((kind) => kind === '201 null')).toHaveLength(1)
  expect(new Set(kinds.filter((kind) => kind !== '201 null' && kind !== '201 true'))).toEqual(
    new Set(['409 null']),
  )
  const ids = answers.map(({ status, body }) => (status === 201 ? body.request.id : body.instance))
  expect(new Set(ids).size).toBe(1)
  expect((await stage.steps()).filter((step) => step.startsWith('create'))).toEqual(['create 200'])
  expect(await vaults(json.name)).toBe(1)
})

test('a caller that hangs up after 50 ms finds its one vault under the key', async () => {
  const [json, key] = [request(), keyed()]
  await stage.simulator.control.fault('create', { kind: 'delay', ms: 1_500 })
  const call = stage.worker.create(json, { ...key, signal: AbortSignal.timeout(50) })
  await expect(call).rejects.toThrow('aborted')
  await expect.poll(() => stage.steps(), { timeout: 5_000 }).toContain('create 200')
  await expect.poll(async () => (await stage.worker.create(json, key)).status).toBe(201)
  const found = await stage.worker.create(json, key)
  expect([found.status, found.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect((await stage.steps()).filter((step) => step.startsWith('create'))).toEqual(['create 200'])
  expect(await vaults(json.name)).toBe(1)
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
