import { Refusal, send } from './api.js'
import { element, find, prose } from './element.js'
import { keyForm } from './key.js'
import { operationsOf } from './openapi.js'
import { operationView } from './operation.js'
import { problemView } from './problem.js'
import { schemaView } from './schema.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Entry} Entry */

const state = find('#state', HTMLElement)

keyForm(find('#key', HTMLElement), { hint: 'For trying requests from this page.' })
try {
  const response = await send('GET', '/openapi.json', {})
  if (!response.ok) throw new TypeError(`/openapi.json is answered with HTTP ${response.status}`)
  show(await response.json())
  state.remove()
  openTarget()
} catch (error) {
  if (error instanceof Refusal) state.replaceChildren(await problemView(error.problem))
  else state.replaceChildren(`The description of the API cannot be shown: ${String(error)}.`)
}
addEventListener('hashchange', openTarget)

// beside the text there is room for the contents, above it they are in the way
const wide = matchMedia('(width >= 62rem)')
wide.addEventListener('change', foldContents)
foldContents()

function foldContents() {
  find('.contents details', HTMLDetailsElement).open = wide.matches
}

/** What the address points at is shown, even where it was folded away. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
  target?.scrollIntoView()
}

/** @param {Description} description */
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
  const groups = [...new Set([...named, ...entries.map(groupOf)])]
  for (const group of groups) {
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
    find('#contents', HTMLElement).append(
      element('p', {}, group),
      element(
        'ul',
        {},
        ...own.map(({ id, operation, path }) =>
          element('li', {}, element('a', { href: `#${id}` }, operation.summary ?? path)),
        ),
      ),
    )
  }
  const schemas = Object.entries(components.schemas ?? {})
  if (schemas.length === 0) return
  find('#contents', HTMLElement).append(
    element('ul', {}, element('li', {}, element('a', { href: '#schemas' }, 'Schemas'))),
  )
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

/** @param {Entry} entry */
function groupOf({ operation }) {
  return operation.tags?.[0] ?? 'Other'
}
