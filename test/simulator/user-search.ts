import * as z from 'zod'
import { text } from './message.ts'
import { INVALID_ARGUMENT, Refusal, UNIMPLEMENTED } from './status.ts'
import { type SimulatedUser, userStatus } from './users.ts'

const list = z.array(z.unknown()).nullish()

/** Fields of SearchUsersRequest that the tenant knows and the simulator does not act on. */
const notSimulated = {
  roleIds: list,
  managerIds: list,
  departments: list,
  jobTitles: list,
  excludeIds: list,
  excludeTypes: list,
  origins: list,
  excludeOrigins: list,
  sourceAppIds: list,
  delegatedUserIds: list,
  delegateStatus: z.unknown().optional(),
  isDelegate: z.boolean().nullish(),
}

/** SearchUsersRequest. */
export const searchUsersRequest = z.strictObject({
  email: text.nullish(),
  query: text.nullish(),
  userStatuses: z.array(userStatus).nullish(),
  refs: z.array(z.strictObject({ id: text.nullish() })).nullish(),
  /** Deprecated in favour of `refs`. */
  ids: z.array(text).nullish(),
  expandMask: z.strictObject({ paths: z.array(text).nullish() }).nullish(),
  pageSize: z.int32().nullish(),
  pageToken: text.nullish(),
  ...notSimulated,
})

type SearchUsersRequest = z.output<typeof searchUsersRequest>

/** One page of hits. */
export interface Page {
  readonly users: readonly SimulatedUser[]
  readonly nextPageToken: string
}

/**
 * Finds users.
 *
 * @param users all users of the tenant
 * @param request the message as it came
 * @returns the page that was asked for; an empty `nextPageToken` at the end
 * @throws Refusal for a bad page size or token; code 12 for a filter that is not simulated, since ignoring it
 *   would give wrong hits
 */
export function searchUsers(users: readonly SimulatedUser[], request: SearchUsersRequest): Page {
  for (const name of Object.keys(notSimulated)) {
    const value = request[name as keyof typeof notSimulated] // Object.keys forgets that its names are known.
    const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null
    if (isSet) throw new Refusal(UNIMPLEMENTED, `the simulator does not filter by ${name}`)
  }
  const start = startOf(request)
  const end = start + pageSize(request.pageSize ?? 0)
  const hits = users.filter((user) => matches(user, request))
  return {
    users: hits.slice(start, end),
    nextPageToken: end < hits.length ? pageToken(end, request) : '',
  }
}

function matches(user: SimulatedUser, request: SearchUsersRequest): boolean {
  const { email, query, userStatuses, refs, ids } = request
  if (email && user.email.toLowerCase() !== email.toLowerCase()) return false
  if (query && !`${user.displayName}\n${user.email}`.toLowerCase().includes(query.toLowerCase())) return false
  if (userStatuses?.length && !userStatuses.includes(user.status)) return false
  const wanted = [...(refs ?? []).map(({ id }) => id), ...(ids ?? [])]
  return wanted.length === 0 || wanted.includes(user.id)
}

function pageSize(asked: number): number {
  if (asked < 0) throw new Refusal(INVALID_ARGUMENT, 'page_size must be between 0 and 100')
  return asked === 0 ? 25 : Math.min(Math.max(asked, 10), 100)
}

function pageToken(start: number, { email, query, userStatuses, refs, ids }: SearchUsersRequest): string {
  // A token of another search is refused, as it would skip hits in silence.
  return btoa(encodeURIComponent(JSON.stringify([start, email, query, userStatuses, refs, ids])))
}

function startOf(request: SearchUsersRequest): number {
  if (!request.pageToken) return 0
  const start = startIn(request.pageToken)
  if (pageToken(start, request) !== request.pageToken) {
    throw new Refusal(INVALID_ARGUMENT, 'invalid page token')
  }
  return start
}

function startIn(token: string): number {
  try {
    return z.tuple([z.int().min(1)], z.unknown()).parse(JSON.parse(decodeURIComponent(atob(token))))[0]
  } catch {
    throw new Refusal(INVALID_ARGUMENT, 'invalid page token')
  }
}
