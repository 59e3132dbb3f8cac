import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible, expectNoSidewaysScroll, expectTabOrder, unfold } from './accessibility.ts'
import { make, type Scene, startScene, useKey } from './scene.ts'

const BROAD = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 780 }
const HOSTILE = '<img src=x onerror=alert(1)>'.repeat(6)
const schemes = ['light', 'dark'] as const
let scene: Scene

/** The requests that the pages show, by their status. */
const ids = { created: '', failed: '', unknown: '' }

beforeAll(async () => {
  scene = await startScene({ CONDUCTORONE_SYSTEM_LOG: 'off' }) // so that what is unknown stays so
  const ticket = { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' }
  ids.created = await make(scene.stage, 'created', {
    name: 'Payroll break-glass',
    ticket,
    requestedBy: 'jane@example.com',
  })
  ids.failed = await make(scene.stage, 'failed', { name: HOSTILE, ticket: { id: 'x'.repeat(255) } })
  ids.unknown = await make(scene.stage, 'unknown', {
    name: 'Vendor access',
    requestedBy: `${'long'.repeat(50)}@example.com`,
  })
})
afterAll(() => scene.stop())
afterEach(() => scene.expectCalm())

async function nothing(): Promise<void> {}

/** Everything that the pages can show: where it is, and how one gets there. */
const views: readonly [string, string | (() => string), (page: Page) => Promise<void>][] = [
  ['the start page', '/', nothing],
  ['a problem', '/problems/outcome-unknown', nothing],
  ['all problems', '/problems', nothing],
  ['the API', '/docs', (page) => page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()],
  ['the API with everything unfolded', '/docs', unfolded],
  ['the API with an answer', '/docs', tried],
  ['the console without a key', '/console', nothing],
  ['the console with a wrong key', '/console', refused],
  ['the console', '/console', listed],
  ['the console with all filters', '/console', filtered],
  ['the register', '/', registered],
  ['a request that is retried', '/', retried],
  ['a request that made its vault', () => `/console/requests/${ids.created}`, shown],
  ['a request that failed', () => `/console/requests/${ids.failed}`, shown],
  ['a request whose outcome is unknown', () => `/console/requests/${ids.unknown}`, shown],
  ['the dialog that settles', () => `/console/requests/${ids.unknown}`, settling],
]

async function unfolded(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()
  await unfold(page)
}

async function tried(page: Page): Promise<void> {
  await useKey(page)
  await page.locator('#listRequests .try summary').first().click()
  await page.locator('#listRequests').getByRole('button', { name: 'Send the request' }).click()
  await page.getByText('200 OK').waitFor()
}

async function refused(page: Page): Promise<void> {
  await useKey(page, 'no-key-of-anybody')
  await page.getByText('doesn’t know that key').waitFor()
}

async function listed(page: Page): Promise<void> {
  await useKey(page)
  await page.getByText('3 requests').waitFor()
}

async function filtered(page: Page): Promise<void> {
  await listed(page)
  await page.getByText('More filters').click()
  await page.getByRole('checkbox', { name: 'Unknown' }).check()
  await page.locator('#news').getByText('1 request', { exact: true }).waitFor()
}

async function registered(page: Page): Promise<void> {
  const { name, owners, ticket, requestedBy, createdAt } = await read(ids.created)
  const vault = {
    id: 'a',
    name,
    owners,
    ticket,
    requestedBy,
    approvedBy: null,
    createdAt,
    request: ids.created,
  }
  await page.route('**/v1/vaults?*', (route) =>
    route.fulfill({ json: { vaults: [vault, { ...vault, name: HOSTILE }], cursor: ids.created } }),
  )
  await page.goto(new URL('/console/vaults', scene.stage.worker.url).href)
  await useKey(page)
  await page.getByText('The newest 2 vaults').waitFor()
}

async function retried(page: Page): Promise<void> {
  const attempts = ['postponed', 'unknown', null].map((outcome, index) => ({
    number: index + 1,
    startedAt: new Date(index * 60_000).toISOString(),
    endedAt: outcome && new Date(index * 60_000 + 1_234).toISOString(),
    outcome,
    upstreamStatus: 503,
    problem: 'conductorone-unavailable',
  }))
  const nextAttemptAt = new Date(Date.now() + 3_600_000).toISOString()
  const record = { ...(await read(ids.failed)), status: 'accepted', attempt: 4, nextAttemptAt, attempts }
  await page.route('**/v1/requests/*', (route) => route.fulfill({ json: record }))
  await page.goto(new URL(`/console/requests/${ids.failed}`, scene.stage.worker.url).href)
  await shown(page)
}

async function read(id: string) {
  return (await scene.stage.worker.call('GET', `/v1/requests/${id}`, { as: 'operator' })).body
}

async function shown(page: Page): Promise<void> {
  await useKey(page)
  await page.locator('.outcome-card').waitFor()
}

async function settling(page: Page): Promise<void> {
  await shown(page)
  await page.getByRole('button', { name: 'Settle this request' }).click()
  await page.getByLabel('The vault is there').check()
}

function open(path: string | (() => string), options?: BrowserContextOptions): Promise<Page> {
  return scene.open(typeof path === 'string' ? path : path(), options)
}

test.each(
  views.flatMap(([what, path, reach]) => schemes.map((scheme) => [what, scheme, path, reach] as const)),
)('%s (%s) has no grave fault that axe finds, and fits a phone', async (_, colorScheme, path, reach) => {
  const page = await open(path, { colorScheme, viewport: BROAD })
  await reach(page)
  await expectAccessible(page, 'on a desk')
  const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
  expect(background).toBe(colorScheme === 'dark' ? 'rgb(20, 24, 27)' : 'rgb(248, 249, 249)')
  await page.setViewportSize(PHONE)
  await expectNoSidewaysScroll(page, 'on a phone')
  await expectAccessible(page, 'on a phone')
})

test.each(views.filter(([what]) => !what.includes('unfolded')))(
  '%s (%s) can be used with the keyboard alone',
  async (_, path, reach) => {
    const page = await open(path)
    await reach(page)
    await expectTabOrder(page)
  },
)

test('a script in a name or a ticket is shown as the text that it is', async () => {
  const script = `<script>document.title = 'taken'</script>`
  const name = `${script}<img src=x onerror="document.title = 'taken'">`
  const url = 'https://example.com/"onmouseover="x'
  const id = await make(scene.stage, 'unknown', {
    name,
    ticket: { id: `${script} 1`, url },
    requestedBy: script,
  })
  const page = await scene.open('/console')
  await useKey(page)
  const link = page.getByRole('link', { name, exact: true })
  await link.waitFor()
  expect(await page.title()).toBe('Requests · Vaults for ConductorOne')
  await link.click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/console/requests/${id}`)
  expect(await page.getByRole('link', { name: `${script} 1`, exact: true }).getAttribute('href')).toBe(
    new URL(url).href,
  )
  await page.getByRole('button', { name: 'Settle this request' }).click()
  expect(await page.getByRole('dialog').getByText(name).count()).toBe(1)
  expect(await page.locator('main script, main img, dialog script, dialog img').count()).toBe(0)
  expect(await page.title()).toBe(`${name} · Vaults for ConductorOne`)
})

test('text that would become markup is stopped by the browser', async () => {
  const page = await scene.open('/console')
  await expect(page.evaluate(`document.body.innerHTML = '<p>'`)).rejects.toThrow('TrustedHTML')
  await expect(page.evaluate(`document.createElement('script').src = '/pages/docs.js'`)).rejects.toThrow(
    'TrustedScriptURL',
  )
  await scene.expectCalm(/requires 'Trusted/)
})

test('what is not there is a page in a browser, and leads on', async () => {
  for (const path of ['/nope', '/problems/nope', '/docs.html', '/console/nope', '/v1/nope']) {
    const page = await scene.open(path)
    await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
    expect(await page.locator('main').getByRole('link', { name: 'Problems' }).getAttribute('href')).toBe(
      '/problems',
    )
  }
  await scene.expectCalm(/404/)
})

test('every problem is listed, and an unknown outcome leads to the console', async () => {
  const page = await scene.open('/problems')
  await page.getByRole('link', { name: 'outcome-unknown' }).click()
  await page.getByRole('link', { name: 'Settle it in the console' }).click()
  await useKey(page)
  await page.getByRole('link', { name: 'Vendor access' }).waitFor()
  expect(await page.getByRole('checkbox', { name: 'Unknown' }).isChecked()).toBe(true)
  expect(await page.getByRole('link', { name: 'Payroll break-glass' }).count()).toBe(0)
})
