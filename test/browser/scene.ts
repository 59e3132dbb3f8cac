import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'
import { KEYS } from '../support/worker.ts'
import { startChromium } from './chromium.ts'

/** The user of the simulated tenant who owns what the tests make. */
export const OWNER = 'owner@example.com'

/** A Worker with a tenant behind it, and a browser that visits it. */
export interface Scene {
  readonly stage: Stage
  /** Opens one of its pages in a browser that has never been there. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>
  /**
   * No page so far has reported an error or asked another host for anything. Closes them all.
   *
   * @param but what is all right
   */
  expectCalm(but?: RegExp): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts all of it.
 *
 * @param changes settings of the Worker beside those that every test has
 */
export async function startScene(changes: Record<string, string> = {}): Promise<Scene> {
  const [stage, browser] = await Promise.all([startStage(changes), startChromium()])
  const trouble: string[] = []
  return {
    stage,
    async open(path, options) {
      const page = await newPage(browser, options)
      watch(page, stage.worker.url, trouble)
      await page.goto(new URL(path, stage.worker.url).href)
      return page
    },
    async expectCalm(but = /^$/) {
      expect(trouble.splice(0).filter((line) => !but.test(line))).toEqual([])
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    async stop() {
      await browser.close()
      await stage.stop()
    },
  }
}

async function newPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  return context.newPage()
}

function watch(page: Page, home: URL, trouble: string[]): void {
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // the browser itself reports each answer that is an error; that of the API is what some tests are about
    const refusal = new URL(message.location().url, home).pathname.startsWith('/v1/')
    if (['error', 'warning'].includes(message.type()) && !refusal) trouble.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== home.origin && protocol !== 'data:') trouble.push(`another host: ${request.url()}`)
  })
}

/** Gives the page an API key, as a person would. */
export async function useKey(page: Page, key: string = KEYS.operator): Promise<void> {
  await page.getByLabel('API key', { exact: true }).and(page.locator('input')).fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Makes a request that ends as `created`, `failed` or `unknown`, and returns its id. */
export async function make(
  { simulator, worker }: Stage,
  status: 'created' | 'failed' | 'unknown',
  request: Readonly<Record<string, unknown>>,
): Promise<string> {
  if (status === 'failed') await simulator.control.fault('create', 'bad-request')
  if (status === 'unknown') await simulator.control.fault('create', 'gateway-timeout', { when: 'after' })
  const answer = await worker.create({ owners: [OWNER], ...request })
  expect(answer.status).toBe({ created: 201, failed: 422, unknown: 504 }[status])
  return answer.headers.get('x-request-id') ?? ''
}
