import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** A part of the description, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look freely into what the meta-schema has checked
export type Part = Record<string, any>

/** What `/openapi.json` answers. */
export const openapi: Part = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../public/openapi.json', import.meta.url).href), 'utf8'),
)

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
addFormats.default(ajv)
// what stands around the schemas; and OpenAPI's own keyword: the values of `code` tell problems apart without it
ajv.addVocabulary([...Object.keys(openapi), 'discriminator'])
ajv.addSchema(closed(openapi) as Part, 'openapi') // an object stays one

const compiled = new Map<string, ValidateFunction>()

/**
 * @param path where a schema stands in the description; it is compiled once
 * @returns what is wrong with the value, in one line, or undefined; a member that no schema names is wrong
 */
export function faultAt(path: readonly string[], value: unknown): string | undefined {
  const [key = '', ...owner] = path.toReversed()
  const keys = [...partAt(owner.toReversed()).path, key]
  const pointer = keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` })
  compiled.set(pointer, validate)
  if (validate(value)) return undefined
  return (validate.errors ?? [])
    .map(
      ({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
    )
    .join('; ')
}

type Place = { readonly part: Part; readonly path: readonly string[] }

/**
 * @param path keys from the root on; references on the way are followed
 * @returns the part of the description that stands there, if one does, and the path to it that needs no reference
 */
export function partAt(path: readonly string[]): Place {
  let place: Place = { part: openapi, path: [] }
  for (const key of path) {
    place = { part: place.part?.[key], path: [...place.path, key] }
    if (typeof place.part?.$ref === 'string') place = partAt(place.part.$ref.slice(2).split('/'))
  }
  return place
}

/**
 * Callers bear with members that are new to them, so the description leaves objects open. Here nothing may be answered
 * that it does not name.
 */
function closed(part: unknown, key = ''): unknown {
  if (Array.isArray(part)) return part.map((item) => closed(item))
  if (typeof part !== 'object' || part === null) return part
  if (key === 'schema') return closedSchema(part)
  if (key === 'schemas') return mapped(part, openSchema)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value, name)]))
}

/** A schema of a whole value: all that its parts name, together, and nothing else; anything, where it says nothing. */
function closedSchema(schema: object): object {
  const open = openSchema(schema)
  return Object.keys(open).length === 0 ? open : { ...open, unevaluatedProperties: false }
}

/** A schema that may be one part of another. */
function openSchema(schema: object): object {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, mapped(value, closedSchema)]
      if (keyword === 'items') return [keyword, closedSchema(value)]
      if (keyword === 'anyOf' || keyword === 'oneOf') return [keyword, value.map(openSchema)]
      return [keyword, value]
    }),
  )
}

function mapped(members: object, change: (schema: object) => object): object {
  return Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, change(schema)]))
}
