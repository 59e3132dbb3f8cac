import { element } from './element.js'

const SHOW_RESULT_MS = 2_000

/**
 * @param {string} what it copies, for those who don't see what stands beside it
 * @param {() => string} text
 * @returns {HTMLButtonElement} a button that copies the text, and says whether it did
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
 * @param {string} text
 * @returns {Promise<boolean>} false if the browser forbids it, as it does on pages without TLS
 */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
