import { ignored, type Reading } from './source.ts'

/**
 * @param json a body that an administrator wrote: the simplified request itself
 * @returns the request, not checked yet; its faults are told in the field's own names
 */
export function asRequest(json: unknown): Reading {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return ignored('the body is not a JSON object')
  return { kind: 'request', request: { ...json }, words: {} }
}
