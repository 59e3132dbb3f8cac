import { element } from './element.js'

const NAME = 'api-key'

/** What can stand in an Authorization header: RFC 9110, section 5.5. */
const SENDABLE = /^[\x21-\x7e]+$/

/** @returns {string | null} the API key that this tab keeps; the browser drops it with the tab */
export function kept() {
  return sessionStorage.getItem(NAME)
}

/**
 * Shows a form that asks for an API key, and from then on a way to forget it.
 *
 * @param {HTMLElement} place where it stands
 * @param {object} options
 * @param {string} options.hint which key
 * @param {() => Promise<Node | undefined>} [options.check] tries the key out; what is wrong with it, if anything
 * @param {() => void} [options.forgotten] runs when the key is gone
 */
export function keyForm(place, { hint, check, forgotten }) {
  const trouble = element('div', { role: 'alert' })

  function askForIt() {
    const input = element('input', {
      id: 'api-key',
      type: 'password',
      required: true,
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': 'api-key-hint',
    })
    const button = element('button', { class: 'main' }, 'Use this key')
    const form = element(
      'form',
      { class: 'key' },
      element('label', { for: 'api-key' }, 'API key'),
      element('p', { id: 'api-key-hint', class: 'quiet' }, `${hint} It is kept in this tab only.`),
      element('div', { class: 'line' }, input, button),
      trouble,
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void take(input, button)
    })
    place.replaceChildren(form)
    return input
  }

  /**
   * @param {HTMLInputElement} input
   * @param {HTMLButtonElement} button
   */
  async function take(input, button) {
    const key = input.value.trim()
    trouble.replaceChildren()
    if (!SENDABLE.test(key)) {
      trouble.append(
        element(
          'p',
          { class: 'problem' },
          'This cannot be a key: it has a space or a character that no key has.',
        ),
      )
      input.focus()
      return
    }
    sessionStorage.setItem(NAME, key)
    button.disabled = true
    const wrong = await check?.()
    button.disabled = false
    if (wrong) {
      sessionStorage.removeItem(NAME)
      trouble.append(wrong)
      input.focus()
    } else confirm().focus()
  }

  function confirm() {
    const button = element('button', { type: 'button' }, 'Forget the key')
    button.addEventListener('click', () => forget().focus())
    place.replaceChildren(
      element('div', { class: 'line kept' }, element('p', {}, 'This tab keeps an API key.'), button),
      trouble,
    )
    return button
  }

  function forget() {
    sessionStorage.removeItem(NAME)
    trouble.replaceChildren()
    forgotten?.()
    return askForIt()
  }

  if (kept() === null) askForIt()
  else {
    confirm()
    // what is wrong may be wrong for a moment only, so it costs nobody the key
    void check?.().then((wrong) => wrong && trouble.replaceChildren(wrong))
  }
}
