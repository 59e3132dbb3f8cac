import {
  abortAllDurableObjects,
  introspectWorkflow,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { Store } from '../../../src/ledger/store.ts'
import {
  bindings,
  CALLBACK_URL,
  claimFor,
  entryOf,
  json,
  NOT_NOW,
  onDisk,
  SILENCE,
  stageTenant,
  travel,
  type Wish,
  write,
} from '../stage.ts'

const { script, sentTo } = stageTenant()
const told = { fields: { callbackUrl: CALLBACK_URL } }

async function submit(wish: Wish = {}) {
  const claimed = await claimFor({ background: true, ...wish })
  const reply = await claimed.ledger.submit(claimed.claim)
  const entry = () => onDisk(claimed.reopen().stub, claimed.claim.id)
  return { ...claimed, reply, entry }
}

/** Holds back what the tenant says until the test lets it go. */
function hold(step: (typeof script.create)[number] | undefined) {
  let isOpen = false
  const held: typeof step = async (body, init) => {
    while (!isOpen) await scheduler.wait(1)
    return (step ?? SILENCE)(body, init)
  }
  const open = () => {
    isOpen = true
  }
  return { held, open }
}

/** Watches the Workflows of a test; none waits in real time. */
async function watch() {
  const workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll((modifier) => modifier.disableSleeps())
  return workflows
}

/** Kills the ledger, and lets its alarm come once the time is over that an attempt may take without being looked at. */
async function killAndWake(
  { reopen }: Pick<Awaited<ReturnType<typeof submit>>, 'reopen'>,
  afterMs = 30_001,
): Promise<void> {
  await abortAllDurableObjects()
  travel(afterMs)
  expect(await runDurableObjectAlarm(reopen().stub)).toBe(true)
}

test.each([
  ['nothing else is asked for', {}],
  ['the expiry is set at once', { fields: { credentialTtl: '1h' } }],
])('needs no Workflow for a vault that is made at once: %s', async (_, wish) => {
  await using workflows = await watch()
  const { reply, claim, entry, stub } = await submit(wish)
  expect(reply).toMatchObject({
    kind: 'accepted',
    record: { id: claim.id, status: 'accepted', attempt: 1, nextAttemptAt: null },
  })
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ status: 'created', workflow: 'none' }))
  expect((await entry())?.attempts).toMatchObject([{ number: 1, outcome: 'created' }])
  travel(60_000)
  await runDurableObjectAlarm(stub)
  expect(await workflows.get()).toEqual([])
  expect(sentTo('create')).toHaveLength(1)
})

test('needs no Workflow for what ConductorOne refuses, or what is refused before', async () => {
  await using workflows = await watch()
  script.create = [json({}, 400)]
  const { entry } = await submit()
  const ended = { status: 'failed', workflow: 'none' }
  await vi.waitFor(async () => expect(await entry()).toMatchObject(ended))
  const refusal = { code: 'invalid-request', detail: 'Wrong.', errors: [] } as const
  const { claim: wrong } = await claimFor({ background: true })
  const refused = await submit({ claim: { ...wrong, refusal } })
  expect(refused.reply).toMatchObject({ kind: 'ended', record: { status: 'failed' } })
  expect(await refused.entry()).toMatchObject(ended)
  expect(await workflows.get()).toEqual([])
})

test('is told once, by a Workflow that makes no attempt of its own', async () => {
  await using workflows = await watch()
  const { entry } = await submit(told)
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ status: 'created', workflow: 'none' }))
  expect(sentTo('callback')).toHaveLength(1)
  expect(await workflows.get()).toHaveLength(1)
  expect(sentTo('create')).toHaveLength(1)
})

test('leaves the next attempt to a Workflow, which waits as long as ConductorOne asks for', async () => {
  const start = vi.spyOn(Object.getPrototypeOf(bindings.PROVISION), 'create')
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  script.users = [NOT_NOW]
  travel(0) // the clock stands still from here on
  const { entry, claim } = await submit()
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ workflow: 'started' }))
  expect(await entry()).toMatchObject({
    status: 'accepted',
    attempt: 2,
    problem: { code: 'conductorone-unavailable' },
    attempts: [{ number: 1, outcome: 'postponed' }],
    nextAttemptAt: Date.now() + 1_000_000,
  })
  expect(start.mock.calls).toMatchObject([[{ params: { id: claim.id, run: 1, retryAfter: 1_000 } }]])
  expect(sentTo('users')).toHaveLength(1)
})

