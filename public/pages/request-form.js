import { element } from './element.js'

/** @typedef {import('./openapi.js').Entry} Entry */
/** @typedef {import('./openapi.js').Parameter} Parameter */
/** @typedef {HTMLInputElement | HTMLSelectElement} Control */
/** @typedef {{ path: string, headers: Record<string, string>, body: string | undefined }} Filled */

const DRY = ': shows what would be created, and creates nothing'
const WET = ' is off: this creates a vault in ConductorOne'

/**
 * Makes the control for a parameter's value. If it stays empty, the parameter is not sent.
 *
 * @param {string} id
 * @param {Parameter} parameter
 * @returns {Control}
 */
export function controlFor(id, { in: place, required = false, schema = {}, example }) {
  const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined)
  if (values) {
    const options = values.map((value) => element('option', { value: String(value) }, String(value)))
    return element(
      'select',
      { id, required },
      ...(required ? [] : [element('option', { value: '' }, 'not sent')]),
      ...options,
    )
  }
  const hint = example ?? schema.examples?.[0]
  return element('input', {
    id,
    required: required || place === 'path',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: hint === undefined ? undefined : String(hint),
  })
}

/**
 * Puts a control under its parameter's name.
 *
 * @param {Parameter} parameter
 * @param {Control} control
 * @returns {HTMLElement}
 */
export function fieldFor({ name, in: place }, control) {
  return element(
    'p',
    { class: 'field' },
    element('label', { for: control.id }, element('code', {}, name), ` in the ${place}`),
    control,
  )
}

/**
 * Makes the switch that keeps a request from doing anything. It is on until a person switches it off.
 *
 * @param {string} id
 * @param {Control} control of the parameter `dry_run`
 */
export function dryRunSwitch(id, control) {
  const box = element('input', { type: 'checkbox', id, checked: true })
  const effect = element('span', {}, DRY)
  control.value = 'true'
  box.addEventListener('change', () => {
    control.value = box.checked ? 'true' : ''
    effect.textContent = box.checked ? DRY : WET
  })
  return element(
    'label',
    { class: 'tick', for: id },
    box,
    element('span', {}, element('strong', {}, 'Dry run'), effect),
  )
}

/**
 * Makes a choice of examples.
 *
 * @param {string} id
 * @param {readonly { summary: string, value: unknown }[]} examples
 * @param {HTMLTextAreaElement} text what the chosen example is put into
 * @param {() => void} changed
 */
export function exampleChoice(id, examples, text, changed) {
  const options = examples.map(({ summary }, index) => element('option', { value: `${index}` }, summary))
  const choice = element('select', { id }, ...options)
  choice.addEventListener('change', () => {
    text.value = pretty(examples[choice.selectedIndex]?.value)
    changed()
  })
  return element('p', { class: 'field' }, element('label', { for: id }, 'Example'), choice)
}

/**
 * Makes the request that the form describes.
 *
 * @param {Entry} entry
 * @param {readonly { parameter: Parameter, control: Control }[]} inputs
 * @param {{ type: string, text: string } | undefined} body
 * @returns {Filled}
 */
export function fill(entry, inputs, body) {
  const given = inputs.filter(({ control }) => control.value !== '')
  /**
   * Finds the values that go to one place of the request.
   *
   * @param {Parameter['in']} place
   */
  const of = (place) =>
    given
      .filter(({ parameter }) => parameter.in === place)
      .map(({ parameter, control }) => /** @type {const} */ ([parameter.name, control.value]))
  const path = of('path').reduce(
    (all, [name, value]) => all.replace(`{${name}}`, encodeURIComponent(value)),
    entry.path,
  )
  const query = new URLSearchParams(of('query').map(([name, value]) => [name, value])).toString()
  return {
    path: query ? `${path}?${query}` : path,
    headers: { ...(body && { 'Content-Type': body.type }), ...Object.fromEntries(of('header')) },
    body: body?.text,
  }
}

/**
 * Writes text as it is, anything else as JSON for people.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function pretty(value) {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
