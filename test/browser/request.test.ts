import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { unique } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'
import { make, type Scene, startScene, useKey } from './scene.ts'

let scene: Scene

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())
afterEach(() => scene.expectCalm())

async function openRequest(id: string, key: string = KEYS.operator): Promise<Page> {
  const page = await scene.open(`/console/requests/${id}`)
  await useKey(page, key)
  await page.locator('.outcome-card').waitFor()
  return page
}

async function read(id: string) {
  return (await scene.stage.worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
}

/** The vault that a request made although its answer was lost. */
async function lostVault(id: string) {
  const vaults = await scene.stage.simulator.control.vaults()
  const lost = vaults.find(({ description }) => description.includes(id))
  if (!lost) throw new Error(`the simulator has no vault of ${id}`)
  return lost
}

test('a request that made its vault says what was asked, by whom, and where the vault is', async () => {
  const ticket = { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' }
  const id = await make(scene.stage, 'created', { name: 'Payroll', ticket, requestedBy: 'jane@example.com' })
  const page = await openRequest(id)
  const { vault } = await read(id)
  for (const text of ['The vault is there.', vault.id, 'Settings > Vaults', 'My vaults', 'Save to vault'])
    await page.locator('.outcome-card').getByText(text).waitFor()
  for (const text of [id, 'jane@example.com', 'runbook (API)', 'owner@example.com'])
    expect(await page.locator('.columns .facts').textContent()).toContain(text)
  const link = page.getByRole('link', { name: 'SEC-42' })
  expect(await link.getAttribute('href')).toBe(ticket.url)
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
  expect(await page.locator('.timeline').textContent()).toMatch(
    /Attempt 1: ConductorOne created the vault.*took \d+ m?s/,
  )
})

test('the timeline has each attempt with its time, how long it took and what ConductorOne answered', async () => {
  const id = await make(scene.stage, 'failed', { name: 'Attempted' })
  const page = await openRequest(id)
  const attempt = page.locator('.timeline li').nth(1)
  expect(await attempt.textContent()).toMatch(/Attempt 1: No vault was created.*HTTP 400 from ConductorOne/)
  expect(await attempt.locator('time').getAttribute('title')).toMatch(/\d\d:\d\d:\d\d \S+$/)
})

test('ids and the record can be copied', async () => {
  const id = await make(scene.stage, 'created', { name: 'Copied' })
  const page = await openRequest(id)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy the request id' }).press('Enter')
  await page.getByText('Copied', { exact: true }).and(page.locator('button span')).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(id)
  await page.getByText('Record as JSON').press('Enter')
  await page.getByRole('button', { name: 'Copy the record' }).press('Enter')
  await expect
    .poll(async () => JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()')))
    .toMatchObject(await read(id))
})

test('fields at fault are named as people know them, each once', async () => {
  const owners = ['stranger@example.com']
  const answer = await scene.stage.worker.create({ name: 'Whose', owners, ticket: { id: unique('SEC') } })
  const page = await openRequest(answer.headers.get('x-request-id') ?? '')
  const text = (await page.locator('.outcome-card').textContent()) ?? ''
  expect(text).toContain('Owner 1: stranger@example.com')
  expect(text).not.toContain('/owners/0')
  expect(text.split('stranger@example.com').length).toBe(2)
})

test('many faults are folded, and unfold with the keyboard', async () => {
  const strangers = Array.from({ length: 32 }, (_, number) => `stranger-${number}@example.com`)
  const answer = await scene.stage.worker.create({ name: 'Whose', owners: strangers })
  const page = await openRequest(answer.headers.get('x-request-id') ?? '')
  await page.getByText('All 32 faults').press('Enter')
  await page.getByText('Owner 32: stranger-31@example.com').waitFor()
})

test('a request that is retried says when, and that there is nothing to do', async () => {
  const id = await make(scene.stage, 'created', { name: 'Retried' })
  const page = await scene.open('/')
  const problem = { code: 'conductorone-unavailable', title: 'Nothing was done in ConductorOne', detail: '…' }
  const waiting = {
    ...(await read(id)),
    status: 'accepted',
    vault: null,
    owners: [{ input: 'owner@example.com', id: null }],
    problem,
    attempt: 3,
    nextAttemptAt: new Date(Date.now() + 60_000).toISOString(),
  }
  await page.route('**/v1/requests/*', (route) => route.fulfill({ json: waiting }))
  await page.goto(new URL(`/console/requests/${id}`, scene.stage.worker.url).href)
  await useKey(page)
  await page.getByText(/^Attempt 3, next at \d\d:\d\d; nothing to do\.$/).waitFor()
  const text = (await page.locator('main').textContent()) ?? ''
  expect(text).toContain('Last time: Nothing was done in ConductorOne.')
  expect(text).not.toContain('send the request again')
  expect(text).toContain('owner@example.com not looked up yet')
})

test('what was asked for, and who was told what and when, is shown if it is on record', async () => {
  const id = await make(scene.stage, 'created', { name: 'Told', requestedBy: 'jane@example.com' })
  const page = await scene.open('/')
  const told = {
    ...(await read(id)),
    description: 'For the yearly audit.',
    kind: 'magic_link',
    maxViews: 3,
    credentialTtl: '2592000s',
    told: [
      { to: 'requester', at: '2026-10-23T09:30:05.000Z', error: null },
      { to: '2mQg9IILyNefQ6oMTvolM4FjD01', at: '2026-10-23T09:30:06.000Z', error: null },
      { to: 'hooks.example.com', at: '2026-10-23T09:31:05.000Z', error: 'HTTP 503' },
    ],
  }
  await page.route('**/v1/requests/*', (route) => route.fulfill({ json: told }))
  await page.goto(new URL(`/console/requests/${id}`, scene.stage.worker.url).href)
  await useKey(page)
  const facts = page.locator('.columns .facts')
  for (const text of ['For the yearly audit.', 'magic link, 3 views', '30 days'])
    await facts.getByText(text, { exact: true }).waitFor()
  const timeline = page.locator('.timeline')
  for (const receiver of ['jane@example.com', 'owner@example.com'])
    await timeline.getByText(`Told ${receiver}`, { exact: true }).waitFor()
  expect(await timeline.locator('.failed').textContent()).toMatch(
    /Could not tell hooks\.example\.comHTTP 503$/,
  )
})

test('the page refreshes itself while the request is under way, and stays as it is if that fails', async () => {
  const id = await make(scene.stage, 'created', { name: 'Under way' })
  const page = await scene.open('/')
  await page.clock.install()
  const record = { ...(await read(id)), status: 'creating', vault: null }
  await page.route('**/v1/requests/*', (route) => route.fulfill({ json: record }))
  await page.goto(new URL(`/console/requests/${id}`, scene.stage.worker.url).href)
  await useKey(page)
  await page.getByText('ConductorOne is making the vault.').waitFor()
  await page.unroute('**/v1/requests/*')
  await page.route('**/v1/requests/*', (route) => route.abort())
  await page.clock.runFor(6_000)
  await page.getByText('Not refreshed').waitFor()
  await page.getByText('ConductorOne is making the vault.').waitFor()
  await page.unroute('**/v1/requests/*')
  await page.clock.runFor(12_000)
  await page.getByText('The vault is there.', { exact: true }).waitFor()
  await page.getByText('Not refreshed').waitFor({ state: 'detached' })
})

test('an unknown request is settled with the vault that was found, which is shown before', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Lost', ticket: { id: unique('SEC') } })
  const found = await lostVault(id)
  const page = await openRequest(id)
  await page.getByText('We don’t know whether there is a vault.').waitFor()
  await page.getByRole('button', { name: 'Settle this request' }).press('Enter')
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toContain(id)
  await dialog.getByLabel('The vault is there').check()
  expect(await dialog.getByRole('button', { name: 'Settle as created' }).isDisabled()).toBe(true)
  await dialog.getByLabel('Vault id').fill(found.id)
  await page.keyboard.press('Enter')
  await dialog.getByText('This vault belongs to this request.').waitFor()
  expect(await dialog.locator('#preview').textContent()).toContain('Lost')
  expect((await read(id)).status).toBe('unknown')
  await dialog.getByRole('button', { name: 'Settle as created' }).press('Enter')
  await page.getByText('Settled: the vault is there.').waitFor()
  expect(await page.evaluate('document.activeElement.id')).toBe('name')
  expect(await read(id)).toMatchObject({ status: 'created', vault: { id: found.id } })
})

test('another vault is not taken for the request’s without a person saying so', async () => {
  const other = await lostVault(await make(scene.stage, 'unknown', { name: 'Lost by another request' }))
  const id = await make(scene.stage, 'unknown', { name: 'Lost too', ticket: { id: unique('SEC') } })
  const page = await openRequest(id)
  await page.getByRole('button', { name: 'Settle this request' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('The vault is there').check()
  await dialog.getByLabel('Vault id').fill(other.id)
  await dialog.getByRole('button', { name: 'Check this vault' }).click()
  await dialog.getByText('Nothing proves that this vault belongs to this request.').waitFor()
  expect(await dialog.getByRole('button', { name: 'Settle as created' }).isDisabled()).toBe(true)
  await dialog.getByLabel('I am sure that it does.').check()
  expect(await dialog.getByRole('button', { name: 'Settle as created' }).isDisabled()).toBe(false)
  // what was seen is gone as soon as another id stands there
  await dialog.getByLabel('Vault id').fill('2mQg9IILyNefQ6oMTvolM4FjZ99')
  expect(await dialog.getByRole('button', { name: 'Settle as created' }).isDisabled()).toBe(true)
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText('is not the id of a vault in ConductorOne').waitFor()
  expect((await read(id)).status).toBe('unknown')
})

test('a vault that another request made is refused, whatever a person says', async () => {
  const taken = (await read(await make(scene.stage, 'created', { name: 'Of another request' }))).vault
  const id = await make(scene.stage, 'unknown', { name: 'Lost beside it', ticket: { id: unique('SEC') } })
  const page = await openRequest(id)
  await page.getByRole('button', { name: 'Settle this request' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('The vault is there').check()
  await dialog.getByLabel('Vault id').fill(taken.id)
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText('another request').waitFor()
  expect(await dialog.getByRole('button', { name: 'Settle as created' }).isDisabled()).toBe(true)
})

test('looking again in the system log settles the request, if the vault is there', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'In the log', ticket: { id: unique('SEC') } })
  const found = await lostVault(id)
  const page = await openRequest(id)
  await page.getByRole('button', { name: 'Settle this request' }).click()
  await page.getByRole('button', { name: 'Look again' }).press('Enter')
  await page.getByText('Settled: the vault is there.').waitFor()
  expect(await read(id)).toMatchObject({
    status: 'created',
    vault: { id: found.id },
    settledBy: 'conductorone-system-log',
  })
  expect(await page.locator('.timeline').textContent()).toContain('Found in ConductorOne’s system log')
})

test('looking again in vain says that this proves nothing, and settles nothing', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Not in the log', ticket: { id: unique('SEC') } })
  const record = await read(id)
  const page = await openRequest(id)
  await page.route('**/resolve', (route) => route.fulfill({ json: record }))
  await page.getByRole('button', { name: 'Settle this request' }).click()
  await page.getByRole('button', { name: 'Look again' }).click()
  await page.getByText('Not found. That proves nothing').waitFor()
  expect((await read(id)).status).toBe('unknown')
})

test('settling as not created says what it means, and wants to be confirmed', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Never made', ticket: { id: unique('SEC') } })
  const page = await openRequest(id)
  await page.getByRole('button', { name: 'Settle this request' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'The vault is there' }).focus()
  await page.keyboard.press('ArrowDown')
  await dialog.getByText('If there is a vault after all, there will be two.').waitFor()
  await dialog.getByRole('button', { name: 'Settle as not created' }).press('Enter')
  // without the tick in the box, the browser asks for it and nothing is sent
  expect((await read(id)).status).toBe('unknown')
  await dialog.getByLabel('I have looked').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.getByText('Settled: no vault was created.').waitFor()
  expect(await read(id)).toMatchObject({ status: 'failed', vault: null })
})

test('a key that may not settle is told so, and gets no button', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Not yours to settle' })
  const page = await openRequest(id, KEYS.runbook)
  await page.getByText('Settling it takes a key with the scope operate').waitFor()
  expect(await page.getByRole('button', { name: 'Settle this request' }).count()).toBe(0)
})

test('the dialog keeps the focus, and gives it back', async () => {
  const page = await openRequest(await make(scene.stage, 'unknown', { name: 'Lost' }))
  const button = page.getByRole('button', { name: 'Settle this request' })
  for (const leave of ['Escape', 'Cancel']) {
    await button.focus()
    await page.keyboard.press('Space')
    await page.getByRole('dialog').waitFor()
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press(press < 6 ? 'Tab' : 'Shift+Tab')
      // beyond its last element is the browser’s own frame, which shows as the body
      expect(await page.evaluate(`document.activeElement.closest('dialog, body').tagName`)).toMatch(
        /DIALOG|BODY/,
      )
      expect(await page.evaluate(`document.activeElement.matches('main *, header *')`)).toBe(false)
    }
    if (leave === 'Escape') await page.keyboard.press('Escape')
    else await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Settle this request')
  }
})

test('a request that is not there, or not the caller’s, is told plainly', async () => {
  const id = await make(scene.stage, 'created', { name: 'Of the runbook' })
  const page = await scene.open(`/console/requests/${id}`)
  await useKey(page, KEYS.reader)
  await page.getByText('There is no such request among yours').waitFor()
  expect(await page.locator('.outcome-card').count()).toBe(0)
})
