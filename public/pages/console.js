import { ask, Refusal } from './api.js'
import { element, find } from './element.js'
import { keyForm } from './key.js'
import { problemView } from './problem.js'
import { requestTable, rowsOf } from './requests.js'
import { openSettlement } from './settle.js'

/** @typedef {import('./requests.js').RequestRecord} RequestRecord */
/** @typedef {{ readonly requests: readonly RequestRecord[], readonly cursor: string | null }} Page */

/** Requests on a page of the list. */
const PAGE = 25

const list = find('#list', HTMLElement)
const table = requestTable()
const older = find('#older', HTMLButtonElement)
const news = find('#news', HTMLElement)
const trouble = find('#trouble', HTMLElement)
const form = find('#filter', HTMLFormElement)
const ticket = find('[name=ticket]', HTMLInputElement, form)
const search = find('[name=search]', HTMLInputElement, form)
find('#table', HTMLElement).replaceWith(table)

/** What the list shows: the filter as it was when the list was asked for. */
let shown = new URLSearchParams()
/** @type {string | null} where the next page begins */
let cursor = null
/** @type {AbortController | undefined} ends what was asked before, once something else is asked */
let asking

for (const [name, value] of new URLSearchParams(location.search)) {
  if (name === 'ticket') ticket.value = value
  for (const choice of choices()) if (name === 'status') choice.checked = choice.value === value
}

keyForm(find('#key', HTMLElement), {
  hint: 'One with the scope operate shows everyone’s requests and settles unknown ones; any other shows its own.',
  check: reload,
  forgotten: clear,
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void refresh()
})
for (const choice of choices()) choice.addEventListener('change', () => void refresh())
search.addEventListener('input', showFound)
older.addEventListener('click', () => void showOlder())

/** @returns {HTMLInputElement[]} the statuses to choose from */
function choices() {
  return [...form.querySelectorAll('[name=status]')].filter((choice) => choice instanceof HTMLInputElement)
}

/** What the filter asks of the API; the address keeps it, so that it can be passed on. */
function query() {
  const status = choices().find(({ checked }) => checked)?.value ?? ''
  const filter = Object.entries({ status, ticket: ticket.value.trim() }).filter(([, value]) => value !== '')
  return new URLSearchParams(filter)
}

/** @returns {Promise<Node | undefined>} what is wrong, if the list cannot be had */
async function reload() {
  shown = query()
  history.replaceState(null, '', shown.size > 0 ? `?${shown}` : location.pathname)
  return add(shown, (rows) => {
    empty()
    table.append(...rows)
  })
}

/** Shows the list anew, or what is wrong in its place. */
async function refresh() {
  const wrong = await reload()
  if (wrong) empty()
  trouble.replaceChildren(...(wrong ? [wrong] : []))
}

async function showOlder() {
  const page = new URLSearchParams(shown)
  if (cursor !== null) page.set('cursor', cursor)
  const wrong = await add(page, (rows) => {
    table.append(...rows)
    // the button may be gone now; whoever pressed it reads on where the older ones begin
    rows[0]?.querySelector('strong')?.focus()
  })
  trouble.replaceChildren(...(wrong ? [wrong] : []))
}

/**
 * @param {URLSearchParams} page which one
 * @param {(rows: readonly HTMLTableSectionElement[]) => void} put where its rows go
 */
async function add(page, put) {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  try {
    /** @type {Page} */
    const found = await ask('GET', `/v1/requests?${new URLSearchParams([...page, ['limit', `${PAGE}`]])}`, {
      signal,
    })
    const rows = await Promise.all(found.requests.map((record) => rowsOf(record, settle)))
    if (signal.aborted) return undefined
    put(rows)
    cursor = found.cursor
    list.hidden = false
    older.hidden = cursor === null
    showFound()
    return undefined
  } catch (error) {
    if (signal.aborted) return undefined
    if (!(error instanceof Refusal)) throw error
    return error.problem.code === 'unauthenticated' ? unknownKey() : problemView(error.problem)
  }
}

function unknownKey() {
  return element(
    'p',
    { class: 'problem' },
    'This deployment does not know that key. Check that all of it was copied, or ask whoever runs this deployment.',
  )
}

/** Hides what the search does not find, and says how much is left. */
function showFound() {
  const wanted = search.value.trim().toLowerCase()
  const bodies = [...table.tBodies]
  for (const body of bodies) body.hidden = !(body.textContent ?? '').toLowerCase().includes(wanted)
  const found = bodies.filter(({ hidden }) => !hidden).length
  const all = `${bodies.length}${cursor === null ? '' : ' newest'} request${bodies.length === 1 ? '' : 's'}`
  table.hidden = found === 0
  if (bodies.length === 0)
    news.textContent = shown.size > 0 ? 'No request matches this filter.' : 'No requests.'
  else news.textContent = wanted === '' ? all : `${found} of ${all}`
}

/**
 * @param {RequestRecord} record
 * @param {Element | null} rows where it stands in the table
 */
function settle(record, rows) {
  openSettlement(record, async (after) => {
    const settled = await rowsOf(after, settle)
    rows?.replaceWith(settled)
    settled.querySelector('strong')?.focus()
    showFound()
    news.textContent = `${after.name}: settled as ${after.status}.`
  })
}

function clear() {
  asking?.abort()
  empty()
  list.hidden = true
  search.value = ''
  trouble.replaceChildren()
}

function empty() {
  for (const body of [...table.tBodies]) body.remove()
  cursor = null
  table.hidden = true
  older.hidden = true
  news.textContent = ''
}
