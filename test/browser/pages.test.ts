import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible, expectNoSidewaysScroll, expectTabOrder, unfold } from './accessibility.ts'
import { make, type Scene, startScene, useKey } from './scene.ts'

const BROAD = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 780 }
const HOSTILE = '<img src=x onerror=alert(1)>'.repeat(6)
const schemes = ['light', 'dark'] as const
let scene: Scene

beforeAll(async () => {
  scene = await startScene()
  const ticket = { id: 'SEC-42', url: 'https://acme.atlassian.net/browse/SEC-42' }
  await make(scene.stage, 'created', { name: 'Payroll break-glass', ticket, requestedBy: 'jane@example.com' })
  await make(scene.stage, 'failed', { name: HOSTILE, ticket: { id: 'x'.repeat(255) } })
  await make(scene.stage, 'unknown', {
    name: 'Vendor access',
    requestedBy: `${'long'.repeat(50)}@example.com`,
  })
})
afterAll(() => scene.stop())
afterEach(() => scene.expectCalm())

async function nothing(): Promise<void> {}

/** Everything that the pages can show: where, and how one gets there. */
const views: readonly [string, string, (page: Page) => Promise<void>][] = [
  ['the start page', '/', nothing],
  ['a problem', '/problems/outcome-unknown', nothing],
  ['the API', '/docs', (page) => page.getByRole('heading', { name: 'Make a vault', exact: true }).waitFor()],
  ['the API with everything unfolded', '/docs', unfolded],
  ['the API with an answer', '/docs', tried],
  ['the console without a key', '/console', nothing],
  ['the console with a wrong key', '/console', refused],
  ['the console', '/console', listed],
  ['the dialog that settles', '/console', settling],
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
  await page.getByText('does not know that key').waitFor()
}

async function listed(page: Page): Promise<void> {
  await useKey(page)
  await page.getByText('3 requests').waitFor()
}

async function settling(page: Page): Promise<void> {
  await listed(page)
  await page.getByRole('button', { name: 'Settle Vendor access' }).click()
  await page.getByLabel('There is no such vault').check()
}

test.each(
  views.flatMap(([what, path, reach]) => schemes.map((scheme) => [what, scheme, path, reach] as const)),
)('%s (%s) has no grave fault that axe finds, and fits a phone', async (_, colorScheme, path, reach) => {
  const page = await scene.open(path, { colorScheme, viewport: BROAD })
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
    const page = await scene.open(path)
    await reach(page)
    await expectTabOrder(page)
  },
)

test('a script in a name or a ticket is shown as the text that it is', async () => {
  const script = `<script>document.title = 'taken'</script>`
  const name = `${script}<img src=x onerror="document.title = 'taken'">`
  const url = 'https://example.com/"onmouseover="x'
  await make(scene.stage, 'unknown', { name, ticket: { id: `${script} 1`, url }, requestedBy: script })
  await make(scene.stage, 'created', { name, ticket: { id: `${script} 2` }, requestedBy: script })
  const page = await scene.open('/console')
  await useKey(page)
  await page.getByText('5 requests').waitFor()
  expect(await page.getByText(name, { exact: true }).count()).toBe(2)
  expect(await page.getByRole('link', { name: `${script} 1`, exact: true }).getAttribute('href')).toBe(
    new URL(url).href,
  )
  await page.getByRole('button', { name: `Settle ${name}` }).click()
  expect(await page.getByRole('dialog').getByText(name).count()).toBe(1)
  expect(await page.locator('main script, main img, dialog script, dialog img').count()).toBe(0)
  expect(await page.title()).toBe('Console · Vaults for ConductorOne')
})

test('text that would become markup is stopped by the browser', async () => {
  const page = await scene.open('/console')
  await expect(page.evaluate(`document.body.innerHTML = '<p>'`)).rejects.toThrow('TrustedHTML')
  await expect(page.evaluate(`document.createElement('script').src = '/pages/docs.js'`)).rejects.toThrow(
    'TrustedScriptURL',
  )
  await scene.expectCalm(/requires 'Trusted/)
})

test('a ticket is linked where its address is https, and leads away without a trace', async () => {
  const page = await scene.open('/console')
  await useKey(page)
  const link = page.getByRole('link', { name: 'SEC-42' })
  expect(await link.getAttribute('href')).toBe('https://acme.atlassian.net/browse/SEC-42')
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
  expect(await page.getByRole('link', { name: 'xxxx' }).count()).toBe(0)
})
