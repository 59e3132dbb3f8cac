import { element } from './element.js'
import { LANGUAGES } from './snippets.js'

/** @typedef {import('./snippets.js').Call} Call */
/** @typedef {(call: Call) => string} Write */

let chosen = /** @type {(typeof LANGUAGES)[number]} */ (LANGUAGES[0])
/** @type {Set<(write: Write) => void>} */
const listeners = new Set()

/**
 * Reads which language is chosen, now and later.
 *
 * @param {(write: Write) => void} changed runs when another language is chosen, anywhere on the page
 * @returns {Write}
 */
export function onLanguage(changed) {
  listeners.add(changed)
  return chosen[1]
}

/**
 * Makes a choice of the language of all examples on the page.
 *
 * @param {string} name unique on the page
 * @returns {HTMLFieldSetElement}
 */
export function languageChoice(name) {
  const choices = LANGUAGES.map((language) => {
    const input = element('input', { type: 'radio', name, value: language[0], checked: language === chosen })
    input.addEventListener('change', () => {
      chosen = language
      for (const changed of listeners) changed(language[1])
    })
    listeners.add((write) => {
      input.checked = write === language[1]
    })
    return element('label', {}, input, element('span', {}, language[0]))
  })
  return element(
    'fieldset',
    { class: 'choices small' },
    element('legend', { class: 'unseen' }, 'Language'),
    ...choices,
  )
}
