import { ask, ProblemError } from './api.js'
import { element, find } from './element.js'
import { dropKey, storedKey, storeKey } from './key.js'
import { problemView } from './problem.js'

/**
 * @typedef {object} Caller whose key it is, as `GET /v1/caller` says
 * @property {string} name
 * @property {readonly string[]} scopes
 * @property {string} [tenant] the address of ConductorOne's web pages
 */

/** What may stand in an Authorization header: RFC 9110, section 5.5. */
const SENDABLE = /^[\x21-\x7e]+$/

/**
 * Asks for an API key if this tab has none, and shows at the top of the page whose key it has and what that may do.
 *
 * @param {object} options
 * @param {string} options.hint which key to use here
 * @param {(caller: Caller) => void} [options.onSignIn] runs when the key is known to be good
 * @param {() => void} [options.onSignOut] runs when the key is gone; must clear what it made visible
 */
export function signIn({ hint, onSignIn, onSignOut }) {
  const account = find('#account', HTMLElement)
  const place = find('#sign-in', HTMLElement)
  const trouble = element('div', { role: 'alert' })

  function showForm() {
    const input = element('input', {
      id: 'api-key',
      type: 'password',
      required: true,
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': 'api-key-hint',
    })
    const button = element('button', { class: 'main' }, 'Sign in')
    const form = element(
      'form',
      { class: 'key' },
      element('label', { for: 'api-key' }, 'API key'),
      element('p', { id: 'api-key-hint', class: 'quiet' }, `${hint} It stays in this tab only.`),
      element('div', { class: 'line' }, input, button),
      trouble,
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void submit(input, button)
    })
    account.replaceChildren()
    place.replaceChildren(form)
    place.hidden = false
    return input
  }

  /**
   * Tries the key that was typed.
   *
   * @param {HTMLInputElement} input
   * @param {HTMLButtonElement} button
   */
  async function submit(input, button) {
    const key = input.value.trim()
    trouble.replaceChildren()
    if (!SENDABLE.test(key)) {
      trouble.append(wrongKey('This is not a key: it has a space or a character that keys never have.'))
      input.focus()
      return
    }
    storeKey(key)
    button.disabled = true
    const found = await readCaller()
    button.disabled = false
    if (found instanceof Node) {
      dropKey()
      trouble.append(found)
      input.focus()
    } else showAccount(found).focus()
  }

  /**
   * Shows whose key this tab has.
   *
   * @param {Caller} caller
   */
  function showAccount(caller) {
    const button = element('button', { type: 'button', class: 'small' }, 'Sign out')
    button.addEventListener('click', signOut)
    account.replaceChildren(
      element('span', {}, 'Signed in as ', element('strong', {}, caller.name)),
      element('span', { class: 'quiet' }, caller.scopes.join(', ')),
      button,
    )
    place.hidden = true
    place.replaceChildren()
    onSignIn?.(caller)
    return button
  }

  /** Goes on with the key of this tab. If the deployment can't say whose it is right now, the key is kept. */
  async function resume() {
    const found = await readCaller()
    if (!(found instanceof Node)) {
      showAccount(found)
      return
    }
    if (storedKey() === null) showForm()
    else showRetry()
    trouble.replaceChildren(found)
  }

  function showRetry() {
    const again = element('button', { type: 'button', class: 'main' }, 'Try again')
    again.addEventListener('click', () => void resume())
    const leave = element('button', { type: 'button' }, 'Sign out')
    leave.addEventListener('click', signOut)
    place.replaceChildren(trouble, element('p', { class: 'buttons' }, again, leave))
    place.hidden = false
  }

  function signOut() {
    dropKey()
    trouble.replaceChildren()
    onSignOut?.()
    showForm().focus()
  }

  if (storedKey() === null) showForm()
  else void resume()
}

/**
 * Asks whose key this tab has.
 *
 * @returns {Promise<Caller | Node>}
 */
async function readCaller() {
  try {
    return await ask('GET', '/v1/caller')
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.problem.code !== 'unauthenticated') return problemView(error.problem)
    dropKey()
    return wrongKey(
      'This deployment doesn’t know that key. Check that you copied all of it, or ask your operator.',
    )
  }
}

/**
 * Says what is wrong with a key.
 *
 * @param {string} text
 */
function wrongKey(text) {
  return element('p', { class: 'problem' }, text)
}
