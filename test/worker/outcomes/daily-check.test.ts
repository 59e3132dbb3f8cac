import { introspectWorkflow } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { Ledger } from '../../../src/ledger/ledger.ts'
import { startDailyCheck } from '../../../src/outcomes/daily-check.ts'
import { bindings, claimFor, json, registerVaults, stageTenant, travel } from '../stage.ts'

const { script, sent, sentTo } = stageTenant()

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CLIENT_ID = 'swift-otter-19384@acme.conductor.one/spc'
const SUPER_ADMINISTRATOR = { userId: 'u-1', roles: ['role/c1.api.tenant.v1.Tenant:owner'] }

/** What the tenant says of the credential, one check after the other. */
function credential(daysLeft: number, rights: object = SUPER_ADMINISTRATOR): void {
  const expiresAt = new Date(Date.now() + daysLeft * DAY_MS + HOUR_MS).toISOString()
  script.vault = [json(rights), json({ list: [{ clientId: CLIENT_ID, expiresAt }] })]
}

let day = 0

/** Lets the platform's timer fire on another day, so many times; and waits for the check to end. */
async function check(times = 1): Promise<void> {
  const { DAILY_CHECK } = bindings
  if (!DAILY_CHECK) throw new Error('DAILY_CHECK is not bound')
  await using workflows = await introspectWorkflow(DAILY_CHECK)
  await workflows.modifyAll((modifier) => modifier.disableRetryDelays())
  day++
  for (let time = 0; time < times; time++) await startDailyCheck(bindings, Date.UTC(2026, 0, day))
  const instances = await vi.waitFor(async () => {
    const instances = await workflows.get()
    expect(instances).toHaveLength(1)
    return instances
  })
  await instances[0]?.waitForStatus('complete')
}

/** What operators were told, one text for each message. */
function alerts(): string[] {
  return sentTo('alert').map(({ body }) => Object(body).text)
}

test('says nothing while all is well, and starts once a day however often the timer fires', async () => {
  credential(100)
  await check(3)
  expect(alerts()).toEqual([])
})

test('tells of a credential that ends 14, 7 and 1 days before, each once', async () => {
  const end = Date.now() + 30 * DAY_MS
  const expiresAt = new Date(end).toISOString()
  for (const left of [15, 13, 12, 7, 6, 1, 0]) {
    travel(end - left * DAY_MS - HOUR_MS - Date.now())
    script.vault = [json(SUPER_ADMINISTRATOR), json({ list: [{ clientId: CLIENT_ID, expiresAt }] })]
    await check()
  }
  expect(alerts().map((text) => /ends (in \d+ days|in a day|within a day)/.exec(text)?.[1])).toEqual([
    'in 13 days',
    'in 7 days',
    'in a day',
  ])
  expect(alerts()[0]).toContain(expiresAt.slice(0, 10))
})

test('tells once a day of a credential that may not create vaults', async () => {
  for (let times = 0; times < 2; times++) {
    credential(100, { userId: 'u-1', roles: ['role/c1.api.app.v1.Apps:viewer'] })
    await check()
  }
  expect(alerts()).toEqual([expect.stringContaining('may not create vaults')])
  travel(DAY_MS)
  credential(100, { userId: 'u-1', roles: ['role/c1.api.app.v1.Apps:viewer'] })
  await check()
  expect(alerts()).toHaveLength(2)
})

test('tells of unknown outcomes that the search has not settled, by their ids and without what people wrote', async () => {
  script.create = [json({}, 500)]
  const { claim, ledger } = await claimFor({ fields: { name: 'Secret plan' } })
  await ledger.submit(claim)
  credential(100)
  await check()
  expect(alerts()).toEqual([])
  travel(2 * HOUR_MS)
  credential(100)
  await check()
  expect(alerts()).toEqual([expect.stringContaining(claim.id)])
  expect(alerts()[0]).toContain('1 request has an unknown outcome')
  expect(alerts()[0]).not.toContain('Secret plan')
})

