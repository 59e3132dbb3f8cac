import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { Store } from '../../../src/ledger/store.ts'
import { world } from '../../../src/lib/world.ts'
import {
  bindings,
  CALLBACK_URL,
  claimFor,
  entryOf,
  json,
  onDisk,
  SILENCE,
  stageTenant,
  travel,
} from '../stage.ts'

const { script, sentTo } = stageTenant()

/** Lets a submission go on that the test does not wait for, or that is to be cut off. */
function leave(submission: Promise<unknown>): void {
  submission.catch(() => undefined)
}

async function until(times: number, to: Parameters<typeof sentTo>[0]): Promise<void> {
  await vi.waitFor(() => expect(sentTo(to)).toHaveLength(times))
}

test('makes a vault for a claim that is new', async () => {
  const { claim, ledger } = await claimFor({ fields: { description: 'For auditors.' } })
  const reply = await ledger.submit(claim)
  const [owner] = claim.order.owners
  expect(reply).toMatchObject({
    kind: 'ended',
    replayed: false,
    record: {
      id: claim.id,
      status: 'created',
      owners: [{ input: owner, id: `u-${owner}` }],
      vault: { displayName: 'Payroll' },
      problem: null,
      warnings: [],
    },
  })
  expect(sentTo('create').map(({ body }) => body)).toEqual([
    {
      displayName: 'Payroll',
      description: `For auditors.\n\nRequested via runbook, request ${claim.id}`,
      groupAuthzVault: {},
      ownerIds: [`u-${owner}`],
    },
  ])
})

test.each([false, true])(
  'carries the id of its request in the create; in the background: %s',
  async (background) => {
    script.create = [json({}, 400), ...script.create]
    const { claim, ledger } = await claimFor({ background })
    const attempt = async () => {
      await ledger.submit(claim)
      if (background) await ledger.run({ id: claim.id, run: 1 })
    }
    await attempt()
    // a failed request is tried again under the id that it has
    if (!background) await ledger.submit({ ...claim, id: `${claim.id.slice(0, -1)}x` })
    const creates = sentTo('create').map(({ headers }) => headers)
    expect(creates.map((headers) => headers.get('user-agent'))).toEqual(
      creates.map(() => expect.stringMatching(new RegExp(`^conductorone-vaults/.* \\(${claim.id}\\)$`))),
    )
    expect(creates.map((headers) => headers.get('traceparent'))).toEqual(
      creates.map(() => expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)),
    )
    expect(creates).toHaveLength(background ? 1 : 2)
  },
)

test('answers a claim that is known with its outcome', async () => {
  const { claim, ledger } = await claimFor()
  const first = await ledger.submit(claim)
  const again = await ledger.submit({ ...claim, id: 'req_another' })
  expect(again).toEqual({ ...first, replayed: true })
  expect(sentTo('create')).toHaveLength(1)
})

test('a body that was signed once does not begin what has failed, and another one does', async () => {
  script.create = [json({}, 400), ...script.create]
  const { claim, ledger } = await claimFor()
  const once = { digest: 'd'.repeat(64), until: Date.now() + 60_000 }
  const first = await ledger.submit({ ...claim, once })
  expect(first).toMatchObject({ record: { status: 'failed' } })
  expect(await ledger.submit({ ...claim, once })).toEqual({ ...first, replayed: true })
  const other = await ledger.submit({ ...claim, once: { ...once, digest: 'e'.repeat(64) } })
  expect(other).toMatchObject({ record: { id: claim.id, status: 'created' }, replayed: false })
})

test('an older change of a ticket than the newest is noticed, until nothing older can come', async () => {
  const { ledger } = await claimFor()
  const note = (changedAt: number, key = 'a'.repeat(64)) =>
    ledger.noteRevision({ key, changedAt, until: Date.now() + 60_000 })
  expect([await note(2), await note(1), await note(2), await note(3), await note(2)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
  expect(await note(1, 'b'.repeat(64))).toBe(true)
  travel(60_001)
  expect(await note(1)).toBe(true)
})

test('makes one vault of fifty claims at once, and tells the others that it is running', async () => {
  let told = 0
  script.create = [
    async (body, init) => {
      while (told < 49) await scheduler.wait(1)
      return json({ vault: { id: 'vault-1' } })(body, init)
    },
  ]
  const { claim, ledger } = await claimFor()
  const submit = async () => {
    const reply = await ledger.submit(claim)
    if (reply.kind === 'running') told++
    return reply
  }
  const replies = await Promise.all(Array.from({ length: 50 }, submit))
  expect(sentTo('create')).toHaveLength(1)
  expect(replies.map(({ kind }) => kind).sort()).toEqual(['ended', ...Array(49).fill('running')])
  expect(replies.find(({ kind }) => kind === 'running')).toMatchObject({
    retryAfter: 2,
    record: { id: claim.id },
  })
})

test('makes one vault of fifty claims at once if owners and token are known, and writes it as creating first', async () => {
  const owners = ['known@example.com']
  const warm = await claimFor({ fields: { owners }, shard: '3' })
  await warm.ledger.submit(warm.claim)
  const { claim, ledger, stub } = await claimFor({ fields: { owners, name: 'Audit' } })
  let isSeen = false
  script.create = [
    async (body, init) => {
      while (!isSeen) await scheduler.wait(1)
      return json({ vault: { id: 'vault-1' } })(body, init)
    },
  ]
  const submitted = Array.from({ length: 50 }, () => ledger.submit(claim))
  await until(2, 'create')
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'creating' })
  isSeen = true
  const kinds = (await Promise.all(submitted)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'ended')).not.toHaveLength(0)
  expect([sentTo('users').length, sentTo('create').length]).toEqual([1, 2])
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', key: claim.key })
})

