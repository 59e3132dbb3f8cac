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

/** The console, showing what the test has made. */
async function openConsole(key: string = KEYS.operator, query = `ticket=${ticket.id}`): Promise<Page> {
  const page = await scene.open(`/console?${query}`)
  await useKey(page, key)
  await page
    .locator('#news')
    .getByText(/request/i)
    .waitFor()
  return page
}

function rows(page: Page): Locator {
  return page.locator('tbody:visible')
}

async function read(id: string) {
  return (await scene.stage.worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
}

async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
  )
}

test('requests are shown newest first, with who asked, for what, and what became of it', async () => {
  await make(scene.stage, 'created', { name: 'First', ticket, requestedBy: 'jane@example.com' })
  const id = await make(scene.stage, 'failed', { name: 'Second', ticket })
  const page = await openConsole()
  expect(await rows(page).locator('strong.name').allTextContents()).toEqual(['Second', 'First'])
  const [second, first] = [rows(page).nth(0), rows(page).nth(1)]
  const { vault } = (await scene.stage.worker.call('GET', `/v1/requests?ticket=${ticket.id}&status=created`))
    .body.requests[0]
  for (const text of [
    'created',
    vault.id,
    'jane@example.com',
    'runbook, source api',
    ticket.id,
    'owner@example.com',
  ])
    expect(await first.textContent()).toContain(text)
  for (const text of [
    'failed',
    id,
    'ConductorOne refused the content',
    'No vault was created.',
    'ConductorOne said: HTTP 400, invalid argument',
    'correct the request and send it again',
  ])
    expect(await second.textContent()).toContain(text)
  expect(await second.getByRole('link', { name: 'rejected-by-conductorone' }).getAttribute('href')).toBe(
    '/problems/rejected-by-conductorone',
  )
})

test('fields at fault and warnings are shown', async () => {
  const owners = ['stranger@example.com']
  expect((await scene.stage.worker.create({ name: 'Whose', owners, ticket })).status).toBe(422)
  await scene.stage.simulator.control.fault('update', 'bad-request')
  await make(scene.stage, 'created', { name: 'Short-lived', ticket, credentialTtl: '30d' })
  const page = await openConsole()
  expect(await rows(page).nth(1).getByRole('listitem').textContent()).toContain(
    '/owners/0 stranger@example.com',
  )
  await expect.poll(() => warning(page), { timeout: 20_000 }).toContain('ConductorOne')
})

test('many faults and many owners are folded, and unfold with the keyboard', async () => {
  const strangers = Array.from({ length: 32 }, (_, number) => `stranger-${number}@example.com`)
  expect((await scene.stage.worker.create({ name: 'Whose', owners: strangers, ticket })).status).toBe(422)
  const { control } = scene.stage.simulator
  const users = strangers.map((email, number) => {
    const id = `2mQg9IILyNefQ6oMTvolM4Fj${number + 100}`
    return { id, email, displayName: email, status: 'ENABLED' } as const
  })
  await control.replaceUsers([...(await control.users()), ...users])
  await make(scene.stage, 'created', {
    name: 'Everyone’s',
    ticket,
    owners: users.map(({ id }) => id),
  })
  const page = await openConsole()
  const [many, refused] = [rows(page).nth(0), rows(page).nth(1)]
  expect(await many.getByText('2mQg9').and(many.locator(':visible')).count()).toBe(4)
  expect((await refused.boundingBox())?.height).toBeLessThan(400)
  for (const summary of [many.getByText('28 more'), refused.getByText('All 32 faults')]) {
    await summary.focus()
    await page.keyboard.press('Enter')
  }
  await many.getByText('2mQg9IILyNefQ6oMTvolM4Fj131').waitFor()
  await refused.getByRole('listitem').getByText('stranger-31@example.com').waitFor()
})

async function warning(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'Refresh' }).click()
  return rows(page).nth(0).locator('.warning').textContent({ timeout: 5_000 })
}

