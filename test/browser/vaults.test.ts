import { readFile } from 'node:fs/promises'
import type { Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Scene, startScene, useKey } from './scene.ts'

let scene: Scene

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.stop())
afterEach(() => scene.expectCalm())

const REQUEST = 'req_01m83setgvfryzrhs4470v10'

/** A line of the register, as the API answers it. */
function registered(name: string) {
  return {
    id: '2mQg9IILyNefQ6oMTvolM4FjV01',
    name,
    owners: [{ input: 'owner@example.com', id: '2mQg9IILyNefQ6oMTvolM4FjD01' }],
    ticket: { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' },
    requestedBy: 'jane@example.com',
    approvedBy: 'maria@example.com',
    source: 'jira',
    caller: 'jira',
    preset: null,
    credentialTtl: null,
    createdAt: '2026-10-23T09:30:01.000Z',
    settledBy: null,
    forced: false,
    request: REQUEST,
  }
}

/** Opens the register of a deployment that answers as given. */
async function openRegister(query: string, answer: (route: Route) => Promise<void>): Promise<Page> {
  const page = await scene.open('/')
  await page.route(/\/v1\/vaults(\?|$)/, answer)
  await page.goto(new URL(`/console/vaults${query}`, scene.stage.worker.url).href)
  await useKey(page)
  await page
    .locator('#news')
    .getByText(/vault|register/i)
    .waitFor()
  return page
}

function searchOf(route: Route): URLSearchParams {
  return new URL(route.request().url()).searchParams
}

test('each vault is a line: who owns it, who asked, who approved, and the ticket that says why', async () => {
  const page = await openRegister('', (route) =>
    route.fulfill({ json: { vaults: [registered('Payroll')], cursor: null } }),
  )
  const row = page.locator('tbody tr')
  for (const text of ['Payroll', 'owner@example.com', 'jane@example.com', 'maria@example.com', 'SEC-42'])
    expect(await row.textContent()).toContain(text)
  const ticket = row.getByRole('link', { name: 'SEC-42' })
  expect(await ticket.getAttribute('href')).toBe('https://acme.atlassian.net/browse/SEC-42')
  expect(await ticket.getAttribute('rel')).toBe('noopener noreferrer')
  expect(await row.getByRole('link', { name: 'Payroll' }).getAttribute('href')).toBe(
    `/console/requests/${REQUEST}`,
  )
})

test('each line has its preset, and what settled a vault whose outcome was unknown', async () => {
  const settled = { preset: 'payroll', settledBy: 'conductorone-system-log' }
  const forced = { settledBy: 'operator', forced: true }
  const page = await openRegister('', (route) =>
    route.fulfill({
      json: {
        vaults: [{}, settled, forced].map((changes) => ({ ...registered('Payroll'), ...changes })),
        cursor: null,
      },
    }),
  )
  const column = (label: string) => page.locator(`tbody [data-label="${label}"]`).allTextContents()
  expect(await column('Preset')).toEqual(['–', 'payroll', '–'])
  expect(await column('Settled by')).toEqual(['–', 'system log', 'forced by operator'])
})

test('the search is the API’s, from the keyboard, and the address keeps it', async () => {
  const page = await openRegister('?owner=owner%40example.com', (route) => {
    const found = searchOf(route).get('q') === 'pay' && searchOf(route).get('owner') === 'owner@example.com'
    return route.fulfill({ json: { vaults: found ? [registered('Payroll')] : [], cursor: null } })
  })
  expect(await page.locator('#news').textContent()).toBe('No vault matches these filters.')
  await page.keyboard.press('/')
  await page.keyboard.type('pay')
  await page.locator('tbody tr').getByRole('link', { name: 'Payroll' }).waitFor()
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    owner: 'owner@example.com',
    q: 'pay',
  })
  await page.reload()
  await page.locator('tbody tr').getByRole('link', { name: 'Payroll' }).waitFor()
})

test('older vaults are shown page by page', async () => {
  const page = await openRegister('', (route) =>
    route.fulfill({
      json: searchOf(route).has('cursor')
        ? { vaults: [registered('Older')], cursor: null }
        : { vaults: [registered('Newer')], cursor: REQUEST },
    }),
  )
  await page.getByRole('button', { name: 'Show older vaults' }).press('Enter')
  await page.locator('#news').getByText('2 vaults').waitFor()
  expect(await page.locator('tbody a.name').allTextContents()).toEqual(['Newer', 'Older'])
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Older')
})

test('the whole register is saved as CSV', async () => {
  const csv = '"id","name"\r\n"2mQg9IILyNefQ6oMTvolM4FjV01","Payroll"\r\n'
  const page = await openRegister('?q=pay', (route) =>
    route.request().headers().accept === 'text/csv'
      ? route.fulfill({ contentType: 'text/csv', body: csv })
      : route.fulfill({ json: { vaults: [], cursor: null } }),
  )
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download all as CSV' }).press('Enter')
  const file = await saved
  expect(file.suggestedFilename()).toMatch(/^vaults-\d{4}-\d\d-\d\d\.csv$/)
  expect(await readFile(await file.path(), 'utf8')).toBe(csv)
})

test('a deployment without a register says so', async () => {
  const problem = { code: 'method-not-allowed', title: '…', status: 405, detail: '…' }
  const page = await openRegister('', (route) => route.fulfill({ status: 405, json: problem }))
  await page.getByText('This deployment keeps no register.').waitFor()
})
