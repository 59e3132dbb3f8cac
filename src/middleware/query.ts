import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type * as z from 'zod/mini'
import type { AppEnv } from '../app-env.ts'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'

/**
 * Validates the query string: `c.req.valid('query')` has the result, with the schema's type.
 *
 * @throws {Problem} `invalid-request` with every fault at once
 */
export function query<T extends z.ZodMiniType<object, object>>(schema: T) {
  type Validated = { in: { query: z.input<T> }; out: { query: z.output<T> } }
  return createMiddleware<AppEnv, string, Validated>(async function query(c, next) {
    const parsed = schema.safeParse(parametersOf(c))
    if (!parsed.success) throw invalidRequest(fieldFaults(parsed.error))
    c.req.addValidatedData('query', parsed.data)
    await next()
  })
}

/** Reads the parameters; one that stands several times has a list, which no schema takes for a text. */
function parametersOf(c: Context): Readonly<Record<string, unknown>> {
  const all = Object.entries(c.req.queries())
  return Object.fromEntries(all.map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}