test('records why a request failed that was never written before', async () => {
  const owners = ['known@example.com']
  const warm = await claimFor({ fields: { owners }, shard: '3' })
  await warm.ledger.submit(warm.claim)
  script.create = [json({}, 400), json({ vault: { id: 'vault-2' } })]
  const { claim, ledger, stub } = await claimFor({ fields: { owners, name: 'Audit' } })
  expect(await ledger.submit(claim)).toMatchObject({ record: { id: claim.id, status: 'failed' } })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'failed', attempt: 1 })
  expect(await ledger.submit(claim)).toMatchObject({ record: { id: claim.id, status: 'created' } })
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', attempt: 2 })
})

test('a request that could never be written is forgotten with its attempt, and the next claim is carried out', async () => {
  const owners = ['known@example.com']
  const warm = await claimFor({ fields: { owners }, shard: '3' })
  await warm.ledger.submit(warm.claim)
  const { claim, ledger, stub } = await claimFor({ fields: { owners, name: 'Audit' } })
  const full = () => {
    throw new Error('the disk is full')
  }
  const write = await runInDurableObject(stub, () =>
    vi.spyOn(Store.prototype, 'put').mockImplementationOnce(full).mockImplementationOnce(full),
  )
  await ledger.submit(claim).catch(() => undefined)
  expect(write).toHaveBeenCalledTimes(2)
  expect(sentTo('create')).toHaveLength(1)
  expect(await ledger.read(claim.id)).toBeNull()
  expect(await ledger.submit(claim)).toMatchObject({
    record: { id: claim.id, status: 'created', attempt: 1 },
  })
  expect(sentTo('create')).toHaveLength(2)
})

test('a request that is held is known by its id and its key before it is written', async () => {
  const { claim, stub } = await claimFor()
  await runInDurableObject(stub, (_, { storage }) => {
    const store = new Store(storage.sql, world.now)
    const entry = entryOf(claim, { deadline: world.now() + 1_000 })
    store.hold(entry)
    expect([store.get(claim.id), store.underKey(claim.key)]).toEqual([entry, entry])
    const restarted = new Store(storage.sql, world.now)
    expect([restarted.get(claim.id), restarted.underKey(claim.key)]).toEqual([undefined, undefined])
    store.writeHeld(claim.id)
    expect([restarted.get(claim.id), restarted.underKey(claim.key)]).toEqual([entry, entry])
  })
})

test('makes a vault for each claim without a key', async () => {
  const { claim, ledger } = await claimFor({ shard: '0' })
  const { claim: other } = await claimFor({ shard: '0' })
  await ledger.submit(claim)
  await ledger.submit(other)
  expect(sentTo('create')).toHaveLength(2)
})

test.each([
  ['has ended', json({ vault: { id: 'v' } })],
  ['is running', SILENCE],
  ['has an outcome that nobody knows', json({}, 500)],
])('refuses a key that was used for another request that %s', async (_, step) => {
  script.create = [step]
  const { claim, ledger } = await claimFor()
  leave(ledger.submit(claim))
  await until(1, 'create')
  await vi.waitFor(async () =>
    expect(await ledger.submit({ ...claim, fingerprint: 'other' })).toMatchObject({
      kind: 'reused',
      record: { id: claim.id },
    }),
  )
  expect(sentTo('create')).toHaveLength(1)
})

test.each([
  ['refused', json({ code: 3, message: 'no' }, 400), 'rejected-by-conductorone'],
  ['not allowed', json({}, 403), 'conductorone-credentials-rejected'],
  ['not taken now', json({}, 429, { 'Retry-After': '60' }), 'conductorone-unavailable'],
])('tries again, under the same id, what ConductorOne has %s', async (_, step, code) => {
  script.create = [step, json({ vault: { id: 'vault-2' } })]
  const { claim, ledger } = await claimFor()
  expect(await ledger.submit(claim)).toMatchObject({
    record: { status: 'failed', vault: null, problem: { code } },
  })
  const corrected = { ...claim, id: 'req_another', fingerprint: 'corrected' }
  expect(await ledger.submit(corrected)).toMatchObject({
    kind: 'ended',
    replayed: false,
    record: { id: claim.id, status: 'created', vault: { id: 'vault-2' }, problem: null },
  })
})

