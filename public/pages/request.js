import { ask, ProblemError } from './api.js'
import { copyButton } from './copy.js'
import { element, find, folded } from './element.js'
import { freshness } from './freshness.js'
import { outcomeView } from './outcome.js'
import { startPolling } from './poll.js'
import { problemView } from './problem.js'
import { httpsAddress, isUnderWay } from './record.js'
import { openSettlement } from './settle.js'
import { signIn } from './sign-in.js'
import { duration, exactTime, timeAgo } from './time.js'
import { timeline } from './timeline.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */
/** @typedef {import('./sign-in.js').Caller} Caller */

const id = decodeURIComponent(location.pathname.split('/').at(-1) ?? '')
const place = find('#request', HTMLElement)
const heading = find('#name', HTMLElement)
const trouble = find('#trouble', HTMLElement)
const news = find('#news', HTMLElement)

/** @type {Caller | undefined} */
let caller
/** @type {RequestRecord | undefined} */
let shown

const fresh = freshness(place, () => void refresh())
const polling = startPolling(refresh)
signIn({
  hint: 'Use a key that may read this request: its caller’s own, or one with the scope operate.',
  onSignIn(signedIn) {
    caller = signedIn
    void refresh().then(polling.restart)
  },
  onSignOut: clear,
})

/** Shows the request as it is now. If that can't be had, what is shown stays, greyed. */
async function refresh() {
  try {
    /** @type {RequestRecord} */
    const record = await ask('GET', `/v1/requests/${encodeURIComponent(id)}?attempts=true`)
    await show(record)
    return isUnderWay(record) ? /** @type {const} */ ('under-way') : /** @type {const} */ ('idle')
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (fresh.isShown()) fresh.markStale(error.problem)
    else trouble.replaceChildren(await problemView(error.problem))
    return /** @type {const} */ ('failed')
  }
}

/**
 * Shows the request, if it has changed.
 *
 * @param {RequestRecord} record
 */
async function show(record) {
  fresh.markFresh()
  place.hidden = false
  // what has not changed is left alone, and so are the focus and what is unfolded
  if (JSON.stringify(record) === JSON.stringify(shown)) return
  shown = record
  heading.textContent = record.name
  document.title = `${record.name} · Vaults for ConductorOne`
  const outcome = await outcomeView(record, caller, () => openSettlement(record, caller, settled))
  const json = JSON.stringify(record, null, 2)
  place.replaceChildren(
    outcome,
    element(
      'div',
      { class: 'columns' },
      element('section', {}, element('h2', {}, 'What was asked'), facts(record)),
      element('section', {}, element('h2', {}, 'What happened'), timeline(record)),
    ),
    element(
      'section',
      { class: 'json' },
      folded(
        'Record as JSON',
        element(
          'p',
          {},
          copyButton('the record', () => json),
        ),
        element('pre', { tabindex: '0', role: 'group', 'aria-label': 'Record as JSON' }, json),
      ),
    ),
  )
}

/**
 * Shows what was asked for.
 *
 * @param {RequestRecord} record
 */
function facts(record) {
  const { ticket, requestedBy, approvedBy, caller: name, source, preset, createdAt } = record
  const { description, credentialTtl } = record
  /** @type {readonly [string, readonly (Node | string | null | undefined)[]][]} a row without a value is left out */
  const rows = [
    ['Request id', [element('code', {}, id), ' ', copyButton('the request id', () => id)]],
    ['Requested by', [requestedBy ?? quiet('not said')]],
    ['Approved by', [approvedBy]],
    ['Sent by', [source === 'api' ? `${name} (API)` : source === name ? source : `${name} (${source})`]],
    ['Ticket', [ticketOf(ticket)]],
    ['Preset', [preset]],
    ['Description', [description || null]],
    ['Kind', [kindOf(record)]],
    ['Credentials last', [credentialTtl && lifetimeOf(credentialTtl)]],
    ['Owners', [ownersOf(record)]],
    ['Received', [timeAgo(createdAt), ' ', element('span', { class: 'quiet' }, exactTime(createdAt))]],
  ]
  const known = rows.map(
    ([term, value]) => /** @type {const} */ ([term, value.filter((part) => part != null)]),
  )
  return element(
    'dl',
    { class: 'facts' },
    ...known
      .filter(([, value]) => value.length > 0)
      .map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, ...value))),
  )
}

/**
 * Says who may open the vault; undefined if that is not on record.
 *
 * @param {RequestRecord} record
 */
function kindOf({ kind, maxViews }) {
  if (kind !== 'magic_link') return kind && 'for a group'
  return maxViews ? `magic link, ${maxViews} ${maxViews === 1 ? 'view' : 'views'}` : 'magic link'
}

/**
 * Says how long credentials live.
 *
 * @param {string} ttl such as `2592000s`, or as it was asked for: `30d`
 */
function lifetimeOf(ttl) {
  const seconds = /^(\d+)s$/.exec(ttl)?.[1]
  return seconds === undefined ? ttl : duration(Number(seconds) * 1_000)
}

/**
 * Shows the ticket, as a link if it has an address.
 *
 * @param {RequestRecord['ticket']} ticket
 */
function ticketOf(ticket) {
  if (!ticket) return quiet('none')
  const href = httpsAddress(ticket.url)
  if (href === undefined) return element('span', {}, ticket.id)
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ticket.id)
}

/**
 * Shows the owners as they were written, with their ids.
 *
 * @param {RequestRecord} record
 */
function ownersOf({ owners, status }) {
  const isOpen = status === 'accepted' || status === 'creating'
  const items = owners.map((owner) => {
    if (owner.id === null) return element('li', {}, owner.input, isOpen ? quiet(' not looked up yet') : '')
    if (owner.id === owner.input) return element('li', {}, element('code', {}, owner.id))
    return element('li', {}, owner.input, ' ', element('code', { class: 'quiet' }, owner.id))
  })
  return element('ul', { class: 'plain' }, ...items)
}

/**
 * Shows something that matters less.
 *
 * @param {string} text
 */
function quiet(text) {
  return element('span', { class: 'quiet' }, text)
}

/**
 * Shows the request after it was settled.
 *
 * @param {RequestRecord} after
 */
async function settled(after) {
  await show(after)
  news.textContent =
    after.status === 'created' ? 'Settled: the vault is there.' : 'Settled: no vault was created.'
  heading.focus()
}

function clear() {
  polling.stop()
  caller = undefined
  shown = undefined
  fresh.clear()
  heading.textContent = 'Request'
  document.title = 'Request · Vaults for ConductorOne'
  for (const shownPart of [place, news]) shownPart.replaceChildren()
  place.hidden = true
}
