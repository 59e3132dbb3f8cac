import { ProblemError, send } from './api.js'
import { element, find, words } from './element.js'

/** @typedef {{ readonly name: string, readonly ok: boolean, readonly do?: string }} CheckResult */

const place = find('#checkup', HTMLElement)
/** Counts sign-ins and sign-outs: an answer to an earlier one is not shown. */
let turn = 0

/**
 * Shows an operator what is wrong with the deployment. Once for each sign-in, as the checks ask ConductorOne.
 *
 * @param {import('./sign-in.js').Caller} caller
 */
export async function showCheckup({ scopes }) {
  if (!scopes.includes('operate')) return
  const mine = ++turn
  const faults = (await readChecks()).filter(({ ok }) => !ok)
  if (mine !== turn) return
  place.replaceChildren(
    ...faults.map(({ name, do: advice }) => element('p', { class: 'warning' }, ...words(advice ?? name))),
  )
}

/** Forgets what was shown. */
export function clearCheckup() {
  turn++
  place.replaceChildren()
}

/**
 * Reads what the checks found; nothing if they can't be had, as the list then says why.
 *
 * @returns {Promise<readonly CheckResult[]>}
 */
async function readChecks() {
  try {
    const response = await send('GET', '/readyz', { withKey: true })
    const { checks = [] } = await response.json()
    return checks
  } catch (error) {
    if (error instanceof ProblemError || error instanceof SyntaxError) return []
    throw error
  }
}
