import { introspectWorkflow } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { deploymentOf } from '../../../src/deployment.ts'
import { world } from '../../../src/lib/world.ts'
import { replyTo } from '../../../src/outcomes/reply.ts'
import { bindings, CALLBACK_URL, claimFor, json, stageTenant, travel, type Wish } from '../stage.ts'

const { script, sentTo } = stageTenant()
const NOTHING = json({ list: [], nextPageToken: '' })
const STEP_ADDRESS = 'https://acme.conductor.one/api/v1/webhooks/callback/x'
let count = 0

/** Loses a create, and lets the search run to its end without its waits; the log shows the vault at this look. */
async function lose(wish: Wish, foundAtLook?: number) {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll((modifier) => modifier.disableSleeps())
  const claimed = await claimFor(wish)
  const { claim } = claimed
  const id = `2kSuIdOfASearchedVault${String(++count).padStart(5, '0')}`
  script.create = [
    (body) => {
      const vault = { id, createdAt: new Date().toISOString(), ...Object(body) }
      script.vault = [json({ vault })]
      return new Response(null, { status: 504 })
    },
  ]
  const shown = json({ list: [{ operation: 'VaultService/Create', uid: id }], nextPageToken: '' })
  script.events = foundAtLook ? [...Array(foundAtLook - 1).fill(NOTHING), shown] : [NOTHING]
  await claimed.ledger.submit(claim)
  const expected = foundAtLook && (wish.tell || wish.fields) ? 2 : 1
  await vi.waitFor(async () => expect(await workflows.get()).toHaveLength(expected), { timeout: 20_000 })
  for (const instance of await workflows.get()) await instance.waitForStatus('complete')
  return { ...claimed, id, record: await claimed.ledger.read(claim.id) }
}

const alerts = () => sentTo('alert').map(({ body }) => Object(body).text)
const told = () => sentTo('callback').map(({ body }) => Object(body).type)
const stepTell = () => replyTo('conductorone-step', STEP_ADDRESS, deploymentOf(bindings).config, world)

test.each([1, 2, 6])(
  'settles a lost create with the vault that look %i shows, and sends nothing again',
  async (look) => {
    const { record, id } = await lose({}, look)
    expect(record).toMatchObject({
      status: 'created',
      vault: { id },
      problem: null,
      settledBy: 'conductorone-system-log',
      nextAttemptAt: null,
    })
    expect(sentTo('create')).toHaveLength(1)
    expect(sentTo('events')).toHaveLength(look)
    expect(sentTo('vault')).toHaveLength(1)
  },
)

test('looks six times, and then says until when it looked', async () => {
  const { record } = await lose({})
  expect(record).toMatchObject({
    status: 'unknown',
    nextAttemptAt: null,
    settledBy: null,
    warnings: [expect.stringMatching(/was searched until 2\d{3}-.*The search is over/)],
  })
  expect(sentTo('events')).toHaveLength(6)
})

test('alerts operators once when the search ends in vain', async () => {
  const { claim, record } = await lose({})
  expect(record).toMatchObject({ status: 'unknown', nextAttemptAt: null })
  expect(alerts()).toEqual([expect.stringContaining(claim.id)])
})

test('alerts no operator of a vault that was found', async () => {
  await lose({}, 6)
  expect(alerts()).toEqual([])
})

test('ends although no operator can be told', async () => {
  script.alert = [json({}, 500)]
  const { record } = await lose({})
  expect(record).toMatchObject({ status: 'unknown' })
  expect(alerts()).toHaveLength(24)
})

test('tells who was told that the outcome is unknown again, as another message', async () => {
  await lose({ fields: { callbackUrl: CALLBACK_URL } }, 2)
  expect(told()).toEqual(['vault.unknown', 'vault.created'])
  const ids = sentTo('callback').map(({ headers }) => headers.get('webhook-id'))
  expect(new Set(ids).size).toBe(2)
})

test('records both outcomes that were told, the first one while the search goes on', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll((modifier) => modifier.disableSleeps())
  const { claim, ledger } = await claimFor({ fields: { callbackUrl: CALLBACK_URL } })
  const toldOf = async () => (await ledger.readDetails(claim.id))?.told ?? []
  script.create = [json({}, 504)]
  let isLookOver = false
  script.events = [
    async (body, init) => {
      while (!isLookOver) await scheduler.wait(1)
      return NOTHING(body, init)
    },
    NOTHING,
  ]
  await ledger.submit(claim)
  await vi.waitFor(async () => expect(await toldOf()).toHaveLength(1), { timeout: 20_000 })
  expect(await ledger.read(claim.id)).toMatchObject({ status: 'unknown' })
  isLookOver = true
  await ledger.settle(claim.id, { outcome: 'not_created', force: true, by: 'Ann' })
  const told = { to: 'hooks.example.com', at: expect.any(String), error: null }
  await vi.waitFor(async () => expect(await toldOf()).toEqual([told, told]), { timeout: 20_000 })
  expect(new Set((await toldOf()).map(({ at }) => at)).size).toBe(2)
})

test.each([
  ['found', 3, 'complete'],
  ['not found', undefined, 'errored'],
])('answers a step of ConductorOne once, after the search: %s', async (_, look, answer) => {
  script.callback = [json({})]
  await lose({ background: true, tell: await stepTell() }, look)
  expect(sentTo('callback').map(({ body }) => Object.keys(Object(body)))).toEqual([['version', answer]])
})

