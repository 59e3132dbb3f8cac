import { element } from './element.js'
import { requesterOf, summaryOf } from './record.js'
import { timeAgo } from './time.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */

const COLUMNS = ['Status', 'Vault', 'What happened', 'Requested by', 'Ticket', 'Received']

/**
 * Makes a table with a line for each request.
 *
 * @returns {{ table: HTMLTableElement, show: (records: readonly RequestRecord[]) => void,
 *   add: (records: readonly RequestRecord[]) => void, records: () => readonly RequestRecord[] }} `show` replaces all
 *   lines, `add` puts older ones below; the focus stays where it is
 */
export function requestList() {
  const body = element('tbody', { role: 'rowgroup' })
  const table = listTable('Requests, newest first', COLUMNS, body, 'requests-list')
  /** @type {readonly RequestRecord[]} */
  let shown = []

  return {
    table,
    show(records) {
      const focused = document.activeElement?.closest('tr')?.dataset.id
      body.replaceChildren(...records.map(rowOf))
      shown = records
      table.hidden = records.length === 0
      if (focused !== undefined) linkIn(body, focused)?.focus({ preventScroll: true })
    },
    add(records) {
      body.append(...records.map(rowOf))
      shown = [...shown, ...records]
      // the button that asked for them may be gone: go on reading where the older ones begin
      linkIn(body, records[0]?.id)?.focus()
    },
    records: () => shown,
  }
}

/**
 * Makes a table that small screens show as cards. Its roles are those that tables have anyway; some browsers forget
 * them when rows are laid out as cards.
 *
 * @param {string} label
 * @param {readonly string[]} columns
 * @param {HTMLTableSectionElement} body
 * @param {string} kind its class, for the columns' widths
 */
export function listTable(label, columns, body, kind) {
  const headings = columns.map((column) => element('th', { role: 'columnheader', scope: 'col' }, column))
  return element(
    'table',
    { class: `list ${kind}`, role: 'table', 'aria-label': label },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings)),
    body,
  )
}

/**
 * Makes a cell.
 *
 * @param {string} label the column, for small screens
 * @param {string} title all of the text, which may be cut to fit in the line
 * @param {...(Node | string)} content
 */
export function listCell(label, title, ...content) {
  return element('td', { role: 'cell', 'data-label': label, title: title || undefined }, ...content)
}

/**
 * Makes the line of a request.
 *
 * @param {RequestRecord} record
 */
function rowOf(record) {
  const { id, name, status, ticket, createdAt, requestedBy, caller, source } = record
  const link = element('a', { class: 'name', href: `/console/requests/${id}` }, name)
  const by = requestedBy === null ? `${caller}, ${source}` : `${requestedBy} (${caller}, ${source})`
  return element(
    'tr',
    { role: 'row', 'data-id': id, class: status },
    listCell('Status', '', statusOf(status)),
    listCell('Vault', name, link),
    listCell('What happened', summaryOf(record), summaryOf(record)),
    listCell('Requested by', by, requesterOf(record)),
    listCell('Ticket', ticket?.id ?? '', ticket?.id ?? element('span', { class: 'quiet' }, '–')),
    listCell('Received', '', timeAgo(createdAt)),
  )
}

/**
 * Shows a status.
 *
 * @param {RequestRecord['status']} status
 */
export function statusOf(status) {
  return element('span', { class: `status ${status}` }, status)
}

/**
 * Finds the link in the line of a request.
 *
 * @param {Element} body
 * @param {string | undefined} id
 */
function linkIn(body, id) {
  return [...body.querySelectorAll('tr')].find((row) => row.dataset.id === id)?.querySelector('a')
}
