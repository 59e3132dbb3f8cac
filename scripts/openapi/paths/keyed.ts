import type { Scope } from '../../../src/config/api-keys.ts'
import type { ProblemCode } from '../../../src/problem/catalog.ts'
import type { Part } from '../headers.ts'

/** What may go wrong wherever an API key is asked for. */
export const KEYED = [
  'unauthenticated',
  'forbidden',
  'rate-limited',
  'misconfigured',
  'internal-error',
  'overloaded',
] as const satisfies readonly ProblemCode[]

/** What may go wrong wherever there is a body. */
export const JSON_BODY = [
  'malformed-json',
  'payload-too-large',
  'unsupported-media-type',
] as const satisfies readonly ProblemCode[]

/** The ways in which callers authenticate. */
export const securitySchemes: Part = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A key from API_KEYS, with the scopes that it has there: `create` makes vaults, `read` reads the caller’s own ' +
      'requests and their vaults, `operate` reads everyone’s and settles unknown outcomes.',
  },
}

/** Demands a key with any one of these scopes. */
export function scopes(...any: readonly Scope[]): readonly Part[] {
  return any.map((scope) => ({ apiKey: [scope] }))
}
