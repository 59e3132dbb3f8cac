import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OwnedVault } from '../simulator/vaults.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { expectNoSecrets } from '../support/secrets.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { tenantClient } from '../support/tenant-client.ts'

const REQUESTS_COUNT = 200
/** Requests on their way at the same time. */
const WIDTH_COUNT = 10
/** The first look, after a minute, sees nothing of the creates; the second, after two, sees what is ever shown. */
const LATE_MS = 75_000
const MISSING_EVERY = 5
/** Of a look, by the contract. */
const MAX_PAGES_COUNT = 20
const MAX_READS_COUNT = 50
/** What became of a request is known by then: the second look, and a third one for a machine that is slow. */
const SETTLED_WITHIN_MS = 400_000

/** Somebody who knows a request's id plants a vault, or ids, for it. */
type Plot = 'none' | 'not at the end' | 'other name' | 'other kind' | 'twin' | 'flood'

type Lost = {
  readonly number: number
  readonly name: string
  readonly id: string
  readonly vault: OwnedVault
  /** whether the log ever shows the vault's create */
  readonly isShown: boolean
  readonly plot: Plot
}

let receiver: Receiver
let stage: Stage

beforeAll(async () => {
  receiver = await startReceiver()
  stage = await startStage({
    CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    POLICY: JSON.stringify({ allowedCallbackHosts: [receiver.host] }),
  })
  await stage.simulator.control.setSystemLog({
    lateMs: LATE_MS,
    missingEvery: MISSING_EVERY,
    order: 'shuffled',
  })
})
afterAll(async () => {
  await stage.stop()
  await receiver.stop()
})

/** Sends every request, whose create is carried out and not answered. */
async function loseAll(): Promise<{ name: string; id: string }[]> {
  await stage.simulator.control.fault('create', 'gateway-timeout', { when: 'after', times: REQUESTS_COUNT })
  const lost: { name: string; id: string }[] = []
  let next = 0
  const lane = async () => {
    for (let number = next++; number < REQUESTS_COUNT; number = next++) {
      const name = `Lost ${String(number).padStart(3, '0')}`
      const answer = await stage.worker.create({
        name,
        description: 'For auditors.',
        owners: ['owner@example.com'],
        ...(number % 3 === 0 && { kind: 'magic_link', maxViews: 2 }),
        callbackUrl: `https://${receiver.host}/${number}`,
      })
      expect(answer.status).toBe(504)
      lost[number] = { name, id: answer.body.instance }
    }
  }
  await Promise.all(Array.from({ length: WIDTH_COUNT }, lane))
  return lost
}

/** What the tenant has of each request, and whether its log will show it. */
async function withVaults(sent: readonly { name: string; id: string }[]): Promise<Lost[]> {
  const vaults = new Map((await stage.simulator.control.vaults()).map((vault) => [vault.displayName, vault]))
  const shown = new Set(
    (await stage.simulator.control.systemLog())
      .filter(({ position }) => position % MISSING_EVERY !== 0)
      .map(({ vaultId }) => vaultId),
  )
  return sent.map(({ name, id }, number) => {
    const vault = vaults.get(name) ?? expect.fail(`there is a vault for ${name}`)
    const isShown = shown.has(vault.id)
    return { number, name, id, vault, isShown, plot: plotFor(number, isShown) }
  })
}

/** Two of every ten requests of the first hundred are plotted against. */
function plotFor(number: number, isShown: boolean): Plot {
  if (number >= 100 || !isShown) return 'none'
  const plots: readonly Plot[] = ['not at the end', 'other name', 'other kind', 'twin', 'flood']
  return plots[number % 10] ?? 'none'
}

