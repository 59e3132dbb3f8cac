import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { unique } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'
import { make, type Scene, startScene, useKey } from './scene.ts'

let scene: Scene
/** A ticket that only one test has. */
let ticket: { readonly id: string; readonly url: string }

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())
beforeEach(() => {
  const id = unique('SEC')
  ticket = { id, url: `https://acme.atlassian.net/browse/${encodeURIComponent(id)}` }
})
afterEach(() => scene.expectCalm())

/** The list, showing what the test has made. */
async function openList(key: string = KEYS.operator, query = `ticket=${ticket.id}`): Promise<Page> {
  const page = await scene.open(`/console?${query}`)
  await useKey(page, key)
  await page
    .locator('#news')
    .getByText(/request/i)
    .waitFor()
  return page
}

function rows(page: Page): Locator {
  return page.locator('tbody tr')
}

function names(page: Page): Promise<string[]> {
  return rows(page).getByRole('link').allTextContents()
}

test('each request is one line, newest first, with what happened to it', async () => {
  await make(scene.stage, 'created', { name: 'First', ticket, requestedBy: 'jane@example.com' })
  await make(scene.stage, 'failed', { name: 'Second', ticket })
  await make(scene.stage, 'unknown', { name: 'Third', ticket })
  const page = await openList()
  expect(await names(page)).toEqual(['Third', 'Second', 'First'])
  const texts = await rows(page).allTextContents()
  expect(texts[0]).toContain('Searching, next at ')
  expect(texts[1]).toContain('ConductorOne refused the content')
  for (const text of ['created', 'jane@example.com', ticket.id]) expect(texts[2]).toContain(text)
  const heights = await rows(page).evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height))
  expect(Math.max(...heights)).toBeLessThan(60)
})

test('times are relative, with the exact time and zone on hover', async () => {
  await make(scene.stage, 'created', { name: 'Timed', ticket })
  const page = await openList()
  const time = rows(page).locator('time')
  expect(await time.textContent()).toMatch(/^(now|\d+ s ago)$/)
  expect(await time.getAttribute('title')).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d:\d\d \S+$/)
})

