import { introspectWorkflow } from 'cloudflare:test'
import { Webhook } from 'standardwebhooks'
import { expect, test, vi } from 'vitest'
import { deploymentOf } from '../../../src/deployment.ts'
import type { Claim } from '../../../src/ledger/claim.ts'
import { world } from '../../../src/lib/world.ts'
import { replyTo } from '../../../src/outcomes/reply.ts'
import {
  bindings,
  CALLBACK_URL,
  claimFor,
  json,
  NOT_NOW,
  onDisk,
  SILENCE,
  stageTenant,
  type Wish,
} from '../stage.ts'

const { script, sent, sentTo } = stageTenant()
const at = ({ id }: Claim, run = 1) => ({ id, run })

/** Submits a claim and lets its Workflow run to its end, without its waits. */
async function run(wish: Wish) {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll(async (modifier) => {
    await modifier.disableSleeps()
    await modifier.disableRetryDelays()
  })
  const claimed = await claimFor(wish)
  const reply = await claimed.ledger.submit(claimed.claim)
  const instances = await vi.waitFor(async () => {
    const instances = await workflows.get()
    expect(instances).toHaveLength(1)
    return instances
  })
  await instances[0]?.waitForStatus('complete')
  return { ...claimed, reply, record: await claimed.ledger.read(claimed.claim.id) }
}

test('makes one vault once ConductorOne is there again', async () => {
  script.users = [NOT_NOW, NOT_NOW, ...script.users]
  script.create = [json({}, 429, { 'Retry-After': '1000' }), ...script.create]
  const { record, claim } = await run({ background: true })
  expect(record).toMatchObject({ status: 'created', problem: null })
  expect(sentTo('users')).toHaveLength(3)
  // refused once as too many, taken once
  expect(sentTo('create')).toHaveLength(2)
  expect(record?.vault).toMatchObject({ description: expect.stringContaining(claim.id) })
})

test('never sends again what nobody knows the outcome of', async () => {
  script.create = [json({}, 500), ...script.create]
  const { record } = await run({ background: true })
  expect(record).toMatchObject({ status: 'unknown', problem: { code: 'outcome-unknown' } })
  expect(sentTo('create')).toHaveLength(1)
})

test('gives up after 24 tries: nothing was created', async () => {
  script.users = [NOT_NOW]
  const { record, claim, ledger } = await run({ background: true })
  expect(record).toMatchObject({
    status: 'failed',
    vault: null,
    problem: { code: 'conductorone-unavailable', upstream: { status: 503 }, instance: claim.id },
  })
  expect(sentTo('users')).toHaveLength(24)
  expect(sentTo('create')).toEqual([])
  // and the same key may be used again
  script.users = [json({ list: [{ user: { id: 'u', email: claim.order.owners[0] } }] })]
  expect(await ledger.submit({ ...claim, background: false })).toMatchObject({
    record: { status: 'created' },
  })
})

test('runs again, under the same key, for a request that has failed', async () => {
  script.create = [json({}, 400), ...script.create]
  const { claim, record } = await run({ background: true, fields: { callbackUrl: CALLBACK_URL } })
  expect(record).toMatchObject({ status: 'failed', problem: { code: 'rejected-by-conductorone' } })
  const again = await run({ claim })
  expect(again.record).toMatchObject({ id: claim.id, status: 'created' })
  expect(sentTo('create')).toHaveLength(2)
})

test('sets in the background the expiry that could not be set at once, and the warning goes', async () => {
  script.update = [NOT_NOW, NOT_NOW, ...script.update]
  const { reply, record } = await run({ fields: { credentialTtl: '1h' } })
  expect(reply).toMatchObject({
    kind: 'ended',
    record: { status: 'created', warnings: [expect.stringContaining('not set yet')] },
  })
  expect(record).toMatchObject({ warnings: [], vault: { credentialExpirationDuration: '3600s' } })
  expect(sentTo('update')).toHaveLength(3)
  expect(sentTo('create')).toHaveLength(1)
})

test('leaves an expiry that cannot be set to a person, after 24 tries', async () => {
  script.update = [NOT_NOW]
  const { record } = await run({ fields: { credentialTtl: '1h' } })
  expect(record).toMatchObject({
    status: 'created',
    warnings: [expect.stringContaining('Set it in ConductorOne')],
  })
  // one while somebody waited, 24 in the background
  expect(sentTo('update')).toHaveLength(25)
})