/** A requester in Slack, whose address has been good for so many minutes. */
const slackTell = (minutes: number) =>
  replyTo('slack', 'https://hooks.slack.com/commands/T1/1/x', deploymentOf(bindings).config, {
    ...world,
    now: () => Date.now() - minutes * 60_000,
  })

test('names who could not be told at all, and says nothing of an earlier message', async () => {
  const tell = await slackTell(31)
  const { record } = await lose({ background: true, tell, fields: { requestedBy: 'Jane Doe' } }, 1)
  expect(record?.warnings).toContainEqual(
    expect.stringMatching(/^The result could not be delivered to Jane Doe: .*30 minutes/),
  )
  expect(record?.warnings.join()).not.toContain('was told')
  expect(sentTo('callback')).toEqual([])
})

test('names who was told that the outcome is unknown and can no longer be told what it is', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  await workflows.modifyAll((modifier) => modifier.disableSleeps())
  const fields = { requestedBy: 'Jane Doe' }
  const { claim, ledger } = await claimFor({ background: true, tell: await slackTell(29), fields })
  script.create = [json({}, 504)]
  let isLookOver = false
  script.events = [
    async (body, init) => {
      while (!isLookOver) await scheduler.wait(1)
      return NOTHING(body, init)
    },
    NOTHING,
  ]
  await ledger.submit(claim)
  const toldOf = async () => (await ledger.readDetails(claim.id))?.told ?? []
  await vi.waitFor(async () => expect(await toldOf()).toHaveLength(1), { timeout: 20_000 })
  travel(2 * 60_000)
  await ledger.settle(claim.id, { outcome: 'not_created', force: true, by: 'Ann' })
  isLookOver = true
  await vi.waitFor(
    async () =>
      expect((await ledger.read(claim.id))?.warnings).toContainEqual(
        expect.stringMatching(
          /^Jane Doe was told that the outcome is unknown, and could not be told what it is: .*30 minutes/,
        ),
      ),
    { timeout: 20_000 },
  )
  expect(sentTo('callback')).toHaveLength(1)
})

test('sets the expiry of what it found', async () => {
  const { record } = await lose({ fields: { credentialTtl: '1h' } }, 1)
  expect(record).toMatchObject({ status: 'created', vault: { credentialExpirationDuration: '3600s' } })
})

test('does not look again once an operator has settled it', async () => {
  await using workflows = await introspectWorkflow(bindings.PROVISION)
  const { claim, ledger } = await claimFor()
  script.create = [json({}, 500)]
  await ledger.submit(claim)
  await ledger.settle(claim.id, { outcome: 'not_created', force: true, by: 'Ann' })
  expect(await ledger.look({ id: claim.id, run: 1 })).toEqual({ vaultId: null, nextLookInSeconds: null })
  expect(sentTo('events')).toEqual([])
  expect(await workflows.get()).toBeDefined()
})

test('says once in the log that the right is missing, whatever number of requests it concerns', async () => {
  deploymentOf(bindings).saidOnce.clear()
  const errors = vi.spyOn(console, 'error').mockReturnValue()
  script.create = [json({}, 500)]
  script.events = [json({ code: 7, message: 'no' }, 403)]
  for (let times = 0; times < 3; times++) {
    const { claim, ledger } = await claimFor({ shard: 'c' })
    await ledger.submit(claim)
    expect(await ledger.look({ id: claim.id, run: 1 })).toEqual({ vaultId: null, nextLookInSeconds: null })
    expect(await ledger.read(claim.id)).toMatchObject({
      nextAttemptAt: null,
      warnings: [expect.stringContaining('may not read it')],
    })
  }
  const lines = errors.mock.calls.map(([line]) => String(line))
  expect(lines.filter((line) => line.includes('system_log.forbidden'))).toHaveLength(1)
})

test('does not settle with the one of two fitting vaults that a later look shows alone', async () => {
  const ids = ['2kSuIdOfTheFirstOfTwoVaults1', '2kSuIdOfTheOtherOfTwoVaults2']
  const { claim, ledger } = await claimFor()
  let sent = {}
  script.create = [
    (body) => {
      sent = Object(body)
      return new Response(null, { status: 504 })
    },
  ]
  const shown = (...some: readonly string[]) => json({ list: [{ vault: some }], nextPageToken: '' })
  script.events = [shown(...ids), NOTHING, shown(ids[1] ?? '')]
  script.vault = [0, 1, 1].map((index) => (body, init) => {
    const vault = { id: ids[index], createdAt: new Date().toISOString(), ...sent }
    return json({ vault })(body, init)
  })
  await ledger.submit(claim)
  for (let look = 1; look <= 3; look++) {
    expect(await ledger.look({ id: claim.id, run: 1 })).toMatchObject({ vaultId: null })
    expect(await ledger.read(claim.id)).toMatchObject({
      status: 'unknown',
      warnings: [expect.stringContaining('more than one vault')],
    })
  }
  expect(sentTo('vault')).toHaveLength(3)
})

test('a look that cannot be made is followed by the next one', async () => {
  const { claim, ledger } = await claimFor()
  script.create = [json({}, 500)]
  script.events = [json({}, 400), NOTHING]
  await ledger.submit(claim)
  expect(await ledger.look({ id: claim.id, run: 1 })).toEqual({
    vaultId: null,
    nextLookInSeconds: expect.any(Number),
  })
  expect(await ledger.read(claim.id)).toMatchObject({ warnings: [] })
  await ledger.look({ id: claim.id, run: 1 })
  expect(await ledger.read(claim.id)).toMatchObject({ warnings: [expect.stringContaining('searched until')] })
})
