import { provenanceLine, translate } from '../provisioning/translate.ts'
import type { LostCreate } from '../settlement/proof.ts'
import type { Entry } from './entry.ts'

/** When the Worker looks for a lost vault, in minutes after the create was sent. */
const LOOK_MINUTES = [1, 2, 5, 10, 14, 25] as const
const MS_PER_MINUTE = 60_000

/** The search for a lost vault in ConductorOne's system log. */
export type Search = {
  /** epoch milliseconds */
  readonly sentAt: number
  /** epoch milliseconds by which an answer was due */
  readonly deadline: number
  /** whether a caller waited and was answered that the outcome is unknown */
  readonly isCallerAnswered: boolean
  readonly looksCount: number
  /** epoch milliseconds of the last look that came to its end, or null */
  readonly lookedAt: number | null
  /** what it found */
  readonly finding: 'none' | 'several' | 'forbidden' | null
  readonly isOver: boolean
}

/**
 * Begins the search for the vault of a create that got no answer.
 *
 * @param now epoch milliseconds
 * @param isOn whether this deployment searches at all
 */
export function beginSearch({ sentAt, deadline, workflow }: Entry, now: number, isOn: boolean): Search {
  return {
    sentAt: sentAt ?? now,
    deadline: deadline ?? now,
    isCallerAnswered: workflow === 'none',
    looksCount: 0,
    lookedAt: null,
    finding: null,
    isOver: !isOn,
  }
}

/**
 * Records a look.
 *
 * @param finding what it found; null if it could not be made
 * @param isScheduled whether it was one of those at {@link LOOK_MINUTES}, and not an operator's
 */
export function recordLook(
  search: Search,
  { finding, isScheduled }: { readonly finding: Search['finding']; readonly isScheduled: boolean },
  now: number,
): Search {
  const looksCount = search.looksCount + Number(isScheduled)
  const isOver = search.isOver || finding === 'forbidden' || looksCount >= LOOK_MINUTES.length
  if (finding === null) return { ...search, looksCount, isOver }
  // if there were two once, a log that shows none or one of them later is incomplete
  const lasting = search.finding === 'several' ? search.finding : finding
  return { ...search, looksCount, isOver, finding: lasting, lookedAt: now }
}

/**
 * Says when the next look is due.
 *
 * @returns epoch milliseconds, or null if there is none to come
 */
export function nextLookAt({ search, status }: Pick<Entry, 'search' | 'status'>): number | null {
  const minutes = LOOK_MINUTES[search?.looksCount ?? LOOK_MINUTES.length]
  if (status !== 'unknown' || !search || search.isOver || minutes === undefined) return null
  return search.sentAt + minutes * MS_PER_MINUTE
}

/** Says whether the vault of a request is still being looked for. */
export function isSearching(entry: Pick<Entry, 'search' | 'status'>): boolean {
  return nextLookAt(entry) !== null
}

/** Describes what has to be found. */
export function lostCreateOf(entry: Entry): LostCreate {
  const { order, owners, id } = entry
  const ownerIds = owners.flatMap((owner) => owner.id ?? [])
  return {
    requestId: id,
    sent: translate(order, ownerIds, entry),
    provenance: provenanceLine(order, entry),
    sentAt: entry.search?.sentAt ?? entry.createdAt,
    deadline: entry.search?.deadline ?? entry.updatedAt,
  }
}

/** Says what the search has found so far, for a person who looks at the request; undefined if there was no look. */
export function searchReport({ search }: Entry): string | undefined {
  if (!search) return undefined
  const { finding, lookedAt, isOver } = search
  const until = lookedAt === null ? '' : new Date(lookedAt).toISOString()
  switch (finding) {
    case 'none':
      return `ConductorOne's system log was searched until ${until} and does not show the vault.${isOver ? ' The search is over: look in ConductorOne.' : ''} That does not prove that there is none.`
    case 'several':
      return `ConductorOne's system log, searched until ${until}, shows more than one vault that could be this request's. Choose one in ConductorOne.`
    case 'forbidden':
      return "ConductorOne's system log could not be searched: the credential may not read it. Look in ConductorOne."
    case null:
      return isOver && search.looksCount > 0
        ? "ConductorOne's system log could not be searched: ConductorOne did not answer. Look in ConductorOne."
        : undefined
  }
}
