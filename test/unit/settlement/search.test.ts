import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookForVault } from '../../../src/settlement/search.ts'
import { NOON } from '../world.ts'
import { eventOf, failed, ksuid, LOST, lookAt, tenantWith, vaultOf } from './lost.ts'

const OURS = ksuid(7)
const others = (count: number, from = 1_000) => Array.from({ length: count }, (_, at) => ksuid(from + at))

test('finds the one vault that proves itself, whatever else the log holds', async () => {
  const noise = [eventOf(ksuid(1)), eventOf(ksuid(2)), { user: ksuid(3) }]
  const { tenant, reads } = tenantWith(
    [noise, [eventOf(OURS), eventOf(OURS)]],
    [vaultOf(OURS), vaultOf(ksuid(1), { displayName: 'Other' })],
  )
  expect(await lookForVault(lookAt(tenant))).toEqual({ kind: 'found', vault: vaultOf(OURS) })
  expect(reads.toSorted()).toEqual([ksuid(1), ksuid(2), OURS])
})

test('asks for what happened from a minute before it was sent', async () => {
  const asked: unknown[] = []
  const { tenant } = tenantWith([[]], [])
  const listEvents: typeof tenant.listEvents = (query, call) => {
    asked.push(query)
    return tenant.listEvents(query, call)
  }
  await lookForVault(lookAt({ ...tenant, listEvents }))
  expect(asked).toEqual([{ since: new Date(NOON - 60_000).toISOString(), pageToken: '' }])
})

test.each([
  ['an empty log', [[]], []],
  ['a log without its event', [[eventOf(ksuid(1))]], [vaultOf(OURS)]],
  ['a vault that cannot be read', [[eventOf(OURS)]], []],
  ['a vault that lacks the proof', [[eventOf(OURS)]], [vaultOf(OURS, { description: 'planted' })]],
])('finds none in %s', async (_, pages, vaults) => {
  expect(await lookForVault(lookAt(tenantWith(pages, vaults).tenant))).toEqual({ kind: 'none' })
})

test('does not choose between two', async () => {
  const { tenant } = tenantWith([[eventOf(OURS), eventOf(ksuid(8))]], [vaultOf(OURS), vaultOf(ksuid(8))])
  expect(await lookForVault(lookAt(tenant))).toEqual({ kind: 'several', vaultIds: [OURS, ksuid(8)] })
})

test('reads neither what another request has, nor what was read in vain before', async () => {
  const { tenant, reads } = tenantWith(
    [[eventOf(ksuid(1)), eventOf(ksuid(2)), eventOf(OURS)]],
    [vaultOf(ksuid(1)), vaultOf(ksuid(2), { displayName: 'Other' }), vaultOf(OURS)],
  )
  const rejected = new Set<string>()
  const look = lookAt(tenant, { othersOf: async () => new Set([ksuid(1)]), rejected })
  expect(await lookForVault(look)).toMatchObject({ kind: 'found' })
  expect(await lookForVault(look)).toMatchObject({ kind: 'found' })
  expect(reads).toEqual([ksuid(2), OURS, OURS])
})

test.each([
  ['that is none', { kind: 'refused', upstream: { status: 404 } }],
  ['that may not be read', { kind: 'credentials-rejected', upstream: { status: 403 } }],
] as const)('goes on after a vault %s', async (_, failure) => {
  const { tenant } = tenantWith([[eventOf(ksuid(1)), eventOf(OURS)]], [vaultOf(OURS)])
  const getVault: typeof tenant.getVault = async (id, call) => {
    if (id === ksuid(1)) throw failed(failure)
    return tenant.getVault(id, call)
  }
  expect(await lookForVault(lookAt({ ...tenant, getVault }))).toMatchObject({ kind: 'found' })
})

test('reads a vault again that was not there yet', async () => {
  const pages = [[eventOf(OURS)]]
  const rejected = new Set<string>()
  expect(await lookForVault(lookAt(tenantWith(pages, []).tenant, { rejected }))).toEqual({ kind: 'none' })
  const { tenant } = tenantWith(pages, [vaultOf(OURS)])
  expect(await lookForVault(lookAt(tenant, { rejected }))).toMatchObject({ kind: 'found' })
})

test('says that the log may not be read', async () => {
  const { tenant } = tenantWith([], [])
  const listEvents = async () => {
    throw failed({ kind: 'credentials-rejected', upstream: { status: 403 } })
  }
  expect(await lookForVault(lookAt({ ...tenant, listEvents }))).toEqual({ kind: 'forbidden' })
})

test.each([
  ['the log', 'listEvents'],
  ['a vault', 'getVault'],
] as const)('fails if %s cannot be read now', async (_, name) => {
  const { tenant } = tenantWith([[eventOf(OURS)]], [vaultOf(OURS)])
  const failure = { kind: 'unavailable', reason: 'HTTP 503', upstream: { status: 503 } } as const
  const unavailable = async () => {
    throw failed(failure)
  }
  await expect(lookForVault(lookAt({ ...tenant, [name]: unavailable }))).rejects.toMatchObject({ failure })
})

test('a log without an end costs 20 pages, and ids by the thousand 50 reads', async () => {
  const pages = Array.from({ length: 500 }, (_, page) => [{ vault: others(1_000, page * 1_000) }])
  const { tenant, reads, listings } = tenantWith(pages, [])
  expect(await lookForVault(lookAt(tenant))).toEqual({ kind: 'none' })
  expect([listings(), reads.length, new Set(reads).size]).toEqual([20, 50, 50])
})

test('reads first what stands beside the name or the id of the request', async () => {
  const likely = { vault: OURS, note: `by ${LOST.requestId}` }
  const { tenant, reads } = tenantWith([others(500).map(eventOf), [likely]], [vaultOf(OURS)])
  expect(await lookForVault(lookAt(tenant, { earlierLooks: 3 }))).toMatchObject({ kind: 'found' })
  expect(reads[0]).toBe(OURS)
})

test.each([
  ['anything', others(300).map(eventOf)],
  ['the request', [{ note: `vault of ${LOST.requestId}`, ids: others(300) }]],
])('looks elsewhere each time if events of %s have more ids than one look can read', async (_, events) => {
  const { tenant, reads } = tenantWith([events], [])
  for (let earlierLooks = 0; earlierLooks < 6; earlierLooks++)
    await lookForVault(lookAt(tenant, { earlierLooks }))
  expect(new Set(reads).size).toBe(300)
})

test('whatever is planted, only the vault with the proof is found', async () => {
  const planted = fc.record({
    displayName: fc.constantFrom('Payroll', 'payroll', 'Other'),
    description: fc.oneof(
      fc.constant(`${LOST.provenance}\nthe end`),
      fc.constant(`x ${LOST.provenance}`),
      fc.string(),
    ),
    createdAt: fc.constantFrom(new Date(NOON).toISOString(), null),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(planted, { maxLength: 30 }), fc.boolean(), async (changes, isThere) => {
      const foreign = changes.map((change, at) => vaultOf(ksuid(100 + at), change))
      const vaults = isThere ? [...foreign, vaultOf(OURS)] : foreign
      const { tenant, reads } = tenantWith([vaults.map(({ id }) => eventOf(id))], vaults)
      const finding = await lookForVault(lookAt(tenant))
      expect(finding).toEqual(isThere ? { kind: 'found', vault: vaultOf(OURS) } : { kind: 'none' })
      expect(new Set(reads).size).toBe(reads.length)
    }),
  )
})
