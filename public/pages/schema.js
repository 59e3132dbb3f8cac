import { element, prose, words } from './element.js'
import { isReference, nameOf, resolved } from './openapi.js'

/** @typedef {import('./openapi.js').Description} Description */
/** @typedef {import('./openapi.js').Schema} Schema */
/** @typedef {{ name: string, schema: Schema, required: boolean }} Field */

/**
 * Shows what a value looks like: a table of fields, or a line on its type.
 *
 * @param {Description} description
 * @param {Schema} schema
 * @returns {HTMLElement[]}
 */
export function schemaView(description, schema) {
  const known = resolved(description, schema)
  const variants = known.oneOf ?? known.anyOf
  if (variants)
    return variants.flatMap((variant, index) => {
      const which = element('strong', {}, index === 0 ? 'Either' : 'Or')
      if (isReference(variant)) return [element('p', {}, which, ' ', ...typeOf(variant))]
      const { description: meaning = '', ...rest } = variant
      return [element('p', {}, which, ' ', ...words(meaning)), ...schemaView(description, rest)]
    })
  const fields = fieldsOf(description, known, '')
  if (fields.length === 0) return [element('p', {}, ...typeOf(known), ...notes(known))]
  return [fieldTable('Field', fields)]
}

/**
 * Makes a table that says of each field its type and what it means.
 *
 * @param {string} what the fields are
 * @param {readonly Field[]} fields
 * @returns {HTMLElement}
 */
export function fieldTable(what, fields) {
  const rows = fields.map(({ name, schema, required }) =>
    element(
      'tr',
      { role: 'row' },
      element(
        'th',
        { role: 'rowheader', scope: 'row' },
        element('code', {}, name),
        ...(required ? [' ', element('span', { class: 'required' }, 'required')] : []),
      ),
      element(
        'td',
        { role: 'cell' },
        element('p', { class: 'type' }, ...typeOf(schema)),
        ...prose(schema.description ?? ''),
        ...notes(schema),
      ),
    ),
  )
  return element(
    'table',
    { class: 'fields', role: 'table' },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        element('th', { role: 'columnheader', scope: 'col' }, what),
        element('th', { role: 'columnheader', scope: 'col' }, 'What it is'),
      ),
    ),
    element('tbody', { role: 'rowgroup' }, ...rows),
  )
}

/**
 * Fields inside fields stand in the same table, under their whole path, unless they are a schema with a name.
 *
 * @param {Description} description
 * @param {Schema} schema
 * @param {string} before the path so far
 * @returns {Field[]}
 */
function fieldsOf(description, schema, before) {
  const all = schema.allOf?.map((part) => resolved(description, part)) ?? []
  return [schema, ...all].flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([name, property]) => {
      const path = `${before}${name}`
      const field = { name: path, schema: property, required: required.includes(name) }
      const list =
        property.items && !isReference(property.items)
          ? fieldsOf(description, property.items, `${path}[].`)
          : []
      const own = property.anyOf?.find((variant) => variant.properties) ?? property
      return [field, ...(isReference(property) ? [] : fieldsOf(description, own, `${path}.`)), ...list]
    }),
  )
}

/**
 * Names the type of a schema, with links to schemas that have a name.
 *
 * @param {Schema} schema
 * @returns {(Node | string)[]}
 */
function typeOf(schema) {
  if (isReference(schema)) {
    const name = nameOf(schema.$ref)
    return [element('a', { href: `#schema-${name}` }, name)]
  }
  if (schema.const !== undefined) return [code(schema.const)]
  if (schema.enum) return joined(schema.enum.map((value) => [code(value)]))
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return joined(variants.map(typeOf))
  if (schema.items) return ['list of ', ...typeOf(schema.items)]
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything')
  return [schema.format ? `${type} (${schema.format})` : `${type}`]
}

/**
 * Puts "or" between types.
 *
 * @param {(Node | string)[][]} parts
 */
function joined(parts) {
  return parts.flatMap((part, index) => (index === 0 ? part : [' or ', ...part]))
}

/**
 * Shows a value as code.
 *
 * @param {unknown} value
 */
function code(value) {
  return element('code', {}, JSON.stringify(value))
}

/**
 * Says the limits of a schema, its default and an example.
 *
 * @param {Schema} schema
 * @returns {HTMLElement[]}
 */
function notes(schema) {
  const { minLength = 0, maxLength, minimum, maximum, maxItems, examples } = schema
  const said = [
    maxLength !== undefined &&
      `${minLength > 0 ? `${minLength} to` : 'up to'} ${number(maxLength)} characters`,
    maximum === undefined && minimum !== undefined && `from ${number(minimum)}`,
    maximum !== undefined &&
      maximum < Number.MAX_SAFE_INTEGER &&
      `${number(minimum ?? 0)} to ${number(maximum)}`,
    maxItems !== undefined && `up to ${maxItems}`,
    schema.default !== undefined && `default: \`${JSON.stringify(schema.default)}\``,
    examples?.[0] !== undefined && `such as \`${JSON.stringify(examples[0])}\``,
  ].filter((note) => note !== false)
  return said.length > 0 ? [element('p', { class: 'quiet' }, ...words(said.join('; ')))] : []
}

/**
 * Writes a number for people.
 *
 * @param {number} value
 */
function number(value) {
  return value.toLocaleString('en')
}
