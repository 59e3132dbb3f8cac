import { type ProblemCode, problems } from '../../src/problem/catalog.ts'
import { type Headers, headersOf, type Part } from './headers.ts'
import { problemExample } from './problem-examples.ts'
import { problemName } from './problem-schemas.ts'
import type { SchemaName } from './schemas.ts'

/** Examples by their names: what each shows, and the JSON itself. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>

/** Refers to a schema of the document. */
export function schemaRef(name: SchemaName): Part {
  return { $ref: `#/components/schemas/${name}` }
}

/**
 * Describes an answer in JSON.
 *
 * @param description when this is the answer
 * @param schema of the body
 * @param headers beside those that every answer has
 */
export function jsonResponse(
  description: string,
  schema: Part,
  examples: Examples,
  headers: Headers = {},
): Part {
  return response(description, { 'application/json': { schema, examples } }, headers)
}

/** Describes an answer with content of any kind, by media type. */
export function response(description: string, content: Part, headers: Headers = {}): Part {
  return { description, headers: headersOf(headers), content }
}

/** The headers that the status of a problem demands. */
const demanded: { readonly [Code in ProblemCode]?: Headers } = {
  unauthenticated: { 'WWW-Authenticate': 'always' },
  forbidden: { 'WWW-Authenticate': 'always' },
  'method-not-allowed': { Allow: 'always' },
  'request-in-progress': { 'Retry-After': 'always', Location: 'always' },
  'unsupported-media-type': { 'Accept-Encoding': 'sometimes' },
  'rate-limited': { 'Retry-After': 'always' },
  overloaded: { 'Retry-After': 'always' },
  'conductorone-unavailable': { 'Retry-After': 'always' },
}

/**
 * Describes the problems of an operation: one answer for each status.
 *
 * @param codes the problems that it may answer
 * @param headers by status, what they have beside what the status demands
 */
export function problemResponses(
  codes: readonly ProblemCode[],
  headers: Readonly<Record<number, Headers>> = {},
): Part {
  const byStatus = Object.groupBy(codes, (code) => problems[code].status)
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, same]) => [
      status,
      problemResponse(same, Number(status), headers[Number(status)]),
    ]),
  )
}

/**
 * Describes the one answer of a status.
 *
 * @param codes the problems that are answered with it
 * @param headers beside those that the problems demand
 */
export function problemResponse(codes: readonly ProblemCode[], status: number, headers: Headers = {}): Part {
  const refs = codes.map((code) => `#/components/schemas/${problemName(code)}`)
  const mapping = Object.fromEntries(codes.map((code, index) => [code, refs[index]]))
  const oneOf = refs.map(($ref) => ({ $ref }))
  const schema = codes.length === 1 ? oneOf[0] : { oneOf, discriminator: { propertyName: 'code', mapping } }
  const examples = Object.fromEntries(
    codes.map((code) => [
      code,
      status === problems[code].status
        ? { $ref: `#/components/examples/${code}` }
        : { summary: problems[code].title, value: { ...problemExample(code), status } },
    ]),
  )
  return response(
    codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
    { 'application/problem+json': { schema, examples } },
    { ...demandedBy(codes), ...headers },
  )
}

/** Describes the answer of a path that is not there: a problem, and a page in a browser. */
export function notFoundResponse(): Part {
  const response = problemResponse(['not-found'], 404)
  return {
    404: {
      ...response,
      content: { ...Object(response.content), 'text/html': { schema: { type: 'string' } } },
    },
  }
}

/** Merges what problems demand; the answer has sometimes what only some of them demand. */
function demandedBy(codes: readonly ProblemCode[]): Headers {
  const all = codes.map((code) => demanded[code] ?? {})
  const names = all.flatMap((headers) => Object.keys(headers) as (keyof Headers)[]) // a row's keys are headers
  return Object.fromEntries(
    names.map((name) => [name, all.every((headers) => headers[name] === 'always') ? 'always' : 'sometimes']),
  )
}
