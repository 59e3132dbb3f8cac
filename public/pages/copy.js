import { element } from './element.js'

const SHOW_RESULT_MS = 2_000

/**
 * Makes a button that copies a text, and says whether it did.
 *
 * @param {string} what it copies, for those who don't see what stands beside it
 * @param {() => string} text
 * @returns {HTMLButtonElement}
 */
export function copyButton(what, text) {
  const word = element('span', { 'aria-live': 'polite' }, 'Copy')
  const button = element('button', { type: 'button', class: 'small', 'aria-label': `Copy ${what}` }, word)
  button.addEventListener('click', () => void copy())

  async function copy() {
    const copied = await write(text())
    word.textContent = copied ? 'Copied' : 'Not allowed'
    setTimeout(() => word.replaceChildren('Copy'), SHOW_RESULT_MS)
  }

  return button
}

/**
 * Writes to the clipboard; false if the browser forbids it, as it does on pages without TLS.
 *
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
