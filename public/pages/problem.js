import { element, folded, words } from './element.js'

/** @typedef {import('./api.js').Problem} Problem */

/** More faults than these are folded. */
const MAX_SHOWN_COUNT = 3

/** What people call the fields that faults point at. */
const FIELD_NAMES = new Map([
  ['name', 'Vault name'],
  ['description', 'Description'],
  ['kind', 'Kind'],
  ['maxViews', 'Views'],
  ['allowUnauthenticated', 'Views without sign-in'],
  ['owners', 'Owners'],
  ['credentialTtl', 'Credential lifetime'],
  ['ticket', 'Ticket'],
  ['requestedBy', 'Requested by'],
  ['preset', 'Preset'],
  ['callbackUrl', 'Callback address'],
  ['vaultId', 'Vault id'],
])

/** Problems whose remedy says no more than the faults do, to people who don't know the API. */
const SELF_EXPLAINING = new Set(['invalid-request', 'policy-violation'])

/** @type {Map<string, Promise<string | undefined>>} what to do about a problem, by its code */
const remedies = new Map()

/**
 * Finds what a problem's page says to do about it.
 *
 * @param {string} code
 * @returns {Promise<string | undefined>}
 */
function remedyOf(code) {
  const known = remedies.get(code) ?? fetchRemedy(code)
  remedies.set(code, known)
  return known
}

/**
 * The page, as programs read it, has the title, a line on the status, and the remedy.
 *
 * @param {string} code
 */
async function fetchRemedy(code) {
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
 * Shows what went wrong and what to do, each reason once.
 *
 * @param {Problem} problem
 * @param {object} options
 * @param {boolean} [options.fieldNames] whether fields are named as in forms, for people who don't know the API
 * @returns {Promise<HTMLElement>}
 */
export async function problemView(
  { code, title, detail, errors = [], upstream },
  { fieldNames = false } = {},
) {
  const remedy = fieldNames && SELF_EXPLAINING.has(code) ? undefined : await remedyOf(code)
  const faults = element('ul', {}, ...errors.map((fault) => faultView(fault, fieldNames)))
  const fromConductorOne =
    upstream?.message && !detail.includes(upstream.message) ? `ConductorOne said: ${upstream.message}` : ''
  return element(
    'div',
    { class: 'problem' },
    element(
      'p',
      { class: 'problem-title' },
      title,
      ...(code ? [' ', element('a', { href: `/problems/${code}`, class: 'quiet' }, code)] : []),
    ),
    // the list of faults says the same, with the place of each
    ...(errors.length === 0 ? [element('p', {}, detail)] : []),
    ...(errors.length > MAX_SHOWN_COUNT ? [folded(`All ${errors.length} faults`, faults)] : []),
    ...(errors.length > 0 && errors.length <= MAX_SHOWN_COUNT ? [faults] : []),
    ...(fromConductorOne ? [element('p', {}, fromConductorOne)] : []),
    ...(remedy ? [element('p', {}, element('strong', {}, 'What to do: '), ...words(remedy))] : []),
  )
}

/**
 * Shows a fault with its place.
 *
 * @param {{ readonly pointer: string, readonly detail: string }} fault
 * @param {boolean} fieldNames
 */
function faultView({ pointer, detail }, fieldNames) {
  const place = fieldNames ? element('strong', {}, `${fieldNameOf(pointer)}:`) : element('code', {}, pointer)
  return element('li', {}, place, ` ${detail}`)
}

/**
 * Names the field that a pointer leads to, such as "Owner 2" for `/owners/1`.
 *
 * @param {string} pointer RFC 6901
 * @returns {string}
 */
function fieldNameOf(pointer) {
  const [, field = '', part] = pointer.split('/')
  const name = FIELD_NAMES.get(field) ?? field
  if (part === undefined) return name
  return /^\d+$/.test(part) ? `${name.replace(/s$/, '')} ${Number(part) + 1}` : `${name} ${part}`
}
