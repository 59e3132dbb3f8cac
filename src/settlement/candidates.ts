/** The shape of ConductorOne's ids, with some room: KSUIDs have 27 characters. */
const ID = /^[0-9A-Za-z]{20,40}$/
/** Bounds what a log full of ids can make us keep and ask for. */
const MAX_CANDIDATES_COUNT = 2_000

/** What the vault's own event is likely to mention. */
export type Clues = {
  /** the id of the request, which the create carried in its `User-Agent` */
  readonly requestId: string
  readonly name: string
}

/** Ids that may be the vault's; an id can be among both. */
export type Candidates = {
  /** those in an event that mentions the request */
  readonly likely: Set<string>
  readonly others: Set<string>
}

/**
 * Collects the ids that may be the vault's from events of the system log. How a vault's event looks is not published, so
 * every event that says "vault" anywhere counts, and so does everything in it that could be an id.
 *
 * @param events one page of them, as they came
 * @param candidates those of the pages before, to which it adds
 */
export function addCandidates(
  candidates: Candidates,
  events: readonly unknown[],
  { requestId, name }: Clues,
): void {
  for (const event of events) {
    const json = JSON.stringify(event) ?? ''
    if (!/vault/i.test(json)) continue
    const isLikely = json.includes(requestId) || json.includes(JSON.stringify(name))
    const ids = isLikely ? candidates.likely : candidates.others
    for (const id of idsIn(event)) if (ids.size < MAX_CANDIDATES_COUNT) ids.add(id)
  }
}

function* idsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (ID.test(value)) yield value
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (ID.test(key)) yield key
      yield* idsIn(member)
    }
  }
}