test.each([
  ['HTTP 500', json({ code: 2, message: 'oops' }, 500)],
  ['HTTP 408', json({}, 408)],
  ['a redirect', () => new Response(null, { status: 302, headers: { Location: '/' } })],
  ['HTML', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
  ['a vault that is none', json({ vault: null })],
  ['a broken connection', () => Promise.reject(new TypeError('Network connection lost.'))],
])('never sends again what was answered with %s', async (_, step) => {
  script.create = [step, json({ vault: { id: 'second' } })]
  const { claim, ledger } = await claimFor()
  const problem = { code: 'outcome-unknown', instance: claim.id, detail: expect.stringContaining('Payroll') }
  const expected = { kind: 'ended', record: { status: 'unknown', vault: null, problem } }
  expect(await ledger.submit(claim)).toMatchObject({ ...expected, replayed: false })
  expect(await ledger.submit(claim)).toMatchObject({ ...expected, replayed: true })
  expect(sentTo('create')).toHaveLength(1)
})

test('replaces a token that is not accepted, and sends the create once more', async () => {
  script.create = [json({}, 401), json({ vault: { id: 'vault-1' } })]
  script.token = [json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3_600 })]
  const { claim, ledger } = await claimFor()
  expect(await ledger.submit(claim)).toMatchObject({ record: { status: 'created' } })
  expect(sentTo('create').at(-1)?.headers.get('Authorization')).toBe('Bearer at-2')
  expect(sentTo('create')).toHaveLength(2)
})

test('is on disk as creating before the create is sent, and stays so whatever kills the ledger', async () => {
  script.create = [SILENCE]
  const { claim, ...first } = await claimFor()
  leave(first.ledger.submit(claim))
  await until(1, 'create')
  await abortAllDurableObjects()
  const { ledger, stub } = first.reopen()
  expect(await onDisk(stub, claim.id)).toMatchObject({
    status: 'creating',
    owners: [{ input: claim.order.owners[0] }],
  })

  expect(await ledger.submit(claim)).toMatchObject({ kind: 'running' })
  travel(25_001)
  expect(await ledger.submit(claim)).toMatchObject({
    kind: 'ended',
    replayed: true,
    record: { status: 'unknown', problem: { code: 'outcome-unknown' } },
  })
  expect(sentTo('create')).toHaveLength(1)
})

test.each([
  ['asks to come back', json({}, 429, { 'Retry-After': '10' }), []],
  ['wants a fresh token', json({}, 401), [SILENCE]],
])(
  'a create that waits because ConductorOne %s was not sent, and a kill loses nothing',
  async (_, no, token) => {
    script.create = [no, json({ vault: { id: 'vault-1' } })]
    const { claim, ...first } = await claimFor()
    if (token.length > 0) script.token = token
    leave(first.ledger.submit(claim))
    await until(1, 'create')
    await vi.waitFor(async () =>
      expect(await onDisk(first.stub, claim.id)).toMatchObject({ status: 'accepted' }),
    )
    await abortAllDurableObjects()
    const { ledger } = first.reopen()
    travel(90_000)
    expect(await ledger.read(claim.id)).toMatchObject({
      status: 'failed',
      problem: { code: 'conductorone-unavailable', detail: expect.stringContaining('No vault was created') },
    })
    expect(sentTo('create')).toHaveLength(1)
  },
)

test('sends again, under the same key, what was cut off before it was sent', async () => {
  script.users = [SILENCE]
  const { claim, ...first } = await claimFor()
  leave(first.ledger.submit(claim))
  await until(1, 'users')
  await abortAllDurableObjects()
  const { ledger } = first.reopen()
  // by then nobody believes any more that the search for the owner, which died too, comes back
  travel(90_000)
  expect(await ledger.read(claim.id)).toMatchObject({
    status: 'failed',
    problem: { code: 'conductorone-unavailable' },
  })
  script.users = [json({ list: [{ user: { id: 'u1', email: claim.order.owners[0] } }] })]
  expect(await ledger.submit(claim)).toMatchObject({ record: { id: claim.id, status: 'created' } })
  expect(sentTo('create')).toHaveLength(1)
})

test('sends nothing where an owner is at fault', async () => {
  script.users = [json({ list: [] })]
  const { claim, ledger } = await claimFor()
  expect(await ledger.submit(claim)).toMatchObject({
    record: { status: 'failed', problem: { code: 'owner-not-found', errors: [{ pointer: '/owners/0' }] } },
  })
  expect(sentTo('create')).toEqual([])
})

