import { element, folded } from './element.js'
import { problemView } from './problem.js'

/**
 * @typedef {object} RequestRecord a request, as `GET /v1/requests` has it
 * @property {string} id
 * @property {'accepted' | 'creating' | 'created' | 'failed' | 'unknown'} status
 * @property {string} caller
 * @property {string} source
 * @property {string} name
 * @property {{ readonly id: string, readonly url?: string } | null} ticket
 * @property {string | null} requestedBy
 * @property {readonly { readonly input: string, readonly id: string }[]} owners
 * @property {{ readonly id: string } | null} vault
 * @property {import('./api.js').Problem | null} problem
 * @property {readonly string[]} warnings
 * @property {string} createdAt
 * @property {string} updatedAt
 */

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** As many owners are shown before the others are folded. */
const SOME = 4

const COLUMNS = ['Status', 'Vault', 'Asked by', 'Ticket', 'Owners', 'Received']

/**
 * The roles are those that a table has anyway; some browsers forget them where its rows are shown as cards.
 *
 * @returns {HTMLTableElement} a table without requests
 */
export function requestTable() {
  const headings = COLUMNS.map((column) => element('th', { role: 'columnheader', scope: 'col' }, column))
  const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings))
  return element('table', { class: 'requests', role: 'table', 'aria-label': 'Requests, newest first' }, head)
}

/**
 * @param {RequestRecord} record
 * @param {(record: RequestRecord, rows: Element | null) => void} settle what its button does, where the outcome is unknown
 * @returns {Promise<HTMLTableSectionElement>} the rows of one request
 */
export async function rowsOf(record, settle) {
  const { id, status, name, vault, caller, source, requestedBy, createdAt, updatedAt } = record
  const row = element(
    'tr',
    { role: 'row' },
    cell('Status', element('span', { class: `status ${status}` }, status)),
    cell(
      'Vault',
      element('strong', { class: 'name', tabindex: '-1' }, name),
      ...(vault ? [element('span', { class: 'quiet' }, 'vault ', identifier(vault.id))] : []),
      element('span', { class: 'quiet' }, 'request ', identifier(id)),
    ),
    cell(
      'Asked by',
      element('span', {}, requestedBy ?? caller),
      element(
        'span',
        { class: 'quiet' },
        requestedBy === null ? `source ${source}` : `${caller}, source ${source}`,
      ),
    ),
    cell('Ticket', ticketOf(record)),
    cell('Owners', ...ownersOf(record)),
    cell(
      'Received',
      time(createdAt),
      ...(shown(updatedAt) === shown(createdAt)
        ? []
        : [element('span', { class: 'quiet' }, 'changed ', time(updatedAt))]),
    ),
  )
  const more = await moreOf(record, settle)
  const rows = element('tbody', { role: 'rowgroup', class: `request ${status}` }, row)
  if (more.length > 0) {
    const detail = element('td', { role: 'cell', colspan: `${COLUMNS.length}`, class: 'more' }, ...more)
    rows.append(element('tr', { role: 'row' }, detail))
  }
  return rows
}

/**
 * @param {RequestRecord} record
 * @param {(record: RequestRecord, rows: Element | null) => void} settle
 * @returns {Promise<HTMLElement[]>} what went wrong, what to know, and what to do
 */
async function moreOf(record, settle) {
  const { problem, warnings, status, name } = record
  const button = element(
    'button',
    { type: 'button', class: 'main', 'aria-label': `Settle ${name}` },
    'Settle …',
  )
  button.addEventListener('click', () => settle(record, button.closest('tbody')))
  const actions = status === 'unknown' ? [element('p', {}, button)] : []
  return [
    ...(problem ? [await problemView(problem, ...actions)] : actions),
    ...warnings.map((warning) => element('p', { class: 'warning' }, warning)),
  ]
}

/**
 * @param {string} label for small screens, where each row is a card
 * @param {...Node} content
 */
function cell(label, ...content) {
  return element('td', { role: 'cell', 'data-label': label }, element('div', {}, ...content))
}

/** @param {RequestRecord} record */
function ticketOf({ ticket }) {
  if (!ticket) return none()
  const url = ticket.url === undefined ? null : URL.parse(ticket.url)
  if (url?.protocol !== 'https:') return element('span', { title: ticket.id }, ticket.id)
  const link = { href: url.href, target: '_blank', rel: 'noopener noreferrer', title: ticket.id }
  return element('a', link, ticket.id)
}

/** @param {RequestRecord} record */
function ownersOf({ owners }) {
  const all = owners.map(ownerOf)
  if (all.length === 0) return [none()]
  if (all.length <= SOME + 1) return all
  const others = element('div', {}, ...all.slice(SOME))
  return [...all.slice(0, SOME), folded(`${all.length - SOME} more`, others)]
}

/** @param {{ readonly input: string, readonly id: string }} owner */
function ownerOf({ input, id }) {
  return input === id ? identifier(id) : element('span', { title: id }, input)
}

/** @param {string} id */
function identifier(id) {
  return element('code', {}, id)
}

function none() {
  return element('span', { class: 'quiet' }, 'none')
}

/** @param {string} instant */
function time(instant) {
  return element('time', { datetime: instant, title: instant }, shown(instant))
}

/** @param {string} instant */
function shown(instant) {
  return moment.format(new Date(instant))
}
