import { zValidator } from '@hono/zod-validator'
import type * as z from 'zod/mini'
import { Problem } from '../problem/problem.ts'
import { fieldFaults } from '../provisioning/request.ts'

/**
 * Validates a part of the request with the schema that also gives its type.
 *
 * @param target `json` for the body, `query` for the query string
 * @param schema what it must be
 * @throws {Problem} `invalid-request` with every fault at once
 */
export function valid<T extends z.ZodMiniType, Target extends 'json' | 'query'>(target: Target, schema: T) {
  return zValidator(target, schema, (result) => {
    if (result.success) return
    const errors = fieldFaults(result.error)
    const places = errors.map(({ pointer, detail }) => `${pointer.slice(1) || 'The body'} ${detail}`)
    throw new Problem('invalid-request', `${places.join('; ')}.`, { errors })
  })
}
