import { zValidator } from '@hono/zod-validator'
import type * as z from 'zod/mini'
import { fieldFaults, invalidRequest } from '../problem/fields.ts'

/**
 * Validates the query string: `c.req.valid('query')` has the result, with the schema's type.
 *
 * @throws {Problem} `invalid-request` with every fault at once
 */
export function query<T extends z.ZodMiniType>(schema: T) {
  return zValidator('query', schema, (result) => {
    if (!result.success) throw invalidRequest(fieldFaults(result.error))
  })
}