test('tells the result until it is taken, each time as the same message', async () => {
  script.callback = [
    json({}, 503),
    () => Promise.reject(new TypeError('Network connection lost.')),
    ...script.callback,
  ]
  const { record, claim } = await run({ fields: { callbackUrl: CALLBACK_URL } })
  const told = sentTo('callback')
  expect(told).toHaveLength(3)
  expect(new Set(told.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
  const last = told[2]
  const verified = new Webhook('QUJD'.repeat(8)).verify(
    JSON.stringify(last?.body),
    Object.fromEntries(last?.headers ?? []),
  )
  expect(verified).toMatchObject({
    type: 'vault.created',
    data: { id: claim.id, vault: record?.vault ?? {} },
  })
  expect(record).toMatchObject({ warnings: [] })
})

test.each([
  ['failed', json({}, 400)],
  ['unknown', json({}, 500)],
])('tells a result that is %s too', async (status, step) => {
  script.create = [step]
  await run({ fields: { callbackUrl: CALLBACK_URL } })
  expect(sentTo('callback').map(({ body }) => body)).toMatchObject([{ type: `vault.${status}` }])
})

test.each([
  ['wants no more', [() => new Response(null, { status: 410 })], 1],
  ['never takes it', [json({}, 500)], 24],
])('notes it where the receiver %s', async (_, callback, tries) => {
  script.callback = callback
  const { record } = await run({ fields: { callbackUrl: CALLBACK_URL } })
  expect(record).toMatchObject({
    status: 'created',
    warnings: [expect.stringContaining('hooks.example.com')],
  })
  expect(sentTo('callback')).toHaveLength(tries)
})

test('records who was told and when, without a further row', async () => {
  const before = Date.now()
  const { ledger, claim } = await run({ fields: { callbackUrl: CALLBACK_URL } })
  await vi.waitFor(async () =>
    expect((await ledger.readDetails(claim.id))?.told).toEqual([
      { to: 'hooks.example.com', at: expect.any(String), error: null },
    ]),
  )
  const [told] = (await ledger.readDetails(claim.id))?.told ?? []
  expect(Date.parse(told?.at ?? '')).toBeGreaterThanOrEqual(before)
  script.callback = [() => new Response(null, { status: 410 })]
  const gone = await run({ fields: { callbackUrl: CALLBACK_URL } })
  expect((await gone.ledger.readDetails(gone.claim.id))?.told).toEqual([
    { to: 'hooks.example.com', at: expect.any(String), error: 'it answered HTTP 410' },
  ])
})

test('tells the result with the expiry that was set since', async () => {
  script.update = [NOT_NOW, ...script.update]
  await run({ fields: { callbackUrl: CALLBACK_URL, credentialTtl: '1h' } })
  expect(sentTo('callback')[0]?.body).toMatchObject({
    data: { warnings: [], vault: { credentialExpirationDuration: '3600s' } },
  })
})

test('tells a chat at once, as its address may be good for minutes only, though the expiry takes hours', async () => {
  script.update = [NOT_NOW, NOT_NOW, NOT_NOW, ...script.update]
  const address = 'https://hooks.slack.com/commands/T1/1/x'
  const tell = await replyTo('slack', address, deploymentOf(bindings).config, world)
  const { record } = await run({ background: true, tell, fields: { credentialTtl: '1h' } })
  const order = sent.map(({ to }) => to).filter((to) => to === 'update' || to === 'callback')
  expect(order).toEqual(['update', 'callback', 'update', 'update', 'update'])
  expect(JSON.stringify(sentTo('callback')[0]?.body)).toContain('is not set yet')
  expect(record).toMatchObject({ warnings: [], vault: { credentialExpirationDuration: '3600s' } })
})

test('tells nothing of a request that is being tried again until that has ended', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll((modifier) => modifier.disableSleeps())
  const { claim, ledger } = await claimFor({ background: true, fields: { callbackUrl: CALLBACK_URL } })
  script.create = [
    json({}, 400),
    async (body, init) => {
      await scheduler.wait(100)
      return json({ vault: { id: 'v' } })(body, init)
    },
  ]
  script.callback = [
    async () => {
      while (sentTo('create').length < 2) await scheduler.wait(1)
      return new Response(null, { status: 503 })
    },
    ...script.callback,
  ]
  await ledger.submit(claim)
  await vi.waitFor(() => expect(sentTo('callback')).toHaveLength(1))
  expect(await ledger.submit({ ...claim, background: false })).toMatchObject({
    record: { status: 'created' },
  })
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(2))
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')
  const told = new Set(sentTo('callback').map(({ body }) => Object(body).type))
  expect(told).toEqual(new Set(['vault.failed', 'vault.created']))
})

test('may be run as often as the platform likes', async () => {
  const fields = { credentialTtl: '1h', callbackUrl: CALLBACK_URL }
  const { claim, ledger } = await run({ background: true, fields })
  const before = [sentTo('create').length, sentTo('update').length]
  for (let times = 0; times < 3; times++) {
    expect(await ledger.run(at(claim))).toMatchObject({ kind: 'ended', status: 'created' })
    expect(await ledger.finishExpiry(at(claim))).toMatchObject({ kind: 'ended' })
    expect(await ledger.giveUp(at(claim))).toMatchObject({ kind: 'ended' })
  }
  expect([sentTo('create').length, sentTo('update').length]).toEqual(before)
})

test('waits for a try that is going on instead of beginning another', async () => {
  let open = false
  script.create = [
    async (body, init) => {
      while (!open) await scheduler.wait(1)
      return json({ vault: { id: 'v' } })(body, init)
    },
    SILENCE,
  ]
  const { claim, ledger, stub } = await claimFor()
  const first = ledger.submit(claim)
  await vi.waitFor(() => expect(sentTo('create')).toHaveLength(1))
  const others = [ledger.run(at(claim)), ledger.run(at(claim))]
  // what is asked later is answered later, so both are waiting now
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'creating' })
  open = true
  expect(await Promise.all(others)).toMatchObject([{ status: 'created' }, { status: 'created' }])
  expect(await first).toMatchObject({ record: { status: 'created' } })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created' })
  expect(sentTo('create')).toHaveLength(1)
})

test('knows nothing of a request that is not kept', async () => {
  const { claim, ledger } = await claimFor({ shard: '0' })
  expect(await ledger.run(at(claim))).toEqual({ kind: 'gone' })
  expect(await ledger.giveUp(at(claim))).toEqual({ kind: 'gone' })
  expect(await ledger.finishExpiry(at(claim))).toEqual({ kind: 'gone' })
  await expect(ledger.note(claim.id, 'x')).resolves.toBeUndefined()
})