test('a line leads to the page of its request, and back', async () => {
  const id = await make(scene.stage, 'created', { name: 'Linked', ticket })
  const page = await openList()
  await page.getByRole('link', { name: 'Linked' }).press('Enter')
  await page.getByRole('heading', { name: 'Linked' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/console/requests/${id}`)
  await page.locator('.back').getByRole('link').press('Enter')
  await page.getByRole('heading', { name: 'Requests' }).waitFor()
})

test('statuses are chosen with the keyboard, and the address keeps the filters', async () => {
  await make(scene.stage, 'created', { name: 'Made', ticket })
  await make(scene.stage, 'failed', { name: 'Refused', ticket })
  const page = await openList()
  const asked = page.waitForRequest(
    (request) => new URL(request.url()).searchParams.get('status') === 'failed',
  )
  await page.getByRole('checkbox', { name: 'Failed' }).focus()
  await page.keyboard.press('Space')
  await asked
  await page.locator('#news').getByText('1 request').waitFor()
  expect(await names(page)).toEqual(['Refused'])
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    status: 'failed',
    ticket: ticket.id,
  })
  await page.reload()
  await rows(page).getByRole('link', { name: 'Refused' }).waitFor()
  expect(await page.getByRole('checkbox', { name: 'Failed' }).isChecked()).toBe(true)
  await page.getByRole('button', { name: 'Clear filters' }).press('Enter')
  await rows(page).nth(1).waitFor()
  expect(new URL(page.url()).search).toBe('')
})

test('a slash leads to the search, but stays a slash where one types', async () => {
  const page = await openList()
  await page.keyboard.press('/')
  expect(await page.evaluate('document.activeElement.name')).toBe('q')
  await page.keyboard.press('/')
  expect(await page.locator('[name=q]').inputValue()).toBe('/')
})

test('the API searches by name, owner, ticket in any case, request id and vault id', async () => {
  const name = unique('Found')
  const id = await make(scene.stage, 'created', { name, ticket })
  await make(scene.stage, 'created', { name: unique('Other') })
  const { vault } = (await scene.stage.worker.call('GET', `/v1/requests/${id}`)).body
  const page = await openList(KEYS.operator, '')
  for (const text of [name.slice(2).toUpperCase(), ticket.id.toLowerCase(), id, vault.id]) {
    await page.keyboard.press('/')
    await page.keyboard.press('Backspace')
    const answered = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === text)
    await page.keyboard.type(text)
    await answered
    await expect.poll(() => names(page)).toEqual([name])
    expect(new URL(page.url()).searchParams.get('q')).toBe(text)
    await page.evaluate('document.activeElement.blur()')
  }
  await page.reload()
  await page.locator('#news').getByText('1 request', { exact: true }).waitFor()
  await page.locator('[name=q]').fill('no request has this in it')
  await page.getByText('No request matches these filters.').waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
})

test('caller, source and days are filtered, and folded until they are wanted', async () => {
  await make(scene.stage, 'created', { name: 'Today', ticket })
  const page = await openList(KEYS.operator, `ticket=${ticket.id}&caller=runbook&source=api`)
  expect(await names(page)).toEqual(['Today'])
  expect(await page.getByLabel('Caller').inputValue()).toBe('runbook')
  await page.getByLabel('Caller').fill('other')
  await page.keyboard.press('Enter')
  await page.getByText('No request matches these filters.').waitFor()
  await page.getByLabel('Caller').fill('')
  await page.getByLabel('To').fill('2020-01-01')
  await page.keyboard.press('Enter')
  await page.locator('#news').getByText('No request matches these filters.').waitFor()
  await page.getByLabel('To').fill('')
  await page.getByLabel('From').fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10))
  await page.keyboard.press('Enter')
  await page.locator('#news').getByText('1 request', { exact: true }).waitFor()
})

test('statuses are counted, unknown first, with the age of the oldest', async () => {
  await make(scene.stage, 'unknown', { name: 'Old', ticket })
  const page = await openList()
  const labels = await page.locator('.choices label').allTextContents()
  expect(labels[0]).toMatch(/^Unknown [1-9]\d*, oldest \d+ (m?s|min)$/)
  expect(labels[1]).toMatch(/^Under way \d+/)
  expect(labels[3]).toMatch(/^Created [1-9]\d*$/)
})

test('older requests are shown page by page, each once', async () => {
  const ids: string[] = []
  for (let number = 0; number < 27; number++)
    ids.push(await make(scene.stage, 'created', { name: `Number ${number}`, ticket }))
  const page = await openList()
  expect(await page.locator('#news').textContent()).toBe('The newest 25 requests')
  await page.getByRole('button', { name: 'Show older requests' }).press('Enter')
  await page.locator('#news').getByText('27 requests').waitFor()
  expect(await page.getByRole('button', { name: 'Show older requests' }).count()).toBe(0)
  const shown = await rows(page).evaluateAll((all) => all.map((row) => row.getAttribute('data-id')))
  expect(shown).toEqual(ids.toReversed())
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Number 1')
  await page.getByRole('button', { name: 'Refresh' }).click()
  await page.locator('#news').getByText('27 requests').waitFor()
})

/** Opens the list with a clock that the test moves on, and counts how often the list is asked for. */
async function openWithClock(): Promise<{ page: Page; asked: () => number }> {
  const page = await scene.open('/')
  await page.clock.install()
  let count = 0
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/requests') count++
  })
  await page.goto(new URL(`/console?ticket=${ticket.id}`, scene.stage.worker.url).href)
  await useKey(page)
  await page
    .locator('#news')
    .getByText(/request/i)
    .waitFor()
  return { page, asked: () => count }
}

test('the list refreshes itself, and keeps the focus', async () => {
  await make(scene.stage, 'created', { name: 'Before', ticket })
  const { page } = await openWithClock()
  await page.getByRole('link', { name: 'Before' }).focus()
  await make(scene.stage, 'failed', { name: 'Meanwhile', ticket })
  await page.clock.runFor(6_000)
  await rows(page).getByText('Meanwhile').waitFor()
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Before')
  expect(await page.locator('#as-of').textContent()).toMatch(/^As of \d\d:\d\d:\d\d$/)
})

test('it refreshes every few seconds while something is under way, seldom otherwise', async () => {
  const id = await make(scene.stage, 'created', { name: 'Done', ticket })
  const record = (await scene.stage.worker.call('GET', `/v1/requests/${id}`)).body
  const { page, asked } = await openWithClock()
  let status = 'accepted'
  await page.route('**/v1/requests?*', (route) =>
    route.fulfill({ json: { requests: [{ ...record, status }], cursor: null } }),
  )
  await page.clock.runFor(6_000)
  await rows(page).getByText('accepted').waitFor()
  const before = asked()
  status = 'created'
  await page.clock.runFor(6_000)
  await rows(page).getByText('created').waitFor()
  expect(asked()).toBe(before + 1)
  await page.clock.runFor(50_000)
  expect(asked()).toBe(before + 1)
  await page.clock.runFor(15_000)
  await expect.poll(asked).toBe(before + 2)
})

test('if a refresh fails, the lines stay, greyed and with their time, until the next one that works', async () => {
  await make(scene.stage, 'created', { name: 'Still there', ticket })
  const { page } = await openWithClock()
  await page.route('**/v1/requests?*', (route) => route.abort())
  await page.clock.runFor(6_000)
  await page.getByText(/^Not refreshed: this is the state as of \d\d:\d\d:\d\d\./).waitFor()
  expect(await names(page)).toEqual(['Still there'])
  expect(await opacity(page)).toBeLessThan(1)
  await page.unroute('**/v1/requests?*')
  await page.clock.runFor(12_000)
  await page.getByText('Not refreshed').waitFor({ state: 'detached' })
  expect(await opacity(page)).toBe(1)
})

function opacity(page: Page): Promise<number> {
  return page.evaluate<number>(`Number(getComputedStyle(document.querySelector('table')).opacity)`)
}

test('a hidden tab asks for nothing, and catches up when it is seen again', async () => {
  await make(scene.stage, 'created', { name: 'Seen before', ticket })
  const { page, asked } = await openWithClock()
  const become = (state: string) =>
    page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`)
  await become('hidden')
  const before = asked()
  await page.clock.runFor(300_000)
  expect(asked()).toBe(before)
  await become('visible')
  await expect.poll(asked).toBe(before + 1)
})

test('the head says whose key it is and what it may do', async () => {
  const page = await openList(KEYS.reader)
  expect(await page.locator('#account').textContent()).toContain('Signed in as reader')
  expect(await page.locator('#account').textContent()).toContain('read')
  expect(await page.locator('#account').textContent()).not.toContain('operate')
})

test('an operator sees what the checks of the deployment find, and nobody else asks for them', async () => {
  const page = await scene.open('/')
  const advice = 'ConductorOne’s credential ends in 6 days. Make the next one now.'
  let count = 0
  await page.route('**/readyz', (route) => {
    count++
    const checks = [
      { name: 'token', ok: true },
      { name: 'credential', ok: false, do: advice },
    ]
    return route.fulfill({ json: { status: 'ready', checks } })
  })
  await page.goto(new URL('/console', scene.stage.worker.url).href)
  await useKey(page, KEYS.operator)
  await page.locator('#checkup').getByText(advice).waitFor()
  expect(await page.locator('#checkup p').count()).toBe(1)
  await page.getByRole('button', { name: 'Sign out' }).press('Enter')
  expect(await page.locator('#checkup p').count()).toBe(0)
  await useKey(page, KEYS.reader)
  await page
    .locator('#news')
    .getByText(/request/i)
    .waitFor()
  expect(count).toBe(1)
})

test('a wrong key is told plainly, and is not kept', async () => {
  const page = await scene.open('/console')
  await useKey(page, 'no-key-of-anybody')
  await page.getByText('This deployment doesn’t know that key.').waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await page.locator('#api-key').fill('two words')
  await page.keyboard.press('Enter')
  await page.getByText('This is not a key').waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
})

test('a deployment that does not answer for a moment costs nobody the key', async () => {
  await make(scene.stage, 'created', { name: 'Still there', ticket })
  const page = await openList()
  await page.route('**/v1/caller', (route) => route.abort())
  await page.reload()
  await page.getByText('This deployment can’t be reached').waitFor()
  await page.unroute('**/v1/caller')
  await page.getByRole('button', { name: 'Try again' }).press('Enter')
  await rows(page).getByText('Still there').waitFor()
})

test('a key shows what its scopes let it see', async () => {
  await make(scene.stage, 'created', { name: 'Of the runbook', ticket })
  const page = await openList(KEYS.reader)
  expect(await page.locator('#news').textContent()).toBe('No request matches these filters.')
  expect(await rows(await openList(KEYS.runbook)).count()).toBe(1)
})

test('the key is kept in the tab only, and gone after signing out', async () => {
  await make(scene.stage, 'created', { name: 'Seen', ticket })
  const page = await openList()
  await page.reload()
  await rows(page).getByText('Seen').waitFor()
  const stored = `JSON.stringify([{ ...localStorage }, document.cookie, location.href, history.state])`
  expect(await page.evaluate(stored)).not.toContain(KEYS.operator)
  expect(await page.evaluate('localStorage.length')).toBe(0)

  const beside = await page.context().newPage()
  await beside.goto(page.url())
  await beside.locator('#api-key').waitFor()
  expect(await beside.evaluate('sessionStorage.length')).toBe(0)

  await page.getByRole('button', { name: 'Sign out' }).press('Enter')
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  expect(await page.content()).not.toContain(KEYS.operator)
  expect(await rows(page).count()).toBe(0)
  expect(await page.evaluate('document.activeElement.id')).toBe('api-key')
  await page.reload()
  expect(await page.locator('#api-key').inputValue()).toBe('')
})
