import { ProblemError, send } from './api.js'
import { enableSearch, markActiveSection } from './contents.js'
import { element, find, prose } from './element.js'
import { operationsOf } from './openapi.js'
import { operationView } from './operation.js'
import { problemView } from './problem.js'
import { schemaView } from './schema.js'
import { signIn } from './sign-in.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Entry} Entry */

const state = find('#state', HTMLElement)

signIn({ hint: 'To try requests from this page.' })
try {
  const response = await send('GET', '/openapi.json', {})
  if (!response.ok) throw new TypeError(`/openapi.json is answered with HTTP ${response.status}`)
  show(await response.json())
  state.remove()
  openTarget()
  markActiveSection()
  enableSearch()
} catch (error) {
  if (error instanceof ProblemError) state.replaceChildren(await problemView(error.problem))
  else state.replaceChildren(`The description of the API can’t be shown: ${String(error)}.`)
}
addEventListener('hashchange', openTarget)

// the contents have room beside the text; above it they are in the way
const wide = matchMedia('(width >= 62rem)')
wide.addEventListener('change', foldContents)
foldContents()

function foldContents() {
  find('.contents details', HTMLDetailsElement).open = wide.matches
}

/** Shows what the address points at, even if it is folded. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
  target?.scrollIntoView()
}

/**
 * Shows the description.
 *
 * @param {Description} description
 */
function show(description) {
  const { info, tags = [], components = {} } = description
  find('#about', HTMLElement).append(
    element(
      'p',
      { class: 'quiet' },
      `Version ${info.version} · `,
      element('a', { href: '/openapi.json' }, 'openapi.json'),
    ),
    ...prose(info.description ?? ''),
  )
  const entries = operationsOf(description)
  const named = tags.map(({ name }) => name)
  for (const group of new Set([...named, ...entries.map(groupOf)])) {
    const own = entries.filter((entry) => groupOf(entry) === group)
    if (own.length === 0) continue
    const about = tags.find(({ name }) => name === group)?.description
    find('#operations', HTMLElement).append(
      element(
        'section',
        {},
        element('h2', {}, group),
        ...prose(about ?? ''),
        ...own.map((entry) => operationView(description, entry)),
      ),
    )
    addContents(
      group,
      own.map(({ id, operation, path }) => [id, operation.summary ?? path]),
    )
  }
  const schemas = Object.entries(components.schemas ?? {})
  if (schemas.length === 0) return
  addContents('Reference', [['schemas', 'Schemas']])
  find('#schemas', HTMLElement).append(
    element('h2', {}, 'Schemas'),
    ...schemas.map(([name, schema]) =>
      element(
        'details',
        { id: `schema-${name}` },
        element('summary', {}, name),
        ...prose(schema.description ?? ''),
        ...schemaView(description, schema),
      ),
    ),
  )
}

/**
 * Adds a group of links to the contents.
 *
 * @param {string} title
 * @param {readonly (readonly [id: string, text: string])[]} links
 */
function addContents(title, links) {
  const items = links.map(([id, text]) => element('li', {}, element('a', { href: `#${id}` }, text)))
  find('#contents', HTMLElement).append(
    element('section', {}, element('p', {}, title), element('ul', {}, ...items)),
  )
}

/**
 * Finds the group of an operation.
 *
 * @param {Entry} entry
 */
function groupOf({ operation }) {
  return operation.tags?.[0] ?? 'Other'
}
