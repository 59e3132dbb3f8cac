import { Refusal, send } from './api.js'
import { element } from './element.js'
import { kept } from './key.js'
import { examplesOf, resolved } from './openapi.js'
import { problemView } from './problem.js'
import { command, controlFor, exampleChoice, fieldFor, fill, pretty } from './request-form.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Entry} Entry */

/**
 * @param {Description} description
 * @param {Entry} entry
 * @returns {HTMLElement} a form that sends a request of this kind, and shows the answer
 */
export function tryView(description, entry) {
  const { id, method, operation, parameters, security } = entry
  const inputs = parameters.map((parameter) => ({
    parameter,
    control: controlFor(`${id}-${parameter.name}`, parameter),
  }))
  const body = operation.requestBody && resolved(description, operation.requestBody)
  const [type, media] = Object.entries(body?.content ?? {})[0] ?? []
  const examples = media ? examplesOf(description, media) : []
  const text = element('textarea', { id: `${id}-body`, rows: '12', spellcheck: 'false', autocomplete: 'off' })
  text.value = pretty(examples[0]?.value)

  const curl = lookInto('As a command', '')
  const button = element('button', { class: 'main' }, 'Send the request')
  const outcome = element('div', { class: 'outcome', role: 'status' })
  const answer = element('div')

  const filled = () => fill(entry, inputs, type === undefined ? undefined : { type, text: text.value })
  const showCommand = () => curl.replaceChildren(command(entry, filled()))

  const form = element(
    'form',
    {},
    element(
      'div',
      { class: 'parameters' },
      ...inputs.map(({ parameter, control }) => fieldFor(parameter, control)),
    ),
    ...(examples.length > 1 ? [exampleChoice(`${id}-example`, examples, text, showCommand)] : []),
    ...(type === undefined
      ? []
      : [element('label', { for: text.id }, 'Body ', element('code', {}, type)), text]),
    ...(method === 'GET'
      ? []
      : [element('p', { class: 'quiet' }, 'This sends a real request to this deployment.')]),
    element('p', { class: 'buttons' }, button),
    outcome,
    answer,
    element('details', { class: 'command' }, element('summary', {}, 'As a command'), curl),
  )
  form.addEventListener('input', showCommand)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask()
  })
  showCommand()

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
      if (!(error instanceof Refusal)) throw error
      outcome.replaceChildren(await problemView(error.problem))
    } finally {
      button.disabled = false
      button.focus()
    }
  }

  return element('details', { class: 'try' }, element('summary', {}, 'Try it'), form)
}

/** @param {Response} response */
function summary({ status, statusText }) {
  const kind = status < 300 ? 'created' : status < 500 ? 'failed' : 'unknown'
  return element('strong', { class: `status ${kind}` }, `${status} ${statusText}`.trim())
}

/**
 * @param {Response} response
 * @param {string} text its body
 * @returns {Promise<HTMLElement[]>} what is wrong, if anything, the body and the headers
 */
async function shown({ headers, status }, text) {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const problem = headers.get('Content-Type') === 'application/problem+json' ? JSON.parse(text) : undefined
  return [
    ...(status === 401 && kept() === null
      ? [element('p', {}, 'No key was sent: set yours at the top of this page.')]
      : []),
    ...(problem ? [await problemView(problem)] : []),
    lookInto('Body of the answer', prettyText(text), 'answer'),
    element(
      'details',
      {},
      element('summary', {}, 'Headers of the answer'),
      lookInto('Headers of the answer', lines),
    ),
  ]
}

/**
 * @param {string} label
 * @param {string} text which may be long: it can be scrolled with the keyboard too
 * @param {string} [kind] its class
 */
function lookInto(label, text, kind) {
  return element('pre', { tabindex: '0', role: 'group', 'aria-label': label, class: kind }, text)
}

/** @param {string} text */
function prettyText(text) {
  try {
    return pretty(JSON.parse(text))
  } catch {
    return text
  }
}