test('tells again until the receiver takes it', async () => {
  script.alert = [json({}, 503), json({}, 503), ...script.alert]
  travel(10 * DAY_MS)
  credential(100, { userId: 'u-1', roles: ['role/c1.api.app.v1.Apps:viewer'] })
  await check()
  const texts = alerts().filter((text) => text.includes('may not create vaults'))
  expect(texts).toHaveLength(3)
})

/** Says which users are enabled; a search finds no others. */
function enabled(isEnabled: (id: string) => boolean): void {
  script.users = [
    (body) => {
      const { email, refs } = Object(body)
      const ids: string[] = refs ? refs.map(({ id }: { id: string }) => id) : [`u-${email}`]
      const list = ids.filter(isEnabled).map((id) => ({ user: { id, email: email ?? 'x@example.com' } }))
      return json({ list })(body, {})
    },
  ]
}

const lostOwnerAlerts = () => alerts().filter((text) => text.includes('last known owner'))

test('tells of a vault that has lost its last known owner, once, on the second day', async () => {
  enabled(() => true)
  const orphan = await claimFor({
    fields: { name: 'Secret plan', owners: ['left@example.com', 'gone@example.com'] },
  })
  const cared = await claimFor({ fields: { owners: ['left@example.com', 'still@example.com'] } })
  for (const { claim, ledger } of [orphan, cared]) await ledger.submit(claim)
  enabled((id) => !/left|gone/.test(id))
  for (const texts of [[], [expect.stringContaining(orphan.claim.id)], []]) {
    travel(DAY_MS)
    sent.length = 0
    credential(100)
    await check()
    expect(lostOwnerAlerts()).toEqual(texts)
    expect(JSON.stringify(lostOwnerAlerts())).not.toContain(cared.claim.id)
    expect(JSON.stringify(lostOwnerAlerts())).not.toMatch(/Secret plan|example\.com/)
  }
})

test('tells again of lost owners if the alert was refused', async () => {
  enabled(() => true)
  const { claim, ledger } = await claimFor({ fields: { owners: ['moved@example.com'] } })
  const cared = await claimFor()
  for (const one of [{ claim, ledger }, cared]) await one.ledger.submit(one.claim)
  enabled((id) => !id.includes('moved'))
  let refusals = 0
  script.alert = [
    (body) => {
      const isRefused = Object(body).text.includes(claim.id) && ++refusals === 1
      return new Response(null, { status: isRefused ? 404 : 204 })
    },
  ]
  for (const count of [0, 1, 1, 0]) {
    travel(DAY_MS)
    sent.length = 0
    credential(100)
    await check()
    expect(lostOwnerAlerts().filter((text) => text.includes(claim.id))).toHaveLength(count)
  }
})

test('looks up the owners of a thousand vaults with few calls and steps', async () => {
  const listVaults = vi.spyOn(Ledger.prototype, 'listVaults')
  const requests = await registerVaults(1_000, (index) => [`keeper-${index % 750}`, `leaver-${index % 700}`])
  const [orphan = ''] = await registerVaults(1, () => ['leaver-1', 'leaver-2'])
  enabled((id) => !id.startsWith('leaver'))
  for (const texts of [[], [expect.stringContaining(orphan)]]) {
    travel(DAY_MS)
    for (const calls of [sent, listVaults.mock.calls]) calls.length = 0
    credential(100)
    await check()
    expect(lostOwnerAlerts()).toEqual(texts)
    // 1,450 people and a few of the tests before, at a hundred a search
    expect(sentTo('users')).toHaveLength(15)
    // each shard is read for its owners, and once more as some of them are gone
    expect(listVaults.mock.calls).toHaveLength(32)
    // the least that a plan allows is 50 calls to others, and 1,000 to Cloudflare's own services
    expect(sent.length).toBeLessThan(50)
  }
  expect(requests).toHaveLength(1_000)
})

test.each([
  ['is empty', [json({ list: [] })]],
  ['fails', [json({}, 403)]],
])('a search for owners that %s is no finding', async (_, users) => {
  enabled(() => true)
  const { claim, ledger } = await claimFor()
  await ledger.submit(claim)
  script.users = users
  for (let times = 0; times < 3; times++) {
    travel(DAY_MS)
    credential(100)
    await check()
  }
  expect(lostOwnerAlerts()).toEqual([])
})