test('a Workflow that could not be started after a postponed attempt is started by the alarm, and waits no less', async () => {
  const start = vi.spyOn(Object.getPrototypeOf(bindings.PROVISION), 'create')
  start.mockRejectedValueOnce(new Error('(instance.rate_limited)'))
  travel(0) // the clock stands still from here on
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  script.users = [NOT_NOW]
  const { entry, stub } = await submit()
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ workflow: 'due', attempt: 2 }))
  travel(100_000)
  await runDurableObjectAlarm(stub)
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ workflow: 'started' }))
  expect(start.mock.calls.map(([options]) => Object(options).params.retryAfter)).toEqual([1_000, 900])
  expect(sentTo('users')).toHaveLength(1)
})

test('a kill before anything was sent: a Workflow makes the attempt', async () => {
  await using workflows = await watch()
  const find = script.users
  script.users = [SILENCE]
  const submitted = await submit(told)
  await vi.waitFor(() => expect(sentTo('users')).toHaveLength(1))
  expect(await submitted.entry()).toMatchObject({ status: 'accepted', workflow: 'due' })
  script.users = find
  // after this, the look-up of the owner is not waited for any more that was cut off with the ledger
  await killAndWake(submitted, 90_001)
  await vi.waitFor(async () =>
    expect(await submitted.entry()).toMatchObject({ status: 'created', attempt: 1, workflow: 'none' }),
  )
  expect(await workflows.get()).toHaveLength(1)
  expect(sentTo('create')).toHaveLength(1)
  expect(sentTo('callback')).toHaveLength(1)
})

/** Lets a request end as unknown whose ledger was killed when it was `creating`. */
async function expectUnknown(submitted: Awaited<ReturnType<typeof submit>>): Promise<void> {
  expect(await submitted.entry()).toMatchObject({ status: 'creating' })
  await killAndWake(submitted)
  travel(120_000)
  const { ledger } = submitted.reopen()
  expect(await ledger.read(submitted.claim.id)).toMatchObject({
    status: 'unknown',
    problem: { code: 'outcome-unknown' },
  })
  await vi.waitFor(() =>
    expect(sentTo('callback').map(({ body }) => Object(body).type)).toEqual(['vault.unknown']),
  )
  await vi.waitFor(async () => expect(await submitted.entry()).toMatchObject({ workflow: 'none' }), {
    timeout: 20_000,
  })
  expect(sentTo('create')).toHaveLength(1)
}

test('a kill while the create is on its way: it is unknown, told once, and never sent again', async () => {
  await using _workflows = await watch()
  script.create = [SILENCE, json({ vault: { id: 'second' } })]
  const submitted = await submit(told)
  await vi.waitFor(() => expect(sentTo('create')).toHaveLength(1))
  await expectUnknown(submitted)
})

test('a kill while the create is on its way: it is unknown in time, also while no Workflow can be started', async () => {
  const start = vi.spyOn(Object.getPrototypeOf(bindings.PROVISION), 'create')
  start.mockRejectedValue(new Error('(instance.rate_limited)'))
  script.create = [SILENCE]
  const submitted = await submit()
  await vi.waitFor(() => expect(sentTo('create')).toHaveLength(1))
  await killAndWake(submitted)
  expect(await submitted.entry()).toMatchObject({ status: 'creating', workflow: 'due' })
  travel(91_000)
  await runDurableObjectAlarm(submitted.reopen().stub)
  expect(await submitted.entry()).toMatchObject({ status: 'unknown', workflow: 'due' })
  start.mockRestore()
  await using _workflows = await watch()
  travel(10_000)
  await runDurableObjectAlarm(submitted.reopen().stub)
  await vi.waitFor(() => expect(sentTo('events')).not.toHaveLength(0))
  await vi.waitFor(async () => expect(await submitted.entry()).toMatchObject({ workflow: 'none' }))
  expect(sentTo('create')).toHaveLength(1)
})

