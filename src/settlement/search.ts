import type { Call } from '../conductorone/call.ts'
import { ConductorOneFailure } from '../conductorone/failure.ts'
import type { Tenant } from '../conductorone/tenant.ts'
import type { Vault } from '../conductorone/wire.ts'
import { addCandidates, type Candidates } from './candidates.ts'
import { doubtsAbout, type LostCreate, searchFrom } from './proof.ts'

const MAX_PAGES_COUNT = 20
const MAX_READS_COUNT = 50

/** What a look through the system log found. */
export type Finding =
  /** one vault that proves to be the request's */
  | { readonly kind: 'found'; readonly vault: Vault }
  /** none that does, which proves nothing: the log may be late, or incomplete */
  | { readonly kind: 'none' }
  /** more than one that does, so that a person must choose */
  | { readonly kind: 'several'; readonly vaultIds: readonly string[] }
  /** the credential may not read the log */
  | { readonly kind: 'forbidden' }

/** A look through the system log. */
export type Look = {
  readonly lost: LostCreate
  readonly tenant: Pick<Tenant, 'listEvents' | 'getVault'>
  /** tells which of these vaults other requests have */
  readonly othersOf: (vaultIds: readonly string[]) => Promise<ReadonlySet<string>>
  /** vaults that earlier looks read in vain; this one adds to them */
  readonly rejected: Set<string>
  /** how many looks came before, so that each begins to read elsewhere if there is more than one can read */
  readonly earlierLooks: number
  readonly call: Call
}

/**
 * Looks through ConductorOne's system log for the vault of a lost create. It only reads, at most 20 pages and 50 vaults,
 * and keeps no event.
 *
 * @throws {ConductorOneFailure} if ConductorOne can't be asked now
 */
export async function lookForVault(look: Look): Promise<Finding> {
  const { lost, tenant, call, rejected } = look
  let candidates: Candidates
  try {
    candidates = await readLog(look)
  } catch (error) {
    if (error instanceof ConductorOneFailure && error.failure.upstream?.status === 403)
      return { kind: 'forbidden' }
    throw error
  }
  const found: Vault[] = []
  for (const id of await choose(candidates, look)) {
    const vault = await readVault(id, tenant, call)
    // what is not there yet may be there the next time
    if (!vault) continue
    if (doubtsAbout(vault, lost).length === 0) found.push(vault)
    else rejected.add(id)
  }
  const [vault, ...more] = found
  if (!vault) return { kind: 'none' }
  return more.length === 0
    ? { kind: 'found', vault }
    : { kind: 'several', vaultIds: found.map(({ id }) => id) }
}

async function readLog({ lost, tenant, call }: Look): Promise<Candidates> {
  const since = new Date(searchFrom(lost)).toISOString()
  const clues = { requestId: lost.requestId, name: lost.sent.displayName }
  const candidates: Candidates = { likely: new Set(), others: new Set() }
  let pageToken = ''
  for (let page = 1; page <= MAX_PAGES_COUNT; page++) {
    const { events, nextPageToken } = await tenant.listEvents({ since, pageToken }, call)
    addCandidates(candidates, events, clues)
    pageToken = nextPageToken
    if (pageToken === '') break
  }
  return candidates
}

/** Chooses which vaults to read: the likely ones first, then others, from another one on each time. */
async function choose({ likely, others }: Candidates, look: Look): Promise<string[]> {
  const all = [...likely.union(others)]
  const taken = await look.othersOf(all)
  const unread = all.filter((id) => !taken.has(id) && !look.rejected.has(id))
  const [first, rest] = [true, false].map((isLikely) => unread.filter((id) => likely.has(id) === isLikely))
  return [...turned(first, look), ...turned(rest, look)].slice(0, MAX_READS_COUNT)
}

/** Begins with another one at each look if there are more than one look can read. */
function turned(ids: readonly string[] = [], { earlierLooks }: Look): string[] {
  const start = ids.length > MAX_READS_COUNT ? (earlierLooks * MAX_READS_COUNT) % ids.length : 0
  return [...ids.slice(start), ...ids.slice(0, start)]
}

/** Reads a candidate; undefined if it is not a vault, or not one that we may read. */
async function readVault(id: string, tenant: Look['tenant'], call: Call): Promise<Vault | undefined> {
  try {
    const vault = await tenant.getVault(id, call)
    return vault.id === id ? vault : undefined
  } catch (error) {
    if (!(error instanceof ConductorOneFailure)) throw error
    const { kind, upstream } = error.failure
    // the log could be read, so a 403 is about this vault
    if (kind === 'refused' || upstream?.status === 403) return undefined
    throw error
  }
}
