import { find } from './element.js'

const TYPING_MS = 300

/** Parameters that a person gives as a day, and the hour of that day from which or up to which they count. */
const DAYS = new Map([
  ['since', 'T00:00:00.000'],
  ['until', 'T23:59:59.999'],
])

/**
 * Ties the form of a list to the page's address, so that a filtered list can be passed on.
 *
 * @param {HTMLFormElement} form its fields have the names of the API's parameters
 * @param {() => void} changed runs when another list is asked for
 * @returns {{ query: () => URLSearchParams, isSet: () => boolean }} what the form asks of the API, and whether it
 *   narrows the list
 */
export function filters(form, changed) {
  const search = find('[name=q]', HTMLInputElement, form)
  const more = find('.more-filters', HTMLDetailsElement, form)
  const clear = find('#clear', HTMLButtonElement, form)
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing

  function readAddress() {
    const address = new URLSearchParams(location.search)
    form.reset()
    for (const control of controlsOf(form)) {
      const value = address.get(control.name) ?? ''
      if (control.type === 'checkbox') control.checked = covers(value, control.value)
      else control.value = value
      if (value !== '' && more.contains(control)) more.open = true
    }
  }

  /**
   * Reads what the form says, as the address has it.
   *
   * @returns {URLSearchParams}
   */
  function written() {
    const params = new URLSearchParams()
    const statuses = controlsOf(form).filter(({ type, checked }) => type === 'checkbox' && checked)
    if (statuses.length > 0) params.set('status', statuses.map(({ value }) => value).join(','))
    for (const { name, type, value } of controlsOf(form))
      if (type !== 'checkbox' && value.trim() !== '') params.set(name, value.trim())
    return params
  }

  function apply() {
    clearTimeout(typing)
    const params = written()
    clear.hidden = params.size === 0
    const address = params.size > 0 ? `?${params}` : location.pathname
    history.replaceState(null, '', address)
    changed()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    apply()
  })
  form.addEventListener('change', apply)
  form.addEventListener('input', (event) => {
    clearTimeout(typing)
    if (event.target === search) typing = setTimeout(apply, TYPING_MS)
  })
  clear.addEventListener('click', () => {
    for (const control of controlsOf(form)) {
      if (control.type === 'checkbox') control.checked = false
      else control.value = ''
    }
    apply()
    search.focus()
  })
  document.addEventListener('keydown', (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event
    if (key !== '/' || ctrlKey || metaKey || altKey || search.checkVisibility() === false) return
    if (target instanceof Element && target.matches('input, textarea, select, dialog *')) return
    event.preventDefault()
    search.focus()
    search.select()
  })

  readAddress()
  clear.hidden = written().size === 0
  return {
    query: () => asked(written()),
    isSet: () => written().size > 0,
  }
}

/**
 * Turns days into instants of the reader's zone.
 *
 * @param {URLSearchParams} params
 * @returns {URLSearchParams}
 */
function asked(params) {
  const query = new URLSearchParams(params)
  for (const [name, time] of DAYS) {
    const date = new Date(`${query.get(name)}${time}`)
    if (Number.isNaN(date.valueOf())) query.delete(name)
    else query.set(name, date.toISOString())
  }
  return query
}

/**
 * Tells whether a list has every item of another.
 *
 * @param {string} list comma-separated
 * @param {string} part comma-separated
 */
function covers(list, part) {
  const all = list.split(',')
  return part.split(',').every((one) => all.includes(one))
}

/**
 * Finds the inputs of a form.
 *
 * @param {HTMLFormElement} form
 */
function controlsOf(form) {
  return [...form.querySelectorAll('input[name]')].filter((control) => control instanceof HTMLInputElement)
}
