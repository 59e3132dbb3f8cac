import { element, find } from './element.js'
import { clockSeconds } from './time.js'

/**
 * Shows as of when a page is. If it can't be refreshed, what it shows stays, greyed, and the page says so.
 *
 * @param {HTMLElement} place what is greyed
 * @param {() => void} refresh runs when its button is pressed
 */
export function freshness(place, refresh) {
  const asOf = find('#as-of', HTMLElement)
  const button = find('#refresh', HTMLButtonElement)
  const trouble = find('#trouble', HTMLElement)
  /** @type {Date | undefined} */
  let freshAt
  button.addEventListener('click', refresh)

  return {
    /** Tells whether anything is shown yet. */
    isShown: () => freshAt !== undefined,

    markFresh() {
      freshAt = new Date()
      place.classList.remove('stale')
      trouble.replaceChildren()
      asOf.textContent = `As of ${clockSeconds(freshAt)}`
      asOf.hidden = false
      button.hidden = false
    },

    /**
     * Says that what is shown is not the newest, and why.
     *
     * @param {import('./api.js').Problem} problem why there is nothing newer
     */
    markStale({ detail }) {
      const text = `Not refreshed: this is the state as of ${freshAt ? clockSeconds(freshAt) : 'before'}. ${detail}`
      place.classList.add('stale')
      // written only when it changes, since screen readers say it
      if (trouble.textContent !== text) trouble.replaceChildren(element('p', { class: 'problem' }, text))
    },

    clear() {
      freshAt = undefined
      trouble.replaceChildren()
      asOf.hidden = true
      button.hidden = true
    },
  }
}