test('records a refusal for its author’s sake, and asks nobody', async () => {
  const { claim, ledger } = await claimFor()
  const refusal = {
    code: 'invalid-request' as const,
    detail: 'No name.',
    errors: [{ pointer: '/name', detail: 'is empty' }],
  }
  const first = await ledger.submit({ ...claim, refusal })
  expect(first).toMatchObject({
    replayed: false,
    record: { status: 'failed', problem: { code: 'invalid-request', errors: refusal.errors } },
  })
  expect(await ledger.submit({ ...claim, refusal })).toMatchObject({ replayed: true })
  expect(sentTo('users')).toEqual([])
})

test('sets the expiry of credentials by a second call, in the same answer', async () => {
  const { claim, ledger } = await claimFor({ fields: { credentialTtl: '30d' } })
  expect(await ledger.submit(claim)).toMatchObject({
    record: { status: 'created', vault: { credentialExpirationDuration: '2592000s' }, warnings: [] },
  })
})

test('has made the vault, with a warning, where ConductorOne will not have its expiry', async () => {
  script.update = [json({ code: 3, message: 'too long' }, 400)]
  const { claim, ledger } = await claimFor({ fields: { credentialTtl: '30d' } })
  expect(await ledger.submit(claim)).toMatchObject({
    record: { status: 'created', warnings: [expect.stringContaining('too long')] },
  })
  expect(sentTo('update')).toHaveLength(1)
})

test('passes the caller’s trace on to ConductorOne', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const { claim, ledger } = await claimFor()
  await ledger.submit({ ...claim, traceparent })
  expect(sentTo('create')[0]?.headers.get('traceparent')).toBe(traceparent)
})

test('keeps no token, no key and no secret', async () => {
  const { claim, ledger, stub } = await claimFor({ key: 'the-callers-own-key' })
  await ledger.submit(claim)
  const kept = JSON.stringify(await onDisk(stub, claim.id))
  for (const text of ['at-1', 'at-2', 'the-callers-own-key', 'secret-token', 'runbook-key'])
    expect(kept).not.toContain(text)
})

test('records as sent only what is sent: what waits for its turn may be repeated after a kill', async () => {
  let open = false
  script.create = [
    async (body, init) => {
      while (!open) await scheduler.wait(1)
      return json({ vault: { id: `v-${Object(body).displayName}` } })(body, init)
    },
  ]
  const wishes = await Promise.all(Array.from({ length: 12 }, () => claimFor({ shard: 'e' })))
  const replies = wishes.map(({ ledger, claim }) => ledger.submit(claim))
  await vi.waitFor(() => expect(sentTo('create').length).toBeGreaterThanOrEqual(4))
  await scheduler.wait(50)
  const entries = await Promise.all(wishes.map(({ stub, claim }) => onDisk(stub, claim.id)))
  const statuses = entries.map((entry) => entry?.status)
  expect(statuses.filter((status) => status === 'creating')).toHaveLength(sentTo('create').length)
  expect(statuses.filter((status) => status === 'accepted')).toHaveLength(12 - sentTo('create').length)
  open = true
  for (const reply of await Promise.all(replies))
    expect(reply).toMatchObject({ record: { status: 'created' } })
})

test('logs the id of an answered vault before it is stored', async () => {
  const { ledger, claim, stub } = await claimFor()
  const logged = vi.spyOn(console, 'log').mockReturnValue()
  await runInDurableObject(stub, () => {
    const put = Store.prototype.advance
    vi.spyOn(Store.prototype, 'advance').mockImplementation(function (this: Store, id, event) {
      if (event.type === 'created') throw new Error('the disk is gone')
      return put.call(this, id, event)
    })
  })
  script.create = [json({ vault: { id: 'vault-that-is-there' } })]
  await ledger.submit(claim).catch(() => undefined)
  expect(logged.mock.calls.join()).toContain('"vault":"vault-that-is-there"')
})

test('a request in the background has ended while its Workflow is still being started', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const start = vi.spyOn(Object.getPrototypeOf(bindings.PROVISION), 'create').mockReturnValue(promise)
  const { claim, ledger, stub } = await claimFor({ background: true, fields: { callbackUrl: CALLBACK_URL } })
  expect(await ledger.submit(claim)).toMatchObject({ kind: 'accepted' })
  await vi.waitFor(() => expect(start).toHaveBeenCalledOnce())
  // until it has started, the alarm would start another
  expect(await onDisk(stub, claim.id)).toMatchObject({ status: 'created', workflow: 'due' })
  resolve()
  await vi.waitFor(async () => expect(await onDisk(stub, claim.id)).toMatchObject({ workflow: 'started' }))
})
