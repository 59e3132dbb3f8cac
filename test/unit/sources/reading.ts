import { SourceOptions } from '../../../src/config/source-options.ts'
import type { Reading } from '../../../src/sources/source.ts'
import { sources } from '../../../src/sources/sources.ts'

/** What a source reads out of a delivery, if `SOURCES` is configured like this. */
export function reading(
  source: string,
  json: unknown,
  { options = {}, headers = {} }: { options?: unknown; headers?: Record<string, string> } = {},
): Reading {
  const found = sources.get(source)
  if (!found) throw new Error(`there is no source ${source}`)
  return found.read({ headers: new Headers(headers), json, options: SourceOptions.parse(options) })
}

/** The request that it reads, or why it ignores the delivery. */
export function read(...delivery: Parameters<typeof reading>): unknown {
  const result = reading(...delivery)
  return result.kind === 'request' ? result.request : result.reason
}
