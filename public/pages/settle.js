import { ask, ProblemError } from './api.js'
import { element, find } from './element.js'
import { vaultsMenu } from './outcome.js'
import { problemView } from './problem.js'
import { exactTime, nextTime } from './time.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */
/** @typedef {import('./sign-in.js').Caller} Caller */
/** @typedef {{ readonly vault: import('./record.js').Vault, readonly fits: boolean, readonly reasons?: readonly string[] }} Preview */

const dialog = find('#settle', HTMLDialogElement)
const form = find('form', HTMLFormElement, dialog)
const vaultId = find('[name=vaultId]', HTMLInputElement, form)
const sure = find('[name=sure]', HTMLInputElement, form)
const searchButton = find('#search', HTMLButtonElement)
const searchResult = find('#search-result', HTMLElement)
const checkButton = find('#check', HTMLButtonElement)
const previewPlace = find('#preview', HTMLElement)
const trouble = find('#settle-trouble', HTMLElement)
const submit = find('[type=submit]', HTMLButtonElement, form)

/** @type {{ record: RequestRecord, onSettled: (record: RequestRecord) => void } | undefined} */
let current
/** @type {{ vaultId: string, force: boolean } | undefined} the vault that the person has seen */
let checked

/**
 * Helps a person to find out what became of a request, and settles it. A vault is shown before it is settled with.
 *
 * @param {RequestRecord} record a request whose outcome is unknown
 * @param {Caller | undefined} caller
 * @param {(record: RequestRecord) => void} onSettled gets the request as it is afterwards
 */
export function openSettlement(record, caller, onSettled) {
  current = { record, onSettled }
  form.reset()
  for (const place of [trouble, searchResult]) place.replaceChildren()
  forgetCheck()
  find('#settle-name', HTMLElement).textContent = record.name
  find('#settle-id', HTMLElement).textContent = record.id
  showRunningSearch(record)
  find('#settle-where', HTMLElement).replaceChildren(vaultsMenu(caller))
  showChoice()
  dialog.showModal()
}

/**
 * Says if the Worker is still searching.
 *
 * @param {RequestRecord} record
 */
function showRunningSearch({ nextAttemptAt }) {
  const place = find('#settle-running', HTMLElement)
  place.hidden = !nextAttemptAt
  if (nextAttemptAt)
    place.textContent = `We are still looking for the vault in the system log, ${nextTime(nextAttemptAt)}. Wait for that if you can.`
}

form.addEventListener('change', showChoice)
vaultId.addEventListener('input', forgetCheck)
vaultId.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  event.preventDefault()
  void check()
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void settle()
})
searchButton.addEventListener('click', () => void search())
checkButton.addEventListener('click', () => void check())
find('#settle-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())

/** Only what belongs to the chosen outcome is asked for. */
function showChoice() {
  const outcome = chosen()
  for (const [input, place, wanted] of /** @type {const} */ ([
    [vaultId, '#settle-vault', outcome === 'created'],
    [sure, '#settle-none', outcome === 'not_created'],
  ])) {
    find(place, HTMLElement).hidden = !wanted
    input.required = wanted
    input.disabled = !wanted
  }
  submit.textContent = { created: 'Settle as created', not_created: 'Settle as not created', none: 'Settle' }[
    outcome ?? 'none'
  ]
  submit.disabled = outcome === null || (outcome === 'created' && !checked)
}

function chosen() {
  const outcome = new FormData(form).get('outcome')
  return outcome === 'created' || outcome === 'not_created' ? outcome : null
}

function forgetCheck() {
  checked = undefined
  previewPlace.replaceChildren()
  showChoice()
}

/** Looks through ConductorOne's system log now. */
async function search() {
  const asked = current
  if (!asked) return
  searchResult.replaceChildren('Looking …')
  const after = await resolve(asked.record, { search: true }, searchButton)
  searchResult.replaceChildren()
  if (!after || current !== asked) return
  if (after.status === 'unknown')
    searchResult.replaceChildren(
      element(
        'p',
        {},
        'Not found. That proves nothing: the log can be late. Try again later, or look yourself.',
      ),
    )
  else finish(asked, after)
}

/** Shows the vault that the person has found, before anything is done with it. */
async function check() {
  const asked = current
  if (!asked || !vaultId.reportValidity()) return
  forgetCheck()
  const wanted = vaultId.value.trim()
  /** @type {Preview | undefined} */
  const preview = await resolve(asked.record, { vaultId: wanted, preview: true }, checkButton)
  if (!preview || current !== asked) return
  previewPlace.replaceChildren(previewView(preview, wanted))
  if (preview.fits) checked = { vaultId: wanted, force: false }
  showChoice()
}

/**
 * Shows a vault and whether it proves to be the request’s.
 *
 * @param {Preview} preview
 * @param {string} wanted
 */
function previewView({ vault, fits, reasons = [] }, wanted) {
  const { displayName = '', description = '', createdAt } = vault
  const lastLine = description.trimEnd().split('\n').at(-1) ?? ''
  const vaultCard = element(
    'dl',
    { class: 'facts' },
    row('Name', displayName),
    ...(createdAt ? [row('Created', exactTime(createdAt))] : []),
    row('Last line', lastLine || 'no description'),
  )
  const doubts =
    reasons.length > 0 ? [element('ul', {}, ...reasons.map((reason) => element('li', {}, reason)))] : []
  if (fits)
    return element(
      'div',
      { class: 'preview fits' },
      vaultCard,
      element('p', {}, 'This vault belongs to this request.'),
      ...doubts,
    )
  const force = element('input', { type: 'checkbox', name: 'force' })
  force.addEventListener('change', () => {
    checked = force.checked ? { vaultId: wanted, force: true } : undefined
  })
  return element(
    'div',
    { class: 'preview' },
    vaultCard,
    element('p', { class: 'warning' }, 'Nothing proves that this vault belongs to this request.'),
    ...doubts,
    element('label', { class: 'tick' }, force, ' ', element('span', {}, 'I am sure that it does.')),
  )
}

/**
 * Makes a row of a list of facts.
 *
 * @param {string} term
 * @param {string} value
 */
function row(term, value) {
  return element('div', {}, element('dt', {}, term), element('dd', {}, value))
}

async function settle() {
  const asked = current
  const outcome = chosen()
  if (!asked || !outcome || (outcome === 'created' && !checked)) return
  // a search that is under way does not keep a person who has looked from settling it
  const force = outcome === 'created' ? checked?.force : Boolean(asked.record.nextAttemptAt)
  const how = outcome === 'created' ? { vaultId: checked?.vaultId } : { outcome }
  const after = await resolve(asked.record, { ...how, ...(force ? { force } : {}) }, submit)
  if (after && current === asked) finish(asked, after)
}

/**
 * Asks the API to settle the request; undefined if it refuses, which the dialog then shows.
 *
 * @param {RequestRecord} record
 * @param {Readonly<Record<string, unknown>>} json
 * @param {HTMLButtonElement} button what was pressed
 * @returns {Promise<any>}
 */
async function resolve(record, json, button) {
  trouble.replaceChildren()
  button.disabled = true
  try {
    return await ask('POST', `/v1/requests/${encodeURIComponent(record.id)}/resolve`, { json })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    trouble.replaceChildren(await problemView(error.problem, { fieldNames: true }))
    return undefined
  } finally {
    button.disabled = false
  }
}

/**
 * Closes the dialog with the request as it is now.
 *
 * @param {NonNullable<typeof current>} asked
 * @param {RequestRecord} after
 */
function finish({ onSettled }, after) {
  dialog.close()
  onSettled(after)
}
