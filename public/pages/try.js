import { ProblemError, send } from './api.js'
import { copyButton } from './copy.js'
import { element, folded } from './element.js'
import { storedKey } from './key.js'
import { languageChoice, onLanguage } from './language.js'
import { examplesOf, resolved } from './openapi.js'
import { problemView } from './problem.js'
import { controlFor, dryRunSwitch, exampleChoice, fieldFor, fill, pretty } from './request-form.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Entry} Entry */

/**
 * Makes what stands beside an operation's text: the request in several languages, and a form that sends it and shows
 * the answer.
 *
 * @param {Description} description
 * @param {Entry} entry
 * @returns {HTMLElement}
 */
export function tryView(description, entry) {
  const { id, method, operation, parameters, security } = entry
  const inputs = parameters.map((parameter) => ({
    parameter,
    control: controlFor(`${id}-${parameter.name}`, parameter),
  }))
  const dryRun = inputs.find(({ parameter }) => parameter.name === 'dry_run')
  const body = operation.requestBody && resolved(description, operation.requestBody)
  const [type, media] = Object.entries(body?.content ?? {})[0] ?? []
  const examples = media ? examplesOf(description, media) : []
  const text = element('textarea', { id: `${id}-body`, rows: '12', spellcheck: 'false', autocomplete: 'off' })
  text.value = pretty(examples[0]?.value)

  const snippet = scrollable('Example', '', 'snippet')
  const button = element('button', { class: 'main' }, 'Send the request')
  const outcome = element('div', { class: 'outcome', role: 'status' })
  const answer = element('div')

  const filled = () => fill(entry, inputs, type === undefined ? undefined : { type, text: text.value })
  let write = onLanguage((chosen) => {
    write = chosen
    showSnippet()
  })
  function showSnippet() {
    const { path, ...rest } = filled()
    snippet.textContent = write({
      method,
      address: new URL(path, location.href).href,
      keyed: security.length > 0,
      ...rest,
    })
  }

  const form = element(
    'form',
    {},
    ...parameterFields(
      inputs.filter((input) => input !== dryRun),
      type !== undefined,
    ),
    ...(examples.length > 1 ? [exampleChoice(`${id}-example`, examples, text, showSnippet)] : []),
    ...(type === undefined
      ? []
      : [element('label', { for: text.id }, 'Body ', element('code', {}, type)), text]),
    ...(dryRun ? [dryRunSwitch(`${id}-dry-run`, dryRun.control)] : []),
    ...(method === 'GET' || dryRun
      ? []
      : [element('p', { class: 'quiet' }, 'This sends a real request to this deployment.')]),
    element('p', { class: 'buttons' }, button),
    outcome,
    answer,
  )
  for (const happening of ['input', 'change']) form.addEventListener(happening, showSnippet)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask()
  })
  showSnippet()

  async function ask() {
    button.disabled = true
    outcome.replaceChildren('Waiting for the answer …')
    answer.replaceChildren()
    const { path, ...rest } = filled()
    try {
      const response = await send(method, path, { ...rest, withKey: security.length > 0 })
      const said = await response.text()
      outcome.replaceChildren(summary(response))
      answer.replaceChildren(...(await shown(response, said)))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      outcome.replaceChildren(await problemView(error.problem))
    } finally {
      button.disabled = false
      button.focus()
    }
  }

  return element(
    'div',
    { class: 'example' },
    element(
      'div',
      { class: 'line' },
      languageChoice(`${id}-language`),
      copyButton('the example', () => snippet.textContent ?? ''),
    ),
    snippet,
    element('details', { class: 'try' }, element('summary', {}, 'Try it'), form),
  )
}

/**
 * Beside a body, parameters that may be left out are folded: few people need them.
 *
 * @param {readonly { parameter: import('./openapi.js').Parameter, control: import('./request-form.js').Control }[]} inputs
 * @param {boolean} hasBody
 */
function parameterFields(inputs, hasBody) {
  const [needed, optional] = [true, false].map((wanted) =>
    inputs
      .filter(({ parameter }) => (!hasBody || parameter.required || parameter.in === 'path') === wanted)
      .map(({ parameter, control }) => fieldFor(parameter, control)),
  )
  return [
    ...(needed?.length ? [element('div', { class: 'parameters' }, ...needed)] : []),
    ...(optional?.length ? [folded('Optional parameters', ...optional)] : []),
  ]
}

/**
 * Shows the status of an answer.
 *
 * @param {Response} response
 */
function summary({ status, statusText }) {
  const kind = status < 300 ? 'created' : status < 500 ? 'failed' : 'unknown'
  return element('strong', { class: `status ${kind}` }, `${status} ${statusText}`.trim())
}

/**
 * Shows what is wrong, if anything, the body and the headers.
 *
 * @param {Response} response
 * @param {string} text its body
 * @returns {Promise<HTMLElement[]>}
 */
async function shown({ headers, status }, text) {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const problem = headers.get('Content-Type') === 'application/problem+json' ? JSON.parse(text) : undefined
  return [
    ...(status === 401 && storedKey() === null
      ? [element('p', {}, 'No key was sent: sign in at the top of this page.')]
      : []),
    ...(problem ? [await problemView(problem)] : []),
    scrollable('Body of the answer', prettyText(text), 'answer'),
    element(
      'details',
      {},
      element('summary', {}, 'Headers of the answer'),
      scrollable('Headers of the answer', lines),
    ),
  ]
}

/**
 * Shows text that may be long: the keyboard can scroll it too.
 *
 * @param {string} label
 * @param {string} text
 * @param {string} [kind] its class
 */
function scrollable(label, text, kind) {
  return element('pre', { tabindex: '0', role: 'group', 'aria-label': label, class: kind }, text)
}

/**
 * Indents a text if it is JSON.
 *
 * @param {string} text
 */
function prettyText(text) {
  try {
    return pretty(JSON.parse(text))
  } catch {
    return text
  }
}
