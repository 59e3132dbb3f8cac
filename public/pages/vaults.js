import { ProblemError, readJson, send } from './api.js'
import { element, find } from './element.js'
import { filters } from './filters.js'
import { pageReader } from './page-reader.js'
import { problemView } from './problem.js'
import { httpsAddress, SYSTEM_LOG } from './record.js'
import { listCell, listTable } from './request-list.js'
import { signIn } from './sign-in.js'
import { timeAgo } from './time.js'

/**
 * @typedef {object} RegisteredVault a line of the register, as `GET /v1/vaults` answers it
 * @property {string} id
 * @property {string} name
 * @property {readonly import('./record.js').Owner[]} owners
 * @property {{ readonly id: string, readonly url?: string } | null} ticket
 * @property {string | null} requestedBy
 * @property {string | null} approvedBy
 * @property {string} source
 * @property {string} caller
 * @property {string | null} preset
 * @property {string | null} [settledBy]
 * @property {boolean} [forced]
 * @property {string} createdAt
 * @property {string} request
 */
/** @typedef {{ readonly vaults: readonly RegisteredVault[], readonly cursor: string | null }} Page */

const PAGE_LENGTH = 25
const COLUMNS = [
  'Vault',
  'Owners at creation',
  'Requested by',
  'Approved by',
  'Ticket',
  'Preset',
  'Settled by',
  'Created',
]

const all = find('#list', HTMLElement)
const older = find('#older', HTMLButtonElement)
const news = find('#news', HTMLElement)
const trouble = find('#trouble', HTMLElement)
const download = find('#download', HTMLButtonElement)
const body = element('tbody', { role: 'rowgroup' })
const table = listTable('Vaults, newest first', COLUMNS, body, 'vaults-list')
/** @type {ReturnType<typeof pageReader<Page>>} */
const pages = pageReader('/v1/vaults')
find('#table', HTMLElement).replaceWith(table)

/** @type {string | null} where the next page begins */
let cursor = null

const filter = filters(find('#filter', HTMLFormElement), () => void load())
signIn({
  hint: 'A key with the scope operate shows every vault; other keys show those that their own requests made.',
  onSignIn: () => void load(),
  onSignOut: clear,
})
older.addEventListener('click', () => void loadOlder())
download.addEventListener('click', () => void saveCsv())

async function load() {
  all.hidden = false
  const page = await fetchPage(null)
  if (!page) return
  body.replaceChildren(...page.vaults.map(rowOf))
  show(page.cursor)
}

async function loadOlder() {
  const page = await fetchPage(cursor)
  if (!page) return
  const rows = page.vaults.map(rowOf)
  body.append(...rows)
  show(page.cursor)
  // the button may be gone: go on reading where the older ones begin
  rows[0]?.querySelector('a')?.focus()
}

/**
 * Fetches a page of the register that the form asks for; undefined if there is none to show.
 *
 * @param {string | null} after where the page begins
 * @returns {Promise<Page | undefined>}
 */
async function fetchPage(after) {
  const query = filter.query()
  query.set('limit', `${PAGE_LENGTH}`)
  if (after !== null) query.set('cursor', after)
  const page = await pages.read(query)
  if (!(page instanceof ProblemError)) {
    if (page) trouble.replaceChildren()
    return page
  }
  await showTrouble(page)
  return undefined
}

/**
 * Says how many vaults are shown.
 *
 * @param {string | null} next where the next page begins
 */
function show(next) {
  cursor = next
  older.hidden = next === null
  const count = body.rows.length
  table.hidden = count === 0
  download.hidden = false
  const none = filter.isSet() ? 'No vault matches these filters.' : 'No vaults yet.'
  const many = `${next === null ? '' : 'The newest '}${count} vault${count === 1 ? '' : 's'}`
  news.textContent = count === 0 ? none : many
}

/** Saves the register as a file; the key can't go with a plain link. */
async function saveCsv() {
  download.disabled = true
  try {
    const response = await send('GET', '/v1/vaults', { headers: { Accept: 'text/csv' }, withKey: true })
    if (!response.ok) await readJson(response)
    const href = URL.createObjectURL(await response.blob())
    const day = new Date().toISOString().slice(0, 10)
    element('a', { href, download: `vaults-${day}.csv` }).click()
    URL.revokeObjectURL(href)
    trouble.replaceChildren()
  } catch (error) {
    await showTrouble(error)
  } finally {
    download.disabled = false
  }
}

/**
 * Shows why there is no register.
 *
 * @param {unknown} error
 */
async function showTrouble(error) {
  if (!(error instanceof ProblemError)) throw error
  // an older deployment has the path for making vaults only
  if (error.problem.code === 'method-not-allowed') {
    news.textContent = 'This deployment keeps no register.'
    return
  }
  trouble.replaceChildren(await problemView(error.problem))
}

/**
 * Makes the line of a vault.
 *
 * @param {RegisteredVault} vault
 */
function rowOf(vault) {
  const { id, name, owners, ticket, requestedBy, approvedBy, caller, source, preset, createdAt, request } =
    vault
  const given = owners.map(({ input }) => input).join(', ')
  const href = httpsAddress(ticket?.url)
  const number = ticket?.id ?? '–'
  const link = { href, target: '_blank', rel: 'noopener noreferrer' }
  return element(
    'tr',
    { role: 'row' },
    listCell(
      'Vault',
      `${name}, vault ${id}`,
      element('a', { class: 'name', href: `/console/requests/${request}` }, name),
    ),
    listCell('Owners', given, given),
    listCell('Requested by', `${requestedBy ?? caller} (${caller}, ${source})`, requestedBy ?? caller),
    listCell('Approved by', approvedBy ?? '', approvedBy ?? '–'),
    listCell('Ticket', ticket?.id ?? '', href ? element('a', link, number) : number),
    listCell('Preset', preset ?? '', preset ?? '–'),
    listCell('Settled by', settlementOf(vault), settlementOf(vault) || '–'),
    listCell('Created', '', timeAgo(createdAt)),
  )
}

/**
 * Names who or what settled an unknown outcome; empty if the outcome was always known.
 *
 * @param {RegisteredVault} vault
 * @returns {string}
 */
function settlementOf({ settledBy, forced }) {
  if (!settledBy) return ''
  const by = settledBy === SYSTEM_LOG ? 'system log' : settledBy
  return forced ? `forced by ${by}` : by
}

function clear() {
  pages.stop()
  body.replaceChildren()
  all.hidden = true
  download.hidden = true
  news.textContent = ''
  trouble.replaceChildren()
}
