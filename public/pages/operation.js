import { element, prose, words } from './element.js'
import { examplesOf, operationsOf, resolved } from './openapi.js'
import { fieldTable, schemaView } from './schema.js'
import { tryView } from './try.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Entry} Entry */
/** @typedef {import('./openapi.js').Answer} Answer */

/**
 * Shows an operation.
 *
 * @param {Description} description
 * @param {Entry} entry
 * @param {boolean} ours whether this deployment answers it, rather than asks it
 * @returns {HTMLElement}
 */
export function operationView(description, entry, ours = true) {
  const { id, method, path, operation, parameters } = entry
  const body = operation.requestBody && resolved(description, operation.requestBody)
  const schema = Object.values(body?.content ?? {})[0]?.schema
  const heading = ours ? 'h3' : 'h4'
  return element(
    'article',
    { class: 'operation', id, 'aria-label': operation.summary ?? path },
    element(heading, {}, operation.summary ?? path),
    element(
      'p',
      { class: 'route' },
      element('strong', { class: `method ${method.toLowerCase()}` }, method),
      ' ',
      element('code', {}, ...breakable(path)),
      ...(ours ? [' ', element('span', { class: 'quiet' }, ...whoMay(entry))] : []),
    ),
    element(
      'div',
      { class: 'operation-text' },
      ...prose(operation.description ?? ''),
      ...(parameters.length > 0 ? [fieldTable('Parameter', parameters.map(asField))] : []),
      ...(body
        ? [
            element('h4', {}, 'Body'),
            ...prose(body.description ?? ''),
            ...(schema ? schemaView(description, schema) : []),
          ]
        : []),
      element('h4', {}, 'Answers'),
      element('ul', { class: 'answers' }, ...answersOf(description, entry)),
      ...callbacksOf(description, entry),
    ),
    ...(ours ? [tryView(description, entry)] : []),
  )
}

/**
 * Says which keys may call an operation.
 *
 * @param {Entry} entry
 */
function whoMay({ security }) {
  if (security.length === 0) return ['no key']
  const scopes = security.flatMap((choice) => Object.values(choice).flat())
  return words(
    scopes.length > 0 ? `key with ${scopes.map((scope) => `\`${scope}\``).join(' or ')}` : 'any key',
  )
}

/**
 * Shows a parameter as a row of a table of fields.
 *
 * @param {import('./openapi.js').Parameter} parameter
 */
function asField({ name, in: place, description = '', required = false, schema = {}, example }) {
  const examples = example === undefined ? schema.examples : [example]
  return {
    name,
    required,
    schema: { ...schema, description: `In the ${place}. ${description}`, ...(examples && { examples }) },
  }
}

/**
 * Lists the answers of an operation.
 *
 * @param {Description} description
 * @param {Entry} entry
 */
function answersOf(description, { operation }) {
  return Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const known = resolved(description, answer)
    return element(
      'li',
      {},
      element('strong', {}, status),
      ' ',
      ...(problemLinks(description, known) ?? meaning(description, known)),
    )
  })
}

/**
 * Links the problems that an answer may be; undefined if it is none.
 *
 * @param {Description} description
 * @param {Answer} answer
 * @returns {(Node | string)[] | undefined}
 */
function problemLinks(description, { content = {} }) {
  const media = content['application/problem+json']
  if (!media) return undefined
  const links = examplesOf(description, media).flatMap(({ value, summary }) => {
    const type = typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : ''
    if (!type.startsWith('/problems/')) return []
    return element('span', {}, element('a', { href: type }, type.slice('/problems/'.length)), ` ${summary}`)
  })
  return links.length > 0 ? [element('div', { class: 'problems' }, ...links)] : undefined
}

/**
 * Says when an answer is given, and what it looks like.
 *
 * @param {Description} description
 * @param {Answer} answer
 * @returns {(Node | string)[]}
 */
function meaning(description, answer) {
  const looks = Object.entries(answer.content ?? {}).flatMap(([type, media]) =>
    examplesOf(description, media)
      .filter(({ value }) => type !== 'text/html' && value !== undefined)
      .map(({ summary, value }) =>
        element(
          'details',
          {},
          element('summary', {}, summary),
          element(
            'pre',
            { tabindex: '0', role: 'group', 'aria-label': summary },
            typeof value === 'string' ? value : JSON.stringify(value, null, 2),
          ),
        ),
      ),
  )
  return [element('div', {}, ...prose(answer.description), ...looks)]
}

/**
 * Shows what this deployment sends because of an operation.
 *
 * @param {Description} description
 * @param {Entry} entry
 * @returns {HTMLElement[]}
 */
function callbacksOf(description, { operation }) {
  return Object.values(operation.callbacks ?? {}).flatMap((paths) =>
    operationsOf(description, paths).map((entry) =>
      element(
        'details',
        { class: 'callback' },
        element('summary', {}, `What is sent: ${entry.operation.summary ?? entry.path}`),
        operationView(description, entry, false),
      ),
    ),
  )
}

/**
 * Lets a path break before each slash.
 *
 * @param {string} path
 * @returns {(Node | string)[]}
 */
function breakable(path) {
  return path.split(/(?=\/)/).flatMap((part, index) => (index === 0 ? [part] : [element('wbr'), part]))
}
