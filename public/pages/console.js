import { ProblemError } from './api.js'
import { clearCheckup, showCheckup } from './checkup.js'
import { showCounts } from './counts.js'
import { find } from './element.js'
import { filters } from './filters.js'
import { freshness } from './freshness.js'
import { pageReader } from './page-reader.js'
import { startPolling } from './poll.js'
import { problemView } from './problem.js'
import { isUnderWay } from './record.js'
import { requestList } from './request-list.js'
import { signIn } from './sign-in.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */
/** @typedef {{ readonly requests: readonly RequestRecord[], readonly cursor: string | null, readonly counts?: import('./counts.js').Counts }} Page */

const PAGE_LENGTH = 25
/** The most that the API answers at once. */
const MAX_PAGE_LENGTH = 100

const list = requestList()
/** @type {ReturnType<typeof pageReader<Page>>} */
const pages = pageReader('/v1/requests')
const all = find('#list', HTMLElement)
const older = find('#older', HTMLButtonElement)
const news = find('#news', HTMLElement)
const trouble = find('#trouble', HTMLElement)
find('#table', HTMLElement).replaceWith(list.table)

/** Counting reads every request, so a refresh does it less often than it reads the newest ones. */
const COUNT_MS = 30_000

/** @type {string | null} where the next page begins */
let cursor = null
/** Whether a person waits for a page: a refresh must not come in between. */
let isLoading = false
/** When requests were counted last, in epoch milliseconds. */
let countedAt = 0

const fresh = freshness(list.table, () => {
  countedAt = 0
  void refresh()
})
const filter = filters(find('#filter', HTMLFormElement), () => void load())
const polling = startPolling(refresh)
signIn({
  hint: 'A key with the scope operate shows every request and settles unknown ones; other keys show their own.',
  onSignIn(caller) {
    void load()
    void showCheckup(caller)
  },
  onSignOut: clear,
})
older.addEventListener('click', () => void loadOlder())

/** Shows the list that the form asks for. */
async function load() {
  all.hidden = false
  isLoading = true
  countedAt = 0
  const page = await fetchPage(PAGE_LENGTH)
  if (!page) return
  isLoading = false
  if (page instanceof ProblemError) {
    list.show([])
    news.textContent = ''
    trouble.replaceChildren(await problemView(page.problem))
    return
  }
  show(page)
  polling.restart()
}

/** Shows the same list as it is now. If that can't be had, what is shown stays, greyed. */
async function refresh() {
  if (isLoading) return /** @type {const} */ ('idle')
  const shown = list.records()
  const page = await fetchPage(Math.min(Math.max(shown.length, PAGE_LENGTH), MAX_PAGE_LENGTH))
  if (!page) return /** @type {const} */ ('idle')
  if (page instanceof ProblemError) {
    fresh.markStale(page.problem)
    return /** @type {const} */ ('failed')
  }
  // what lies beyond the longest page stays as it was
  const rest = shown.length > MAX_PAGE_LENGTH ? olderThan(page.requests.at(-1), shown) : []
  show(rest.length > 0 ? { requests: [...page.requests, ...rest], cursor } : page)
  return list.records().some(isUnderWay) ? /** @type {const} */ ('under-way') : /** @type {const} */ ('idle')
}

async function loadOlder() {
  isLoading = true
  const page = await fetchPage(PAGE_LENGTH, cursor)
  if (!page) return
  isLoading = false
  if (page instanceof ProblemError) {
    trouble.replaceChildren(await problemView(page.problem))
    return
  }
  list.add(page.requests)
  setCursor(page.cursor)
  sayHowMany()
}

/**
 * Fetches a page of the list that the form asks for.
 *
 * @param {number} limit
 * @param {string | null} after where the page begins
 * @returns {Promise<Page | ProblemError | undefined>}
 */
async function fetchPage(limit, after = null) {
  const query = filter.query()
  query.set('limit', `${limit}`)
  if (after !== null) query.set('cursor', after)
  if (Date.now() - countedAt > COUNT_MS) query.set('counts', 'true')
  const page = await pages.read(query)
  if (page && !(page instanceof ProblemError) && page.counts) {
    countedAt = Date.now()
    showCounts(page.counts)
  }
  return page
}

/**
 * Shows the first page.
 *
 * @param {Page} page
 */
function show(page) {
  list.show(page.requests)
  setCursor(page.cursor)
  fresh.markFresh()
  sayHowMany()
}

/**
 * Remembers where the next page begins.
 *
 * @param {string | null} next
 */
function setCursor(next) {
  cursor = next
  older.hidden = next === null
}

function sayHowMany() {
  const count = list.records().length
  const many = `${cursor === null ? '' : 'The newest '}${count} request${count === 1 ? '' : 's'}`
  const none = filter.isSet() ? 'No request matches these filters.' : 'No requests yet.'
  const text = count === 0 ? none : many
  // written only when it changes, since screen readers say it
  if (news.textContent !== text) news.textContent = text
}

/**
 * Finds the requests that are older than one.
 *
 * @param {RequestRecord | undefined} last
 * @param {readonly RequestRecord[]} records
 */
function olderThan(last, records) {
  return last ? records.filter(({ id }) => id < last.id) : []
}

function clear() {
  pages.stop()
  isLoading = false
  polling.stop()
  list.show([])
  clearCheckup()
  setCursor(null)
  all.hidden = true
  fresh.clear()
  news.textContent = ''
}
