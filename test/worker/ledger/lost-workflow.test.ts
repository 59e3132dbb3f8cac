import { introspectWorkflow, runDurableObjectAlarm } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { bindings, CALLBACK_URL, claimFor, json, NOT_NOW, onDisk, stageTenant, travel } from '../stage.ts'

const { script, sentTo } = stageTenant()
const MINUTE = 60_000

/** A request that ConductorOne can't take now, so that its Workflow waits. */
async function waiting(wish: Parameters<typeof claimFor>[0] = {}) {
  const usersLater = script.users
  script.users = [NOT_NOW]
  const claimed = await claimFor({ background: true, ...wish })
  await claimed.ledger.submit(claimed.claim)
  await vi.waitFor(async () => expect(sentTo('users').length).toBeGreaterThan(0))
  await vi.waitFor(async () =>
    expect(await claimed.ledger.read(claimed.claim.id)).toMatchObject({
      status: 'accepted',
      problem: { code: 'conductorone-unavailable' },
    }),
  )
  await vi.waitFor(async () =>
    expect(await onDisk(claimed.stub, claimed.claim.id)).toMatchObject({ workflow: 'started' }),
  )
  script.users = usersLater
  return claimed
}

/** Ends one of a request's Workflows, as an accident would. */
async function kill(id: string, run: number): Promise<void> {
  await (await bindings.PROVISION.get(`${id}-${run}`)).terminate()
}

test('a Workflow that has died is followed by another within ten minutes, and the result is told', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger, stub } = await waiting({ fields: { callbackUrl: CALLBACK_URL } })
  await kill(claim.id, 1)
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  await vi.waitFor(async () => expect(sentTo('callback')).toHaveLength(1))
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'created' })
  expect(sentTo('create')).toHaveLength(1)
  expect(sentTo('callback').map(({ body }) => Object(body).type)).toEqual(['vault.created'])
  await vi.waitFor(async () =>
    expect(await onDisk(stub, claim.id)).toMatchObject({ run: 2, workflow: 'none' }),
  )
  expect(await workflows.get()).toHaveLength(2)
})

test('nothing stays accepted for more than a quarter of an hour, however often Workflows die', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger, stub } = await waiting()
  for (let death = 1; death <= 3; death++) {
    await kill(claim.id, death)
    script.users = [NOT_NOW]
    travel(11 * MINUTE)
    await runDurableObjectAlarm(stub)
    await vi.waitFor(async () =>
      expect(await onDisk(stub, claim.id)).toMatchObject({ run: death + 1, workflow: 'started' }),
    )
  }
  await kill(claim.id, 4)
  script.users = [json({ list: [{ user: { id: 'u', email: claim.order.owners[0] } }] })]
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  await vi.waitFor(async () => expect(await ledger.read(claim.id)).toMatchObject({ status: 'created' }))
  expect(sentTo('create')).toHaveLength(1)
})

test('a Workflow that is at work is left alone, and the record says when it tries again', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger, stub } = await waiting()
  expect((await ledger.read(claim.id))?.nextAttemptAt).toEqual(expect.stringMatching(/Z$/))
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  expect(await onDisk(stub, claim.id)).toMatchObject({ run: 1, workflow: 'started', status: 'accepted' })
  expect(await workflows.get()).toHaveLength(1)
})

test('a Workflow that is said to be alive and misses its attempt is followed by another', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger, stub } = await waiting()
  // its wait of 1,000 seconds is over by the ledger's clock, and by the platform's it never is
  travel(16 * MINUTE)
  await runDurableObjectAlarm(stub)
  expect(await onDisk(stub, claim.id)).toMatchObject({ run: 1 })
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  await vi.waitFor(async () => expect(await ledger.read(claim.id)).toMatchObject({ status: 'created' }))
  expect(sentTo('create')).toHaveLength(1)
  expect(await workflows.get()).toHaveLength(2)
})

test('a search whose Workflow has died goes on where it was', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  script.create = [json({}, 500)]
  const { claim, ledger, stub } = await claimFor()
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await onDisk(stub, claim.id)).toMatchObject({ workflow: 'started' }))
  await ledger.look({ id: claim.id, run: 1 })
  await kill(claim.id, 1)
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  await vi.waitFor(async () =>
    expect(await onDisk(stub, claim.id)).toMatchObject({ run: 2, workflow: 'started' }),
  )
  expect(await ledger.run({ id: claim.id, run: 2 })).toMatchObject({
    kind: 'ended',
    search: { looksCount: 1 },
  })
})

test('an earlier Workflow has no say any more', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger, stub } = await waiting()
  await kill(claim.id, 1)
  travel(11 * MINUTE)
  await runDurableObjectAlarm(stub)
  const earlier = { id: claim.id, run: 1 }
  expect(await ledger.run(earlier)).toEqual({ kind: 'gone' })
  expect(await ledger.giveUp(earlier)).toEqual({ kind: 'gone' })
  expect(await ledger.recordFor(earlier)).toBeNull()
  await ledger.workflowEnded(earlier, [])
  expect(await onDisk(stub, claim.id)).toMatchObject({ run: 2 })
})

test('an instance of an earlier request under the same key is not taken for this one', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  script.create = [json({}, 400), ...script.create]
  const fields = { callbackUrl: CALLBACK_URL }
  const first = await claimFor({ background: true, key: 'the same', fields })
  await first.ledger.submit(first.claim)
  await vi.waitFor(async () =>
    expect(await onDisk(first.stub, first.claim.id)).toMatchObject({ status: 'failed', workflow: 'none' }),
  )
  // forgotten after 30 days, while the platform may still know its Workflow
  travel(31 * 24 * 60 * MINUTE)
  await runDurableObjectAlarm(first.stub)
  expect(await onDisk(first.stub, first.claim.id)).toBeUndefined()
  const second = { ...first.claim, id: `${first.claim.id.slice(0, -3)}000` }
  await first.ledger.submit(second)
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(2))
  await vi.waitFor(async () =>
    expect(await first.ledger.read(second.id)).toMatchObject({ status: 'created' }),
  )
})