test('a kill after the answer and before it is stored: the same', async () => {
  await using _workflows = await watch()
  const claimed = await claimFor({ background: true, ...told })
  await runInDurableObject(claimed.stub, () => {
    const { advance } = Store.prototype
    vi.spyOn(Store.prototype, 'advance').mockImplementation(function (this: Store, id, event) {
      if (event.type === 'created') throw new Error('the disk is gone')
      return advance.call(this, id, event)
    })
  })
  const error = vi.spyOn(console, 'error').mockReturnValue()
  const submitted = await submit({ claim: claimed.claim })
  await vi.waitFor(() => expect(error.mock.calls.join()).toContain('ledger.interrupted'))
  expect(error.mock.calls.join()).toContain(claimed.claim.id)
  await expectUnknown(submitted)
})

test('an attempt that could not be recorded as sent sends nothing, and a Workflow makes the next one', async () => {
  await using _workflows = await watch()
  const claimed = await claimFor({ background: true })
  await runInDurableObject(claimed.stub, () => {
    const { advance } = Store.prototype
    let isFirst = true
    vi.spyOn(Store.prototype, 'advance').mockImplementation(function (this: Store, id, event) {
      const isRefused = isFirst && ['sending', 'failed'].includes(event.type)
      if (event.type === 'failed') isFirst = false
      if (isRefused) throw new Error('the disk is full')
      return advance.call(this, id, event)
    })
  })
  const submitted = await submit({ claim: claimed.claim })
  await vi.waitFor(async () => expect(await submitted.entry()).toMatchObject({ status: 'accepted' }))
  expect(sentTo('create')).toEqual([])
  travel(30_001)
  await runDurableObjectAlarm(submitted.stub)
  await vi.waitFor(async () => expect(await submitted.entry()).toMatchObject({ status: 'created' }))
  expect(sentTo('create')).toHaveLength(1)
})

test('the alarm leaves an attempt alone that still runs, however long it takes', async () => {
  await using workflows = await watch()
  const { held, open } = hold(script.create[0])
  script.create = [held]
  const { entry, stub } = await submit()
  await vi.waitFor(() => expect(sentTo('create')).toHaveLength(1))
  for (const later of [31_000, 60_000]) {
    travel(later)
    await runDurableObjectAlarm(stub)
  }
  expect(await entry()).toMatchObject({ status: 'creating', workflow: 'due', run: 1 })
  open()
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ status: 'created', workflow: 'none' }))
  expect(await workflows.get()).toEqual([])
  expect(sentTo('create')).toHaveLength(1)
})

test('a Workflow that comes while the ledger’s own attempt runs waits for it, and for the next one’s time', async () => {
  await using _workflows = await introspectWorkflow(bindings.PROVISION)
  const { held, open } = hold(NOT_NOW)
  travel(0) // the clock stands still from here on
  script.users = [held]
  const { claim, ledger, entry } = await submit()
  await vi.waitFor(() => expect(sentTo('users')).toHaveLength(1))
  const run = ledger.run({ id: claim.id, run: 1 })
  // what is asked later is answered later, so it waits now
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'accepted', attempt: 1 })
  open()
  expect(await run).toEqual({ kind: 'again', retryAfter: 1_000 })
  await vi.waitFor(async () => expect(await entry()).toMatchObject({ workflow: 'started' }))
  expect(sentTo('users')).toHaveLength(1)
})

test('an entry of the version before, which waits for its Workflow, is carried out', async () => {
  await using workflows = await watch()
  const { claim, stub } = await claimFor({ background: true, ...told })
  await write(stub, entryOf(claim))
  expect(await onDisk(stub, claim.id)).toMatchObject({ workflow: 'due', deadline: null, attempts: [] })
  travel(5_000)
  await runInDurableObject(stub, (ledger) => ledger.alarm())
  await vi.waitFor(async () =>
    expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', attempt: 1, workflow: 'none' }),
  )
  expect(await workflows.get()).toHaveLength(1)
  expect(sentTo('create')).toHaveLength(1)
  expect(sentTo('callback')).toHaveLength(1)
})