/** Makes the vault that a plotter has made, and sees that the log names it beside the request. */
async function plant({ name, id, vault, plot }: Lost): Promise<void> {
  if (plot === 'none') return
  const note = `vault of ${id}`
  if (plot === 'flood') {
    await stage.simulator.control.plantEvents([{ event: { note, ids: Array.from({ length: 400 }, ksuid) } }])
    return
  }
  const { groupAuthzVault, magicVault } = vault
  const kind = groupAuthzVault ? { groupAuthzVault } : { magicVault }
  const otherKind = groupAuthzVault
    ? { magicVault: { allowedViews: 2, allowUnauthedViews: false } }
    : { groupAuthzVault: {} }
  const call = await tenantClient(stage.simulator.url, stage.credential)
  const { status, json } = await call('POST', '/api/v1/vaults', {
    displayName: plot === 'other name' ? `${name}!` : name,
    description: plot === 'not at the end' ? `${vault.description}\n\nand more` : vault.description,
    ...(plot === 'other kind' ? otherKind : kind),
    ownerIds: vault.ownerIds,
  })
  expect(status).toBe(200)
  // as late as the vault's own event, or it would be the only one for a while that fits
  if (plot === 'twin') return
  await stage.simulator.control.plantEvents([{ event: { note, on: Object(json).vault.id } }])
}

function ksuid(): string {
  return `2${randomBytes(13).toString('hex')}`
}

/** The record of each request, by its id. */
async function records() {
  const found = new Map<string, { status: string; vault: { id: string } | null; warnings: string[] }>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/requests?limit=100${cursor && `&cursor=${cursor}`}`
    const { body } = await stage.worker.call('GET', path, { as: 'operator' })
    for (const record of body.requests) found.set(record.id, record)
    cursor = body.cursor
  }
  return found
}

const toldOf = ({ number }: Lost) => receiver.at(`/${number}`).map(({ body }) => JSON.parse(body))

test('200 lost creates are settled right as far as the log shows them, whatever was planted, and everyone is told', async () => {
  const lost = await withVaults(await loseAll())
  // ids by the thousand that are no vaults, or none of these requests
  await stage.simulator.control.plantEvents(
    Array.from({ length: 30 }, () => ({ event: { kind: 'vault', ids: Array.from({ length: 100 }, ksuid) } })),
  )
  for (const one of lost) await plant(one)
  const provable = lost.filter(({ isShown, plot }) => isShown && plot !== 'twin' && plot !== 'flood')
  expect(provable.length).toBeGreaterThan(REQUESTS_COUNT / 2)
  await stage.simulator.control.clearJournal()

  const unsettled = async () => {
    const found = await records()
    return provable.filter(({ id }) => found.get(id)?.status !== 'created').map(({ name }) => name)
  }
  await expect.poll(unsettled, { timeout: SETTLED_WITHIN_MS, interval: 2_000 }).toEqual([])
  const untold = () => provable.filter((one) => toldOf(one).length < 2).map(({ name }) => name)
  await expect.poll(untold, { timeout: 60_000, interval: 500 }).toEqual([])

  const found = await records()
  const settled = lost.filter(({ id }) => found.get(id)?.status === 'created')
  for (const { id, name, vault } of lost) {
    const record = found.get(id)
    if (record?.status === 'created') expect([name, record.vault?.id]).toEqual([name, vault.id])
    else expect([name, record?.status]).toEqual([name, 'unknown'])
  }
  expect(new Set(settled.map(({ id }) => found.get(id)?.vault?.id)).size).toBe(settled.length)
  for (const one of lost) {
    const isSettled = found.get(one.id)?.status === 'created'
    const types = toldOf(one).map(({ type }) => type)
    expect([one.name, types]).toEqual([
      one.name,
      isSettled ? ['vault.unknown', 'vault.created'] : ['vault.unknown'],
    ])
    if (isSettled) expect(toldOf(one)[1].data.vault.id).toBe(one.vault.id)
  }

  const journal = await stage.simulator.control.journal()
  const count = (step: string) => journal.filter((entry) => entry.step === step).length
  // a machine that is slow has come to the third look
  const looks = 3 * REQUESTS_COUNT
  expect(count('system-log')).toBeLessThanOrEqual(looks * MAX_PAGES_COUNT)
  expect(count('get')).toBeLessThanOrEqual(looks * MAX_READS_COUNT)
  expect(count('create')).toBe(0)
  console.log(
    `lost creates: ${settled.length} of ${REQUESTS_COUNT} settled, ${provable.length} could be proven; of ` +
      `${lost.filter(({ plot }) => plot === 'twin').length} with a twin ${settled.filter(({ plot }) => plot === 'twin').length}; ` +
      `${count('system-log')} pages of the log and ${count('get')} vaults were read`,
  )
  await expectNoSecrets(stage)
}, 600_000)
