import { ask, Refusal } from './api.js'
import { find } from './element.js'
import { problemView } from './problem.js'

/** @typedef {import('./requests.js').RequestRecord} RequestRecord */

const dialog = find('#settle', HTMLDialogElement)
const form = find('form', HTMLFormElement, dialog)
const vault = find('[name=vaultId]', HTMLInputElement, form)
const sure = find('[name=sure]', HTMLInputElement, form)
const trouble = find('#settle-trouble', HTMLElement)
const submit = find('[type=submit]', HTMLButtonElement, form)

/** @type {{ record: RequestRecord, settled: (record: RequestRecord) => void } | undefined} */
let current

/**
 * Asks a person what became of a request, says what each answer means, and settles it.
 *
 * @param {RequestRecord} record a request whose outcome is unknown
 * @param {(record: RequestRecord) => void} settled gets the request as it is afterwards
 */
export function openSettlement(record, settled) {
  current = { record, settled }
  form.reset()
  choose()
  trouble.replaceChildren()
  find('#settle-name', HTMLElement).textContent = record.name
  find('#settle-id', HTMLElement).textContent = record.id
  dialog.showModal()
}

form.addEventListener('change', choose)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void settle()
})
find('#settle-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())

/** Only what belongs to the chosen outcome is asked for. */
function choose() {
  const outcome = chosen()
  for (const [input, place, wanted] of /** @type {const} */ ([
    [vault, '#settle-vault', outcome === 'created'],
    [sure, '#settle-sure', outcome === 'not_created'],
  ])) {
    find(place, HTMLElement).hidden = !wanted
    input.required = wanted
    input.disabled = !wanted
  }
  submit.textContent =
    outcome === null ? 'Settle' : outcome === 'created' ? 'Settle as created' : 'Settle as not created'
}

function chosen() {
  const outcome = new FormData(form).get('outcome')
  return outcome === 'created' || outcome === 'not_created' ? outcome : null
}

async function settle() {
  const asked = current
  const outcome = chosen()
  if (!asked || !outcome) return
  const { record, settled } = asked
  const json = outcome === 'created' ? { vaultId: vault.value.trim() } : { outcome }
  submit.disabled = true
  trouble.replaceChildren()
  try {
    /** @type {RequestRecord} */
    const after = await ask('POST', `/v1/requests/${encodeURIComponent(record.id)}/resolve`, { json })
    // somebody may have closed it meanwhile, and opened it for another request
    if (current === asked) dialog.close()
    settled(after)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    trouble.replaceChildren(await problemView(error.problem))
  } finally {
    submit.disabled = false
  }
}
