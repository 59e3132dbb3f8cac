import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { documentText } from '../../../../scripts/openapi/document.ts'
import { codes, problemName } from '../../../../scripts/openapi/problem-schemas.ts'
import { problems } from '../../../../src/problem/catalog.ts'
import { ProvisioningRequest } from '../../../../src/provisioning/request.ts'
import { sources } from '../../../../src/sources/sources.ts'
import { faultAt, openapi, type Part, partAt } from '../../../support/openapi.ts'

/** Every part of the description that is an object, with the path to it. */
function* parts(part: unknown = openapi, path: readonly string[] = []): Generator<[Part, readonly string[]]> {
  if (typeof part !== 'object' || part === null) return
  yield [part, path]
  for (const [key, inner] of Object.entries(part)) yield* parts(inner, [...path, key])
}
const every = [...parts()]

/** What has a schema beside it: content, headers, parameters. */
const typed = every.filter(([part]) => part.schema)

/** The examples of a part that has a schema, by their names. */
function examplesOf([part, path]: (typeof every)[number]): [string, unknown][] {
  if (part.example !== undefined) return [['', part.example]]
  const names = Object.keys(part.examples ?? {})
  return names.map((name) => [name, partAt([...path, 'examples', name]).part.value])
}

test('public/openapi.json is what the schemas and the table of problems make it', () => {
  const file = `${JSON.stringify(openapi, null, 2)}\n`
  expect(file, 'public/openapi.json is out of date: run `npm run openapi` and commit it').toBe(documentText())
})

test('it is OpenAPI 3.1, by the meta-schema', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(openapi))
  expect([valid, errors, validator.version]).toEqual([true, undefined, '3.1'])
})

test('every reference leads somewhere', () => {
  const references = every.map(([part]) => part.$ref).filter((ref) => typeof ref === 'string')
  expect(references.length).toBeGreaterThan(100)
  const loose = references.filter((ref) => !partAt(ref.slice(2).split('/')).part)
  expect(loose).toEqual([])
})

test.each(typed.map((place) => [place[1].join(' '), place] as const))(
  'the examples at %s fit its schema',
  (_, place) => {
    for (const [name, value] of examplesOf(place))
      expect(faultAt([...place[1], 'schema'], value), name).toBeUndefined()
  },
)

test('every body in JSON, every header and every parameter that is no choice shows an example', () => {
  const bare = typed.filter(([part, path]) => {
    const chosen = part.schema.enum || part.schema.default !== undefined
    const prose = /^(text|image)\//.test(path.at(-1) ?? '')
    return examplesOf([part, path]).length === 0 && !chosen && !prose
  })
  expect(bare.map(([, path]) => path.join(' '))).toEqual([])
})

test('the examples inside the schemas fit them', () => {
  const shown = every.filter(([part]) => Array.isArray(part.examples))
  expect(shown.length).toBeGreaterThan(5)
  for (const [part, path] of shown)
    for (const example of part.examples) expect(faultAt(path, example), path.join(' ')).toBeUndefined()
})

test('the requests that it shows are valid', () => {
  const { examples } = openapi.paths['/v1/vaults'].post.requestBody.content['application/json']
  for (const { value } of Object.values<Part>(examples))
    expect(ProvisioningRequest.safeParse(value).error).toBeUndefined()
})

test.each(codes)(
  'it has the problem %s as its row of the table has it, shows it, and names where it is answered',
  (code) => {
    const { status, title, retryable, remedy } = problems[code]
    const schema = openapi.components.schemas[problemName(code)]
    expect(schema).toMatchObject({ title, description: remedy })
    const { properties } = schema
    expect([properties.code.const, properties.type.const, properties.retryable.const]).toEqual([
      code,
      `/problems/${code}`,
      retryable,
    ])
    expect([properties.status.const, ...(properties.status.enum ?? [])]).toContain(status)
    expect(openapi.components.examples[code].value).toMatchObject({ code, status, title })
    const answers = JSON.stringify([openapi.paths, openapi['x-unrouted']])
    expect(answers).toContain(`"#/components/schemas/${problemName(code)}"`)
  },
)

test('it has every sender', () => {
  const [source] = openapi.paths['/webhooks/{source}'].post.parameters
  expect(source.schema.enum).toEqual([...sources.keys()])
  for (const { proofs } of sources.values())
    for (const proof of proofs)
      expect(openapi.paths['/webhooks/{source}'].post.description).toContain(
        `\`${proof.kind === 'token' ? proof.name : proof.header}\``,
      )
})

test('every operation has a name of its own, a summary and a tag that is explained', () => {
  const operations = every
    .map(([part]) => part)
    .filter(({ responses, operationId }) => responses || operationId)
  expect(operations.length).toBeGreaterThan(10)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  const tags = openapi.tags.map(({ name }: Part) => name)
  for (const operation of operations) {
    expect(operation.summary, operation.operationId).toMatch(/\S/)
    expect(tags, operation.operationId).toEqual(expect.arrayContaining(operation.tags))
  }
})
