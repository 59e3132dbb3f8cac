import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** What the Tab key stops at; of a group of radio buttons, only one. */
const STOPS = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((element) => element.checkVisibility() && !element.matches(':disabled'))
  .filter((element) => element.type !== 'radio' || element.checked ||
    (!document.querySelector('[name="' + element.name + '"]:checked') &&
     document.querySelector('[name="' + element.name + '"]') === element))
  .filter((element) => !document.querySelector('dialog[open]') || element.closest('dialog'))`

/** What is drawn around the focus; a radio button that is shown as a word has it around the word. */
const RING = `(() => {
  const { activeElement } = document
  const drawn = getComputedStyle(activeElement).opacity === '0' ? activeElement.nextElementSibling : activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(drawn)
  return outlineStyle === 'none' ? 0 : parseFloat(outlineWidth)
})()`

/** An element's place in the page and what it says. */
const NAME = `((element) => [...document.querySelectorAll('*')].indexOf(element) + ' ' + element.tagName + ' ' +
  (element.getAttribute('aria-label') || element.name || element.textContent).trim().slice(0, 40))`

/**
 * The Tab key reaches everything that can be used, in the order in which it stands there, and shows where it is.
 *
 * @param page with the focus anywhere; from the last stop, the first one follows
 */
export async function expectTabOrder(page: Page): Promise<void> {
  const expected = await page.evaluate<string[]>(`${STOPS}.map(${NAME})`)
  expect(expected.length).toBeGreaterThan(2)
  const reached: string[] = []
  // between the last and the first one, the focus may leave the page; a date is one stop with several parts
  for (let press = 0; press < 4 * expected.length && reached.length < expected.length + 1; press++) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate<string>(`(${NAME})(document.activeElement)`)
    if (stop.includes(' BODY ') || stop === reached.at(-1)) continue
    reached.push(stop)
    expect(await page.evaluate<number>(RING), `the ring around ${stop}`).toBeGreaterThanOrEqual(2)
  }
  const first = reached.indexOf(expected[0] ?? '')
  const inOrder = [...reached.slice(first), ...reached.slice(reached.length - expected.length, first)]
  expect(inOrder.slice(0, expected.length)).toEqual(expected)
}

/**
 * axe finds nothing serious, and nothing critical.
 *
 * @param page as it is now
 * @param what is shown, for the message
 */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source)
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()')
  expect(passes.length).toBeGreaterThan(5)
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  expect(found, what).toEqual([])
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  expect(beyond, what).toBeLessThanOrEqual(0)
}

/** Unfolds everything that can be unfolded. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate(`for (const details of document.querySelectorAll('details')) details.open = true`)
}
