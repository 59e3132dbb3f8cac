/**
 * A response as a later version of the API might send it: every object has a field more, and enums that mean
 * little to a client have new values.
 *
 * @param value the JSON as it is today
 * @returns the JSON of the future
 */
export function withFutureFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFutureFields)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).map(([name, field]) => [name, withFutureFields(field)])
  const future: Record<string, unknown> = Object.fromEntries(fields)
  future.fieldFromTheFuture = { nested: ['value'], count: '9007199254740993' }
  if ('displayName' in value) future.state = 'STATE_FROM_THE_FUTURE'
  if ('type' in value) future.type = 'USER_TYPE_FROM_THE_FUTURE'
  if ('directoryStatus' in value) future.directoryStatus = 'STATUS_FROM_THE_FUTURE'
  return future
}

/**
 * A search's response with a hit that has no user.
 *
 * @param value the JSON as it should be
 * @returns the JSON with one hit more, at the beginning
 */
export function withNullUser(value: unknown): unknown {
  if (!isRecord(value) || !Array.isArray(value.list)) return value
  return { ...value, list: [{ user: null, userId: '', objectPermissions: null }, ...value.list] }
}

/**
 * A response in which nothing has an id.
 *
 * @param value the JSON as it should be
 * @returns the JSON without any field `id`
 */
export function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).filter(([name]) => name !== 'id')
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutIds(field)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
