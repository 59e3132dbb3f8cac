import { copyButton } from './copy.js'
import { element } from './element.js'
import { problemView } from './problem.js'
import { httpsAddress } from './record.js'
import { statusOf } from './request-list.js'
import { nextTime } from './time.js'

/** @typedef {import('./record.js').RequestRecord} RequestRecord */
/** @typedef {import('./sign-in.js').Caller} Caller */

/**
 * Says what happened to a request, what that means, and what to do next.
 *
 * @param {RequestRecord} record
 * @param {Caller | undefined} caller whose key this tab has
 * @param {() => void} settle runs when its button is pressed
 * @returns {Promise<HTMLElement>}
 */
export async function outcomeView(record, caller, settle) {
  const [headline, ...content] = await contentOf(record, caller, settle)
  return element(
    'section',
    { class: `card outcome-card ${record.status}`, 'aria-label': 'Outcome' },
    element('p', { class: 'headline' }, statusOf(record.status), ' ', element('strong', {}, headline)),
    ...content,
    ...record.warnings.map((warning) => element('p', { class: 'warning' }, warning)),
  )
}

/**
 * Writes the headline and what stands below it.
 *
 * @param {RequestRecord} record
 * @param {Caller | undefined} caller
 * @param {() => void} settle
 * @returns {Promise<[string, ...Node[]]>}
 */
async function contentOf(record, caller, settle) {
  switch (record.status) {
    case 'accepted':
      return [waitingFor(record), ...(await reasonOf(record))]
    case 'creating':
      return ['ConductorOne is making the vault.', paragraph('Nothing to do. This page refreshes itself.')]
    case 'created':
      return ['The vault is there.', ...vaultOf(record, caller)]
    case 'failed':
      return ['No vault was created.', ...(await reasonOf(record))]
    case 'unknown':
      return ['We don’t know whether there is a vault.', ...unknownOf(record, caller, settle)]
  }
}

/**
 * Says which attempt comes next.
 *
 * @param {RequestRecord} record
 */
function waitingFor({ attempt = 1, nextAttemptAt }) {
  if (nextAttemptAt) return `Attempt ${attempt}, ${nextTime(nextAttemptAt)}; nothing to do.`
  return attempt > 1 ? `Attempt ${attempt} begins soon; nothing to do.` : 'It begins soon; nothing to do.'
}

/**
 * A problem of a request that is retried says why it takes so long; its remedy would be wrong there.
 *
 * @param {RequestRecord} record
 */
async function reasonOf({ status, problem }) {
  if (!problem) return []
  if (status === 'failed') return [await problemView(problem, { fieldNames: true })]
  return [paragraph(`Last time: ${problem.title}. The Worker tries again by itself.`)]
}

/**
 * Names the place of vaults in ConductorOne, as a link to the tenant if its address is known.
 *
 * @param {Caller | undefined} caller
 * @returns {HTMLElement}
 */
export function vaultsMenu(caller) {
  const href = httpsAddress(caller?.tenant)
  const menu = element('strong', {}, 'Settings > Vaults')
  return href ? element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, menu) : menu
}

/**
 * Shows the vault and what to do next with it.
 *
 * @param {RequestRecord} record
 * @param {Caller | undefined} caller
 */
function vaultOf({ vault }, caller) {
  if (!vault) return []
  return [
    element(
      'dl',
      { class: 'facts' },
      fact('Vault', element('strong', {}, vault.displayName ?? '')),
      fact(
        'Vault id',
        element('code', {}, vault.id),
        ' ',
        copyButton('the vault id', () => vault.id),
      ),
      fact(
        'In ConductorOne',
        vaultsMenu(caller),
        '; owners find it in their profile menu under ',
        element('strong', {}, 'My vaults'),
      ),
    ),
    element(
      'p',
      {},
      'Next: the vault is empty until a connector saves into it. Choose it in the app’s provisioning settings, ',
      element('strong', {}, 'Password storage > Save to vault'),
      '.',
    ),
  ]
}

/**
 * Says why the outcome is unknown, and lets an operator settle it.
 *
 * @param {RequestRecord} record
 * @param {Caller | undefined} caller
 * @param {() => void} settle
 */
function unknownOf({ nextAttemptAt }, caller, settle) {
  const why = paragraph(
    'The create was sent to ConductorOne and no readable answer came back. It is never sent again by itself.',
  )
  const search = nextAttemptAt
    ? [
        paragraph(
          `We look for the vault in ConductorOne’s system log, ${nextTime(nextAttemptAt)}. Wait for that if you can.`,
        ),
      ]
    : []
  if (caller && !caller.scopes.includes('operate'))
    return [why, ...search, paragraph('Settling it takes a key with the scope operate; ask your operator.')]
  const button = element('button', { type: 'button', class: 'main' }, 'Settle this request')
  button.addEventListener('click', settle)
  return [why, ...search, element('p', {}, button)]
}

/**
 * Makes a row of a list of facts.
 *
 * @param {string} term
 * @param {...(Node | string)} value
 */
function fact(term, ...value) {
  return element('div', {}, element('dt', {}, term), element('dd', {}, ...value))
}

/**
 * Makes a paragraph.
 *
 * @param {string} text
 */
function paragraph(text) {
  return element('p', {}, text)
}
