import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAgent } from '../support/agent.ts'
import { formText, gitHubIssue } from '../support/payloads.ts'
import { expectProblem } from '../support/problem.ts'
import { senders } from '../support/senders.ts'
import { newCredential } from '../support/simulator.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import { settings, startWorker } from '../support/worker.ts'

const OWNER = 'owner@example.com'
const SECOND_ID = '2mQg9IILyNefQ6oMTvolM4FjD02'
const FINANCE_KEY = 'finance-key-0123456789-abcdefghijklmnopq'
const PATIENCE = { timeout: 40_000, interval: 100 }
const PAYROLL = {
  namePrefix: 'Payroll: ',
  owners: ['second.owner@example.com'],
  kind: 'magic_link',
  maxViews: 3,
  credentialTtl: '30d',
}
const POLICY = { presets: { payroll: PAYROLL, runbooks: { callers: ['runbook'], sources: ['api'] } } }
const FINANCE = { as: null, headers: { Authorization: `Bearer ${FINANCE_KEY}` } }
const GITHUB_SECRET = 'github-secret-no-1'
let stage: Stage

beforeAll(async () => {
  const base = settings(await newCredential('127.0.0.1'), new URL('http://127.0.0.1'))
  stage = await startStage({
    API_KEYS: JSON.stringify({
      ...JSON.parse(base.API_KEYS ?? ''),
      finance: { key: FINANCE_KEY, presets: ['payroll'] },
    }),
    POLICY: JSON.stringify(POLICY),
    WEBHOOK_SECRETS: JSON.stringify({ github: GITHUB_SECRET }),
  })
})
afterAll(() => stage.stop())

async function vaultNamed(name: string) {
  return (await stage.simulator.control.vaults()).find(({ displayName }) => displayName === name)
}

test('a dry run shows what a preset makes of a request', async () => {
  const json = { name: 'Break-glass', owners: [OWNER], preset: 'payroll' }
  const { body } = await stage.worker.call('POST', '/v1/vaults?dry_run=true', { json })
  expect(body).toMatchObject({
    dryRun: true,
    vaultServiceCreateRequest: {
      displayName: 'Payroll: Break-glass',
      magicVault: { allowedViews: 3, allowUnauthedViews: false },
    },
    owners: [{ input: OWNER }, { input: 'second.owner@example.com', id: SECOND_ID }],
  })
})

test('a vault is made as its preset has it, and a name that has the prefix is not prefixed again', async () => {
  const name = unique('Payroll: made')
  const made = await stage.worker.create({ name, owners: [OWNER], preset: 'payroll' })
  expect(made.status).toBe(201)
  expect(made.body.request).toMatchObject({ name, preset: 'payroll', warnings: [] })
  const vault = await vaultNamed(name)
  expect(vault).toMatchObject({ magicVault: { allowedViews: 3 }, credentialExpirationDuration: '2592000s' })
  expect(vault?.ownerIds).toContain(SECOND_ID)
})

test.each([
  ['another kind', { kind: 'group' }, '/kind'],
  ['other views', { kind: 'magic_link', maxViews: 2 }, '/maxViews'],
  ['another lifetime', { credentialTtl: '1d' }, '/credentialTtl'],
  ['a preset that there is not', { preset: 'none' }, '/preset'],
])('%s is refused', async (_, fields, pointer) => {
  const request = { name: unique('Refused'), owners: [OWNER], preset: 'payroll', ...fields }
  expectProblem(await stage.worker.create(request), 'policy-violation', [pointer])
})

test('a preset for others is as if it were not there', async () => {
  const request = { name: unique('Others'), owners: [OWNER], preset: 'runbooks' }
  expectProblem(await stage.worker.create(request, { as: 'other' }), 'policy-violation', ['/preset'])
  expect((await stage.worker.create(request)).status).toBe(201)
})

test('a key with presets makes vaults by those only', async () => {
  const request = { name: unique('Finance'), owners: [OWNER] }
  for (const fields of [{}, { preset: 'runbooks' }])
    expectProblem(await stage.worker.create({ ...request, ...fields }, FINANCE), 'policy-violation', [
      '/preset',
    ])
  expect((await stage.worker.create({ ...request, preset: 'payroll' }, FINANCE)).status).toBe(201)
})

test('an issue form names a preset', async () => {
  const name = unique('Issue')
  const body = JSON.stringify(
    gitHubIssue({ number: 77, body: formText({ 'Vault name': name, Owners: OWNER, Preset: 'payroll' }) }),
  )
  const headers = { 'Content-Type': 'application/json', ...senders.github?.sign(body, GITHUB_SECRET, '') }
  await stage.worker.call('POST', '/webhooks/github', { as: null, body, headers })
  await expect
    .poll(() => vaultNamed(`Payroll: ${name}`), PATIENCE)
    .toMatchObject({ magicVault: { allowedViews: 3 } })
})

test('an agent names a preset', async () => {
  const agent = await connectAgent(stage.worker.url)
  try {
    const { content } = await agent.call('preview_vault', {
      name: 'Agent',
      owners: [OWNER],
      preset: 'payroll',
    })
    expect(content.vaultServiceCreateRequest).toMatchObject({ displayName: 'Payroll: Agent' })
    const created = await agent.call('create_vault', {
      name: unique('Agent'),
      owners: [OWNER],
      preset: 'payroll',
      ticket: { id: unique('SEC') },
    })
    expect(created.content.request).toMatchObject({ status: 'created', preset: 'payroll' })
    expect(created.summary).toContain('Next: the vault is empty until a connector saves into it.')
  } finally {
    await agent.client.close()
  }
})

test('a change of the policy makes no retry another request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'presets-'))
  const bindings = settings(stage.credential, stage.wire.url)
  const request = {
    name: unique('Before'),
    owners: [OWNER],
    preset: 'payroll',
    ticket: { id: unique('SEC') },
  }
  const before = await startWorker({ ...bindings, POLICY: JSON.stringify(POLICY) }, { persist: folder })
  const made = await before.create(request)
  await before.stop()
  const changed = { presets: { payroll: { namePrefix: 'Wages: ', kind: 'group' } } }
  const after = await startWorker({ ...bindings, POLICY: JSON.stringify(changed) }, { persist: folder })
  try {
    const again = await after.create(request)
    expect([made.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toEqual(made.body)
    // the preset is part of what was written
    expectProblem(await after.create({ ...request, preset: null }), 'idempotency-key-reused')
  } finally {
    await after.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
