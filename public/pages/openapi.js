/**
 * What these pages read of an OpenAPI 3.1 document.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 *
 * @typedef {{ readonly $ref: string }} Reference
 *
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string | readonly string[]} [type]
 * @property {string} [title]
 * @property {string} [description]
 * @property {string} [format]
 * @property {unknown} [const]
 * @property {readonly unknown[]} [enum]
 * @property {unknown} [default]
 * @property {readonly unknown[]} [examples]
 * @property {Readonly<Record<string, Schema>>} [properties]
 * @property {readonly string[]} [required]
 * @property {Schema} [items]
 * @property {readonly Schema[]} [anyOf]
 * @property {readonly Schema[]} [oneOf]
 * @property {readonly Schema[]} [allOf]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [maxItems]
 *
 * @typedef {{ readonly summary?: string, readonly value?: unknown }} Example
 *
 * @typedef {object} Media
 * @property {Schema} [schema]
 * @property {unknown} [example]
 * @property {Readonly<Record<string, Example | Reference>>} [examples]
 *
 * @typedef {object} Parameter
 * @property {string} name
 * @property {'path' | 'query' | 'header' | 'cookie'} in
 * @property {string} [description]
 * @property {boolean} [required]
 * @property {Schema} [schema]
 * @property {unknown} [example]
 *
 * @typedef {object} Body
 * @property {string} [description]
 * @property {boolean} [required]
 * @property {Readonly<Record<string, Media>>} content
 *
 * @typedef {object} Answer
 * @property {string} description
 * @property {Readonly<Record<string, unknown>>} [headers]
 * @property {Readonly<Record<string, Media>>} [content]
 *
 * @typedef {object} Operation
 * @property {string} [operationId]
 * @property {readonly string[]} [tags]
 * @property {string} [summary]
 * @property {string} [description]
 * @property {readonly Readonly<Record<string, readonly string[]>>[]} [security]
 * @property {readonly (Parameter | Reference)[]} [parameters]
 * @property {Body | Reference} [requestBody]
 * @property {Readonly<Record<string, Answer | Reference>>} [responses]
 * @property {Readonly<Record<string, Readonly<Record<string, PathItem>>>>} [callbacks]
 *
 * @typedef {{ readonly parameters?: readonly (Parameter | Reference)[] } & { readonly [Method in typeof METHODS[number]]?: Operation }} PathItem
 *
 * @typedef {object} Description
 * @property {{ readonly title: string, readonly version: string, readonly description?: string }} info
 * @property {readonly { readonly name: string, readonly description?: string }[]} [tags]
 * @property {readonly Readonly<Record<string, readonly string[]>>[]} [security]
 * @property {Readonly<Record<string, PathItem>>} paths
 * @property {{ readonly schemas?: Readonly<Record<string, Schema>> }} [components]
 *
 * @typedef {object} Entry an operation, with what it takes from around it
 * @property {string} id unique in the document
 * @property {string} method in capitals
 * @property {string} path
 * @property {Operation} operation
 * @property {readonly Parameter[]} parameters
 * @property {readonly Readonly<Record<string, readonly string[]>>[]} security empty where no key is needed
 */

const METHODS = /** @type {const} */ (['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

/**
 * @template Thing
 * @param {Description} description
 * @param {Thing | Reference} thing what may be a reference to something of its kind
 * @returns {Thing}
 * @throws {TypeError} where the reference leads nowhere
 */
export function resolved(description, thing) {
  /** @type {unknown} */
  let found = thing
  for (let steps = 0; isReference(found); steps++) {
    if (steps > 10) throw new TypeError(`${found.$ref} leads in a circle`)
    found = at(description, found.$ref)
  }
  // what a reference stands for is of the kind that may stand in its place
  return /** @type {Thing} */ (found)
}

/**
 * Tells whether a part of the document only refers to another.
 *
 * @param {unknown} thing
 * @returns {thing is Reference}
 */
export function isReference(thing) {
  return typeof thing === 'object' && thing !== null && '$ref' in thing && typeof thing.$ref === 'string'
}

/**
 * Finds what a JSON pointer leads to.
 *
 * @param {unknown} root
 * @param {string} reference a JSON pointer as a fragment: RFC 6901, section 6
 */
function at(root, reference) {
  if (!reference.startsWith('#/')) throw new TypeError(`${reference} is not in this document`)
  const names = reference.slice(2).split('/')
  return names.reduce((value, name) => {
    const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')
    const next =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([own]) => own === key)
        : undefined
    if (!next) throw new TypeError(`${reference} is not there`)
    return next[1]
  }, root)
}

/**
 * Names what a reference leads to.
 *
 * @param {string} reference
 * @returns {string}
 */
export function nameOf(reference) {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/**
 * Lists the operations of a description.
 *
 * @param {Description} description
 * @param {Readonly<Record<string, PathItem>>} paths those of the document, or of a callback
 * @returns {Entry[]}
 */
export function operationsOf(description, paths = description.paths) {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      if (!operation) return []
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
      return {
        id: operation.operationId ?? `${method}${path.replaceAll(/\W+/g, '-')}`,
        method: method.toUpperCase(),
        path,
        operation,
        parameters: parameters.map((parameter) => resolved(description, parameter)),
        security: operation.security ?? description.security ?? [],
      }
    }),
  )
}

/**
 * Finds examples of a body: those that it gives, else one made from its schema.
 *
 * @param {Description} description
 * @param {Media} media
 * @returns {{ summary: string, value: unknown }[]}
 */
export function examplesOf(description, media) {
  const given = Object.entries(media.examples ?? {}).map(([name, example]) => {
    const { summary = name, value } = resolved(description, example)
    return { summary, value }
  })
  if (given.length > 0) return given
  const value = media.example ?? (media.schema && sample(description, media.schema))
  return value === undefined ? [] : [{ summary: 'Example', value }]
}

/**
 * Makes an example of a schema.
 *
 * @param {Description} description
 * @param {Schema} schema
 * @param {number} depth how much deeper to go; schemas may contain themselves
 * @returns {unknown}
 */
function sample(description, schema, depth = 6) {
  const known = resolved(description, schema)
  const { examples, properties, required = [], items } = known
  const first = examples?.[0] ?? known.const ?? known.default ?? known.enum?.[0]
  if (first !== undefined || depth === 0) return first
  const one = known.oneOf?.[0] ?? known.anyOf?.[0]
  if (one) return sample(description, one, depth - 1)
  if (known.allOf)
    return Object.assign({}, ...known.allOf.map((part) => sample(description, part, depth - 1)))
  if (properties) {
    const entries = Object.entries(properties).filter(
      ([name, part]) => required.includes(name) || part.examples,
    )
    return Object.fromEntries(entries.map(([name, part]) => [name, sample(description, part, depth - 1)]))
  }
  switch (typeof known.type === 'string' ? known.type : known.type?.[0]) {
    case 'array':
      return items ? [sample(description, items, depth - 1)] : []
    case 'object':
      return {}
    case 'integer':
    case 'number':
      return known.minimum ?? 0
    case 'boolean':
      return false
    case 'string':
      return '…'
    default:
      return undefined
  }
}
