import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_USERS } from '../simulator/users.ts'
import { formText, linearIssue } from '../support/payloads.ts'
import { expectProblem } from '../support/problem.ts'
import { senders } from '../support/senders.ts'
import { type Stage, startStage, unique } from '../support/stage.ts'
import type { Answer } from '../support/worker.ts'

// Linear repeats a delivery after a minute, an hour and six hours, perhaps with the time of the first one.

const HOUR_MS = 3_600_000
const PATIENCE = { timeout: 40_000, interval: 100 }
const CHANGED_AT = '2026-10-01T12:00:00.000Z'

let stage: Stage
beforeAll(async () => {
  stage = await startStage({ WEBHOOK_SECRETS: JSON.stringify({ linear: senders.linear?.secret }) })
})
afterAll(() => stage.stop())

let number = 0

/** An issue that gets the label, as it was at a time. */
function labelled({
  issue = ++number,
  name = unique('Late'),
  owners = 'owner@example.com',
  updatedAt = CHANGED_AT as string | undefined,
  ageMs = 0,
  ...change
}: Partial<{ issue: number; name: string; owners: string; updatedAt: string; ageMs: number }> &
  Parameters<typeof linearIssue>[0] = {}) {
  const event = linearIssue({
    number: issue,
    action: 'update',
    before: [],
    description: formText({ 'Vault name': name, Owners: owners }),
    at: Date.now() - ageMs,
    ...change,
  })
  return { ...event, data: { ...event.data, ...(updatedAt && { updatedAt }) } }
}

function send(payload: unknown): Promise<Answer> {
  const body = JSON.stringify(payload)
  const headers = senders.linear?.sign(body, senders.linear.secret, '') ?? {}
  return stage.worker.call('POST', '/webhooks/linear', { as: null, body, headers })
}

async function ended(id: string) {
  const read = async () => (await stage.worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
  await expect.poll(async () => (await read()).status, PATIENCE).toMatch(/created|failed/)
  return read()
}

async function vaultCount(name: string): Promise<number> {
  return (await stage.simulator.control.vaults()).filter(({ displayName }) => displayName === name).length
}

test('a delivery is taken for seven hours, and no longer', async () => {
  const name = unique('Late')
  const late = labelled({ name, ageMs: 7 * HOUR_MS - 30_000 })
  const { id } = (await send(late)).body.request
  expect(await ended(id)).toMatchObject({ status: 'created' })
  expectProblem(await send(labelled({ ageMs: 7 * HOUR_MS + 1_000 })), 'unauthenticated')
  const again = await send(late)
  expect([again.status, again.headers.get('idempotent-replayed'), again.body.request.id]).toEqual([
    200,
    'true',
    id,
  ])
  expect(await vaultCount(name)).toBe(1)
})

test('a body that was answered is not carried out again, whatever has changed since', async () => {
  const name = unique('Late')
  const owners = `${unique('new').replace(' ', '.')}@example.com`
  const asked = labelled({ name, owners })
  const { id } = (await send(asked)).body.request
  const failed = await ended(id)
  expect(failed.problem).toMatchObject({ code: 'owner-not-found' })

  const newcomer = {
    id: '2mQg9IILyNefQ6oMTvolM4FjN01',
    email: owners,
    displayName: 'N',
    status: 'ENABLED' as const,
  }
  await stage.simulator.control.replaceUsers([...DEFAULT_USERS, newcomer])
  const again = await send(asked)
  expect([again.status, again.body]).toEqual([200, { request: failed }])
  expect(await vaultCount(name)).toBe(0)

  // the label again is a new delivery
  const relabelled = { ...asked, webhookTimestamp: asked.webhookTimestamp + 1 }
  expect((await send(relabelled)).body.request).toMatchObject({ id, status: 'accepted' })
  expect(await ended(id)).toMatchObject({ status: 'created' })
  // and the first one has its outcome now
  expect((await send(asked)).body.request).toMatchObject({ id, status: 'created' })
  expect(await vaultCount(name)).toBe(1)
})

test('a delivery that is signed anew after its answer was lost has the stored outcome', async () => {
  const asked = labelled({ ageMs: HOUR_MS })
  const { id } = (await send(asked)).body.request
  await ended(id)
  const retry = { ...asked, webhookTimestamp: Date.now() }
  expect((await send(retry)).body.request).toMatchObject({ id, status: 'created' })
})

test.each([
  ['the label was taken off', { labels: [], before: ['label-1'] }],
  ['the issue was edited', { before: undefined }],
  ['the issue was deleted', { action: 'remove', before: undefined }],
])('a delivery from before %s asks for nothing', async (_, change) => {
  const name = unique('Late')
  const asked = labelled({ name })
  const later = labelled({ issue: number, name, updatedAt: '2026-10-01T12:00:01.000Z', ...change })
  expect((await send(later)).body).toEqual({ ignored: expect.stringContaining('gets the label') })
  expect((await send(asked)).body).toEqual({ ignored: expect.stringContaining('a newer change') })
  expect(await vaultCount(name)).toBe(0)

  const relabelled = labelled({ issue: number, name, updatedAt: '2026-10-01T12:00:01.000Z' })
  expect(await ended((await send(relabelled)).body.request.id)).toMatchObject({ status: 'created' })
})

test('a change of another issue, or one that does not concern the label, takes nothing back', async () => {
  const asked = labelled()
  const later = { updatedAt: '2026-10-02T12:00:00.000Z', before: undefined }
  await send(labelled({ ...later, issue: number + 1_000 }))
  await send(labelled({ ...later, issue: number, labels: [] }))
  expect((await send(asked)).body.request).toMatchObject({ status: 'accepted' })
})
