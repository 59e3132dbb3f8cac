import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEFAULT_USERS } from '../simulator/users.ts'
import { expectProblem } from '../support/problem.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { newCredential, startSimulator } from '../support/simulator.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { settings, startWorker } from '../support/worker.ts'

const [OWNER, SECOND, , , , MIXED] = DEFAULT_USERS.map(({ id }) => id)
let stage: Stage

beforeAll(async () => {
  stage = await startStage({ POLICY: JSON.stringify({ defaultOwners: ['second.owner@example.com'] }) })
})
afterAll(() => stage.stop())
beforeEach(async () => {
  await stage.clear()
  await stage.simulator.control.replaceUsers(DEFAULT_USERS)
})

test.each([
  ['by e-mail address', ['owner@example.com'], [OWNER]],
  ['by an address in another case', ['OWNER@Example.COM'], [OWNER]],
  ['by an address that the tenant has in another case', ['mixed.case@example.com'], [MIXED]],
  ['by id', [SECOND], [SECOND]],
  ['repeatedly', ['owner@example.com', OWNER, 'Owner@example.com', 'owner@example.com'], [OWNER]],
  [
    'several, in their order',
    [MIXED, 'second.owner@example.com', 'owner@example.com'],
    [MIXED, SECOND, OWNER],
  ],
  ['not at all, which leaves it to the default', [], [SECOND]],
])('an owner can be named %s', async (_, owners, ids) => {
  const name = unique('Owned')
  const answer = await stage.worker.create({ name, owners })
  expect(answer.status).toBe(201)
  expect(answer.body.request.owners.map(({ id }: { id: string }) => id)).toEqual(ids)
  const vault = (await stage.simulator.control.vaults()).find(({ displayName }) => displayName === name)
  expect(vault?.ownerIds).toEqual(ids)
})

test('an address is searched exactly, among enabled users, once for a while', async () => {
  const email = `${unique('new')}@example.com`.replace(' ', '.')
  const user = { id: '2mQg9IILyNefQ6oMTvolM4FjE01', email, displayName: 'New', status: 'ENABLED' } as const
  await stage.simulator.control.replaceUsers([...DEFAULT_USERS, user])
  for (const owner of [email, email.toUpperCase()])
    expect((await stage.worker.create({ name: unique('Searched'), owners: [owner] })).status).toBe(201)
  const searches = (await stage.simulator.control.journal()).filter(({ step }) => step === 'search')
  expect(searches.map(({ body }) => body)).toEqual([{ email, userStatuses: ['ENABLED'], pageSize: 2 }])
})

test('an id is checked before anything is sent, with one search, and believed for a while', async () => {
  const ids = ['2mQg9IILyNefQ6oMTvolM4FjF01', '2mQg9IILyNefQ6oMTvolM4FjF02']
  const people = ids.map((id) => ({
    id,
    email: `${id}@example.com`,
    displayName: id,
    status: 'ENABLED' as const,
  }))
  await stage.simulator.control.replaceUsers([...DEFAULT_USERS, ...people])
  for (const dryRun of [false, false, true]) {
    const json = { name: unique('Checked'), owners: ids }
    const answer = dryRun
      ? await stage.worker.call('POST', '/v1/vaults?dry_run=true', { json })
      : await stage.worker.create(json)
    expect(answer.status).toBe(dryRun ? 200 : 201)
  }
  const searches = (await stage.simulator.control.journal()).filter(({ step }) => step === 'search')
  const refs = ids.map((id) => ({ id }))
  const search = { refs, userStatuses: ['ENABLED'], pageSize: 2 }
  // the dry run asks anew
  expect(searches.map(({ body }) => body)).toEqual([search, search])
})

test.each([
  ['an unknown address', ['nobody@example.com'], 'owner-not-found', ['/owners/0']],
  ['a disabled user', [OWNER, 'disabled@example.com'], 'owner-not-found', ['/owners/1']],
  ['an address of two users', ['shared@example.com'], 'owner-ambiguous', ['/owners/0']],
  ['an unknown id', [OWNER, '2mQg9IILyNefQ6oMTvolM4FjD99'], 'owner-not-found', ['/owners/1']],
  ['the id of a disabled user', ['2mQg9IILyNefQ6oMTvolM4FjD03'], 'owner-not-found', ['/owners/0']],
  [
    'all of them at once',
    ['shared@example.com', 'owner@example.com', 'nobody@example.com', 'Disabled@example.com'],
    'owner-not-found',
    ['/owners/2', '/owners/3', '/owners/0'],
  ],
] as const)('%s is refused by name, and nothing is created', async (_, owners, code, pointers) => {
  const answer = await stage.worker.create({ name: unique('Refused'), owners })
  expectProblem(answer, code, pointers)
  for (const [index, { detail }] of answer.body.errors.entries())
    expect(detail).toContain(owners[Number(pointers[index]?.slice('/owners/'.length))])
  expect((await stage.steps()).filter((step) => step.startsWith('create'))).toEqual([])
})

test('addresses that are hidden from the credential are told as too few rights', async () => {
  const credential = await newCredential('127.0.0.1', { role: 'basic' })
  const simulator = await startSimulator({ credentials: [credential.credential] })
  const worker = await startWorker(settings(credential, simulator.url))
  try {
    const answer = await worker.create({ name: unique('Hidden'), owners: ['owner@example.com'] })
    expectProblem(answer, 'conductorone-credentials-rejected')
    expect(answer.body.detail).toContain('Super Administrator')
    // an id is found without its address, and it is the create that is refused
    const create = await worker.create({ name: unique('Hidden'), owners: [OWNER] })
    expectProblem(create, 'conductorone-credentials-rejected')
    expect(create.body.upstream).toEqual({ status: 403, code: 7, message: 'permission denied' })
    expect(await simulator.control.vaults()).toEqual([])
    await expectNoSecrets({ worker, simulator, credential })
  } finally {
    await worker.stop()
    await simulator.stop()
  }
})

test('fewer different owners than the policy wants are refused, and nothing is created', async () => {
  const POLICY = JSON.stringify({ minOwners: 2, defaultOwners: ['second.owner@example.com'] })
  const worker = await startWorker({ ...settings(stage.credential, stage.wire.url), POLICY })
  try {
    // two names of one person; one who is not joined by the default owner; the default owner alone
    for (const owners of [['owner@example.com', OWNER], [OWNER], []]) {
      const json = { name: unique('Few'), owners }
      expectProblem(await worker.create(json), 'policy-violation', ['/owners'])
      const preview = await worker.call('POST', '/v1/vaults?dry_run=true', { json })
      expectProblem(preview, 'policy-violation', ['/owners'])
    }
    expect((await stage.steps()).filter((step) => step.startsWith('create'))).toEqual([])
    const enough = { name: unique('Enough'), owners: ['owner@example.com', SECOND] }
    expect((await worker.create(enough)).status).toBe(201)
  } finally {
    await worker.stop()
  }
})

test('nothing that was logged or answered holds a secret', () => expectNoSecrets(stage))
