import { element, folded, words } from './element.js'

/** @typedef {import('./api.js').Problem} Problem */

/** As many faults are read at a glance. */
const GLANCE = 3

/** @type {Map<string, Promise<string | undefined>>} what to do about a problem, by its code */
const remedies = new Map()

/**
 * @param {string} code
 * @returns {Promise<string | undefined>} what its page says to do about it
 */
function remedyOf(code) {
  const known = remedies.get(code) ?? ask(code)
  remedies.set(code, known)
  return known
}

/**
 * The page reads, to programs: the title, a line on the status, and the remedy.
 *
 * @param {string} code
 */
async function ask(code) {
  if (code === '') return undefined
  try {
    const response = await fetch(`/problems/${encodeURIComponent(code)}`, {
      headers: { Accept: 'text/plain' },
    })
    return response.ok ? (await response.text()).split('\n\n').at(2)?.trim() : undefined
  } catch {
    remedies.delete(code) // the next one may reach it
    return undefined
  }
}

/**
 * @param {Problem} problem
 * @param {...Node} actions what can be done about it here
 * @returns {Promise<HTMLElement>} what went wrong and what to do
 */
export async function problemView({ code, title, detail, errors = [], upstream }, ...actions) {
  const remedy = await remedyOf(code)
  const faults = element(
    'ul',
    {},
    ...errors.map((fault) => element('li', {}, element('code', {}, fault.pointer), ` ${fault.detail}`)),
  )
  const many = errors.length > GLANCE
  const said = [upstream?.status && `HTTP ${upstream.status}`, upstream?.message].filter(Boolean)
  const wrong = [
    element('p', { class: 'problem-title' }, title),
    // it names them all once more
    element('p', { class: many && 'cut' }, detail),
    ...(many ? [folded(`All ${errors.length} faults`, faults)] : errors.length > 0 ? [faults] : []),
    ...(said.length > 0 ? [element('p', {}, `ConductorOne said: ${said.join(', ')}`)] : []),
    ...(code ? [element('p', { class: 'quiet' }, element('a', { href: `/problems/${code}` }, code))] : []),
  ]
  const todo = [
    ...(remedy
      ? [element('p', { class: 'problem-title' }, 'What to do'), element('p', {}, ...words(remedy))]
      : []),
    ...actions,
  ]
  return element('div', { class: 'problem' }, element('div', {}, ...wrong), element('div', {}, ...todo))
}
