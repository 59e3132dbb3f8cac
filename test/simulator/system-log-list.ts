import * as z from 'zod'
import { text } from './message.ts'
import { INVALID_ARGUMENT, PERMISSION_DENIED, Refusal } from './status.ts'
import type { LogEntry, SystemLog } from './system-log.ts'

const DEFAULT_PAGE_SIZE = 25
const MAX_PAGE_SIZE = 100
/** Scatters small numbers over 32 bits (The Art of Computer Programming, volume 3, section 6.4). */
const KNUTHS_MULTIPLIER = 2_654_435_761

/** SystemLogServiceListEventsRequest. */
export const listEventsRequest = z.strictObject({
  since: z.iso.datetime({ offset: true }).nullish(),
  until: z.iso.datetime({ offset: true }).nullish(),
  sinceEventUid: text.nullish(),
  untilEventUid: text.nullish(),
  sortDirection: z
    .enum(['SORT_DIRECTION_UNSPECIFIED', 'SORT_DIRECTION_ASC', 'SORT_DIRECTION_DESC'])
    .nullish(),
  pageSize: z.int32().nullish(),
  pageToken: text.nullish(),
})

type ListEventsRequest = z.output<typeof listEventsRequest>

/** Where an event stands in a listing; pages are cut by it, so that a late event moves none of the others. */
type Place = readonly [first: number, then: number]

/**
 * Lists a page of the system log.
 *
 * @param log the log, which may work badly
 * @param request the message as it came
 * @returns SystemLogServiceListEventsResponse; an empty `nextPageToken` at the end
 * @throws Refusal for a bad page size, page token or event uid, or if the right to read the log is missing
 */
export function listEvents(log: SystemLog, request: ListEventsRequest) {
  const { forbidden, order } = log.modes
  if (forbidden) throw new Refusal(PERMISSION_DENIED, 'permission denied')
  const after = request.pageToken ? placeIn(request.pageToken, request) : undefined
  const direction = request.sortDirection === 'SORT_DIRECTION_DESC' ? -1 : 1
  const placed = within(log.entries(), request)
    .filter(({ shown }) => shown)
    .map((entry) => ({ uid: entry.uid, place: placeOf(entry, order, direction) }))
    .filter(({ place }) => !after || compare(place, after) > 0)
    .sort((one, other) => compare(one.place, other.place))
  const page = placed.slice(0, pageSize(request.pageSize ?? 0))
  const last = page.at(-1)
  return {
    list: page.map(({ uid }) => log.event(uid)),
    nextPageToken: last && page.length < placed.length ? pageToken(last.place, request) : '',
  }
}

function within(entries: readonly LogEntry[], request: ListEventsRequest): LogEntry[] {
  const { since, until, sinceEventUid, untilEventUid } = request
  const first = Math.max(
    since ? Date.parse(since) : Number.NEGATIVE_INFINITY,
    timeOf(entries, sinceEventUid, Number.NEGATIVE_INFINITY),
  )
  const last = Math.min(
    until ? Date.parse(until) : Number.POSITIVE_INFINITY,
    timeOf(entries, untilEventUid, Number.POSITIVE_INFINITY),
  )
  return entries.filter(({ time }) => first <= time && time <= last)
}

function timeOf(entries: readonly LogEntry[], uid: string | null | undefined, none: number): number {
  if (!uid) return none
  const entry = entries.find((candidate) => candidate.uid === uid)
  if (!entry) throw new Refusal(INVALID_ARGUMENT, 'unknown event uid')
  return entry.time
}

function placeOf({ position, time }: LogEntry, order: 'sorted' | 'shuffled', direction: 1 | -1): Place {
  return order === 'sorted'
    ? [time * direction, position * direction]
    : [(position * KNUTHS_MULTIPLIER) % 2 ** 32, 0]
}

function compare(one: Place, other: Place): number {
  return one[0] - other[0] || one[1] - other[1]
}

function pageSize(asked: number): number {
  if (asked < 0) throw new Refusal(INVALID_ARGUMENT, 'page_size must not be negative')
  return asked === 0 ? DEFAULT_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE)
}

function pageToken(
  place: Place,
  { pageToken: _token, pageSize: _size, ...query }: ListEventsRequest,
): string {
  // A token of another listing is refused, as it would skip events in silence.
  return btoa(encodeURIComponent(JSON.stringify([place, query])))
}

function placeIn(token: string, request: ListEventsRequest): Place {
  const [place] = read(token)
  if (pageToken(place, request) !== token) throw new Refusal(INVALID_ARGUMENT, 'invalid page token')
  return place
}

function read(token: string): [Place, unknown] {
  try {
    const written = z.tuple([z.tuple([z.number(), z.number()]), z.unknown()])
    return written.parse(JSON.parse(decodeURIComponent(atob(token))))
  } catch {
    throw new Refusal(INVALID_ARGUMENT, 'invalid page token')
  }
}
