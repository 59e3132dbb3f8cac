import * as z from 'zod'
import { INVALID_ARGUMENT, Refusal, UNKNOWN } from './status.ts'

/** A proto3 JSON string: no lone surrogates, which protojson refuses. */
export const text = z.string().refine((value) => value.isWellFormed(), 'invalid escape code in string')

/** A proto3 uint32, which is a JSON number; the string form that protojson tolerates is refused here. */
export const uint32 = z.int().min(0).max(4_294_967_295)

/**
 * Reads a request body as strictly as protojson: JSON only, known fields only (camelCase or snake_case, not
 * both), exact types; `null` means unset.
 *
 * @param request the API request
 * @param schema the message, with strict objects and camelCase names
 * @returns the message
 * @throws Refusal code 3 for what protojson refuses, code 2 for bytes that are not UTF-8, as C1 was seen to do
 */
export async function readMessage<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new Refusal(INVALID_ARGUMENT, 'content-type must be application/json')
  }
  const value = parse(decode(await request.arrayBuffer()))
  const read = schema.safeParse(camelCased(value))
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw new Refusal(INVALID_ARGUMENT, `proto: ${issue?.path.join('.') || 'body'}: ${issue?.message}`)
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Refusal(UNKNOWN, 'string field contains invalid UTF-8')
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Refusal(INVALID_ARGUMENT, 'proto: syntax error')
  }
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (value === null || typeof value !== 'object') return value
  const fields = new Map<string, unknown>()
  for (const [name, field] of Object.entries(value)) {
    const camelName = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (fields.has(camelName)) throw new Refusal(INVALID_ARGUMENT, `proto: duplicate field "${name}"`)
    fields.set(camelName, camelCased(field))
  }
  return Object.fromEntries(fields)
}