test('status and ticket are filtered by the API, and the address keeps them', async () => {
  const other = { id: unique('OPS') }
  await make(scene.stage, 'created', { name: 'Made', ticket })
  await make(scene.stage, 'failed', { name: 'Refused', ticket })
  await make(scene.stage, 'failed', { name: 'Refused elsewhere', ticket: other })
  const page = await openConsole()
  const asked = page.waitForRequest(
    (request) => new URL(request.url()).searchParams.get('status') === 'failed',
  )
  await page.getByRole('radio', { name: 'All' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  expect(new URL((await asked).url()).searchParams.get('ticket')).toBe(ticket.id)
  await page.locator('#news').getByText('1 request').waitFor()
  expect(await rows(page).locator('strong.name').allTextContents()).toEqual(['Refused'])
  expect(new URL(page.url()).search).toBe(`?${new URLSearchParams({ status: 'failed', ticket: ticket.id })}`)

  await page.getByLabel('Ticket').fill(other.id)
  await page.keyboard.press('Enter')
  await rows(page).getByText('Refused elsewhere').waitFor()
  await page.reload()
  await rows(page).getByText('Refused elsewhere').waitFor()
  expect(await page.getByRole('radio', { name: 'Failed' }).isChecked()).toBe(true)
  expect(await rows(page).count()).toBe(1)
})

test('the search finds in what is shown', async () => {
  await make(scene.stage, 'created', { name: 'Payroll', ticket, requestedBy: 'jane@example.com' })
  await make(scene.stage, 'created', { name: 'Billing', ticket, requestedBy: 'sam@example.com' })
  const page = await openConsole()
  await page.getByLabel('Search in what is shown').fill('JANE@')
  expect(await page.locator('#news').textContent()).toBe('1 of 2 requests')
  expect(await rows(page).locator('strong.name').allTextContents()).toEqual(['Payroll'])
  await page.getByLabel('Search in what is shown').fill('nobody')
  expect(await page.getByRole('table').count()).toBe(0)
})

test('older requests are shown page by page, each once', async () => {
  const ids: string[] = []
  for (let number = 0; number < 27; number++)
    ids.push(await make(scene.stage, 'created', { name: `Number ${number}`, ticket }))
  const page = await openConsole()
  expect(await page.locator('#news').textContent()).toBe('25 newest requests')
  // what is typed there and not asked for yet is none of its business
  await page.getByLabel('Ticket').fill('another one')
  await page.getByRole('button', { name: 'Show older requests' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('#news').getByText('27 requests').waitFor()
  expect(await page.getByRole('button', { name: 'Show older requests' }).count()).toBe(0)
  const shown = await rows(page).getByText('request req_').allTextContents()
  expect(shown.map((text) => text.replace('request ', ''))).toEqual(ids.toReversed())
  expect(await focused(page)).toBe('Number 1')
})

test('an unknown request is settled with the vault that was found', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Lost', ticket })
  const found = (await scene.stage.simulator.control.vaults()).find(({ description }) =>
    description.includes(id),
  )
  const page = await openConsole()
  expect(await rows(page).textContent()).toContain('Nobody knows whether the vault was created')
  await page.getByRole('button', { name: 'Settle Lost' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toContain(id)
  await dialog.getByLabel('The vault is there').check()
  await dialog.getByLabel('Id of the vault').fill(found?.id ?? '')
  await dialog.getByRole('button', { name: 'Settle as created' }).click()
  await page.getByText('Lost: settled as created.').waitFor()
  expect(await rows(page).locator('.status').textContent()).toBe('created')
  expect(await rows(page).textContent()).toContain(found?.id)
  expect(await focused(page)).toBe('Lost')
  expect(await read(id)).toMatchObject({ status: 'created', vault: { id: found?.id } })
})

test('settling as not created says what it means, and wants to be confirmed', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Never made', ticket })
  const page = await openConsole()
  await page.getByRole('button', { name: 'Settle Never made' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'The vault is there' }).focus()
  await page.keyboard.press('ArrowDown')
  await dialog.getByText('If there was one after all, there are two then.').waitFor()
  await dialog.getByRole('button', { name: 'Settle as not created' }).focus()
  await page.keyboard.press('Enter')
  // without the tick in the box, the browser asks for it and nothing is sent
  expect((await read(id)).status).toBe('unknown')
  await dialog.getByLabel('I have looked').focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.getByText('Never made: settled as failed.').waitFor()
  expect(await read(id)).toMatchObject({ status: 'failed', vault: null })
})

test('a settlement that is refused is told in the dialog, and settles nothing', async () => {
  const id = await make(scene.stage, 'unknown', { name: 'Lost again', ticket })
  const page = await openConsole()
  await page.getByRole('button', { name: 'Settle Lost again' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('The vault is there').check()
  await dialog.getByLabel('Id of the vault').fill('2mQg9IILyNefQ6oMTvolM4FjZ99')
  await dialog.getByRole('button', { name: 'Settle as created' }).click()
  await dialog.getByText('ConductorOne has no vault with that id.').waitFor()
  expect((await read(id)).status).toBe('unknown')

  const own = await openConsole(KEYS.runbook)
  await own.getByRole('button', { name: 'Settle Lost again' }).click()
  await own.getByLabel('There is no such vault').check()
  await own.getByLabel('I have looked').check()
  await own.getByRole('button', { name: 'Settle as not created' }).click()
  await own.getByRole('dialog').getByText('This key lacks the scope "operate"').waitFor()
  expect((await read(id)).status).toBe('unknown')
})

test('the dialog keeps the focus, and gives it back', async () => {
  await make(scene.stage, 'unknown', { name: 'Lost', ticket })
  const page = await openConsole()
  const button = page.getByRole('button', { name: 'Settle Lost' })
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
    expect(await focused(page)).toBe('Settle Lost')
  }
})

test('a wrong key is told plainly, and is not kept', async () => {
  const page = await scene.open('/console')
  await useKey(page, 'no-key-of-anybody')
  await page.getByText('This deployment does not know that key.').waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await page.locator('#api-key').fill('two words')
  await page.keyboard.press('Enter')
  await page.getByText('This cannot be a key').waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
})

test('a deployment that does not answer for a moment costs nobody the key', async () => {
  await make(scene.stage, 'created', { name: 'Still there', ticket })
  const page = await openConsole()
  await page.route('**/v1/requests?*', (route) => route.abort())
  await page.getByRole('button', { name: 'Refresh' }).click()
  await page.getByText('This deployment cannot be reached').waitFor()
  expect(await rows(page).count()).toBe(0)
  await page.reload()
  await page.getByText('This deployment cannot be reached').waitFor()
  await page.unroute('**/v1/requests?*')
  await page.reload()
  await rows(page).getByText('Still there').waitFor()
})

test('a key shows what its scopes let it see', async () => {
  await make(scene.stage, 'created', { name: 'Of the runbook', ticket })
  const page = await openConsole(KEYS.reader)
  expect(await page.locator('#news').textContent()).toBe('No request matches this filter.')
  expect(await rows(await openConsole(KEYS.runbook)).count()).toBe(1)
})

test('the key is kept in the tab only, and gone once it is forgotten', async () => {
  await make(scene.stage, 'created', { name: 'Seen', ticket })
  const page = await openConsole()
  await page.reload()
  await rows(page).getByText('Seen').waitFor()
  const stored = `JSON.stringify([{ ...localStorage }, document.cookie, location.href, history.state])`
  expect(await page.evaluate(stored)).not.toContain(KEYS.operator)
  expect(await page.evaluate('localStorage.length')).toBe(0)

  const beside = await page.context().newPage()
  await beside.goto(page.url())
  await beside.locator('#api-key').waitFor()
  expect(await beside.evaluate('sessionStorage.length')).toBe(0)

  await page.getByRole('button', { name: 'Forget the key' }).focus()
  await page.keyboard.press('Enter')
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  expect(await page.content()).not.toContain(KEYS.operator)
  expect(await rows(page).count()).toBe(0)
  expect(await page.evaluate('document.activeElement.id')).toBe('api-key')
  await page.reload()
  expect(await page.locator('#api-key').inputValue()).toBe('')
})
