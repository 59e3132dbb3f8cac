import type { Call } from '../conductorone/call.ts'
import type { FoundUser } from '../conductorone/tenant.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import type { World } from '../lib/world.ts'
import { type FieldFault, Problem } from '../problem/problem.ts'

/** An owner as people wrote it, and ConductorOne's id of the user. */
export type FoundOwner = { readonly input: string; readonly id: string }

/** How long a user who was found enabled is believed to be enabled. */
const BELIEVED_MS = 5 * 60_000
/** Users that are remembered; the oldest goes first. */
const MAX_REMEMBERED_COUNT = 1_000

const LATE_REASON = 'the search for an owner took too long'

/** Looks users up: a tenant. */
export type Users = {
  searchUsersByEmail(email: string, call: Call): Promise<FoundUser[]>
  searchUsersById(ids: readonly string[], call: Call): Promise<FoundUser[]>
}

type Finding =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous' }
  /** the user is there, and ConductorOne hides the address from us */
  | { readonly kind: 'hidden' }

/** How a search for owners is made. */
export type FindOptions = {
  /** asks ConductorOne even about users who were found a moment ago */
  readonly anew?: boolean
}

/** Finds enabled users by e-mail address or id, and remembers them for a short time. */
export class OwnerDirectory {
  readonly #users: Users
  readonly #world: World
  /** ids by what they were found with: an address in lower case, or the id itself */
  readonly #known = new Map<string, { readonly id: string; readonly until: number }>()
  readonly #byEmail: SingleFlight<Finding>
  readonly #byId: SingleFlight<ReadonlySet<string>>

  /** Begins with nobody remembered. */
  constructor(users: Users, world: World) {
    this.#users = users
    this.#world = world
    this.#byEmail = new SingleFlight(world)
    this.#byId = new SingleFlight(world)
  }

  /**
   * Finds owners before anything is sent. A mistyped id must not get that far: ConductorOne answers a create that names
   * it with HTTP 500, which leaves the outcome unknown.
   *
   * @param owners e-mail addresses and user ids, as people wrote them
   * @returns the users' ids in the same order, each user once
   * @throws {Problem} `owner-not-found` or `owner-ambiguous` naming every owner at fault;
   *   `conductorone-credentials-rejected` if ConductorOne hides users' addresses from us
   * @throws {ConductorOneFailure} if a search fails
   */
  async find(
    owners: readonly string[],
    call: Call,
    { anew = false }: FindOptions = {},
  ): Promise<FoundOwner[]> {
    const isKnown = (owner: string) => !anew && this.#recall(owner) !== undefined
    const unknownIds = owners.filter((owner) => !isEmail(owner) && !isKnown(owner))
    const [enabled, ...findings] = await Promise.all([
      this.#findIds(unknownIds, call),
      ...owners.map((owner) => {
        const id = isKnown(owner) ? this.#recall(owner) : undefined
        if (id !== undefined) return { kind: 'found', id } as const
        return isEmail(owner) ? this.#findEmail(owner, call) : undefined
      }),
    ])
    const faults = { unknown: [] as FieldFault[], ambiguous: [] as FieldFault[] }
    const found = new Map<string, FoundOwner>()
    for (const [index, input] of owners.entries()) {
      const finding = findings[index] ?? (enabled.has(input) ? { kind: 'found', id: input } : UNKNOWN)
      const fault = (detail: string) => ({ pointer: `/owners/${index}`, detail: `${input} ${detail}` })
      switch (finding.kind) {
        case 'found':
          if (!found.has(finding.id)) found.set(finding.id, { input, id: finding.id })
          break
        case 'unknown':
          faults.unknown.push(
            fault(`is not the ${isEmail(input) ? 'e-mail address' : 'id'} of an enabled ConductorOne user`),
          )
          break
        case 'ambiguous':
          faults.ambiguous.push(
            fault('belongs to several ConductorOne users; give the user id of the right one'),
          )
          break
        case 'hidden':
          throw tooFewRights()
      }
    }
    const errors = [...faults.unknown, ...faults.ambiguous]
    if (errors.length > 0)
      throw new Problem(faults.unknown.length > 0 ? 'owner-not-found' : 'owner-ambiguous', sentence(errors), {
        errors,
      })
    return [...found.values()]
  }

  /** Says whether all of these owners were found a short time ago, so that {@link OwnerDirectory.find} asks nobody. */
  knows(owners: readonly string[]): boolean {
    return owners.every((owner) => this.#recall(owner) !== undefined)
  }

  async #findEmail(owner: string, call: Call): Promise<Finding> {
    const email = owner.toLowerCase()
    const search = this.#byEmail.join(email, async () =>
      judgeHits(await this.#users.searchUsersByEmail(owner, call), email),
    )
    const finding = await call.deadline.wait(search, LATE_REASON)
    if (finding.kind === 'found') this.#remember(email, finding.id)
    else this.#known.delete(email)
    return finding
  }

  /** Finds which of these ids are enabled users, in one search. */
  async #findIds(ids: readonly string[], call: Call): Promise<ReadonlySet<string>> {
    const asked = [...new Set(ids)].sort()
    if (asked.length === 0) return new Set()
    const search = this.#byId.join(asked.join(' '), async () => {
      const users = await this.#users.searchUsersById(asked, call)
      return new Set(users.map(({ id }) => id).filter((id) => asked.includes(id)))
    })
    const enabled = await call.deadline.wait(search, LATE_REASON)
    for (const id of asked)
      if (enabled.has(id)) this.#remember(id, id)
      else this.#known.delete(id)
    return enabled
  }

  #recall(owner: string): string | undefined {
    const known = this.#known.get(isEmail(owner) ? owner.toLowerCase() : owner)
    return known && known.until > this.#world.now() ? known.id : undefined
  }

  #remember(key: string, id: string): void {
    this.#known.delete(key)
    this.#known.set(key, { id, until: this.#world.now() + BELIEVED_MS })
    const oldest = this.#known.keys().next()
    if (this.#known.size > MAX_REMEMBERED_COUNT && !oldest.done) this.#known.delete(oldest.value)
  }
}

const UNKNOWN = { kind: 'unknown' } as const

/** Tells an e-mail address from an id, which never has an @. */
function isEmail(owner: string): boolean {
  return owner.includes('@')
}

/** Judges the hits of a search by address: only users with exactly this address count, each once. */
function judgeHits(users: readonly FoundUser[], email: string): Finding {
  const ids = new Set(users.filter((user) => user.email.toLowerCase() === email).map(({ id }) => id))
  const [id] = ids
  if (ids.size > 1) return { kind: 'ambiguous' }
  if (id !== undefined) return { kind: 'found', id }
  return users.some((user) => user.email === '') ? { kind: 'hidden' } : UNKNOWN
}

/** ConductorOne blanks what a role may not see instead of refusing it. */
function tooFewRights(): Problem {
  return new Problem(
    'conductorone-credentials-rejected',
    'ConductorOne hides users’ e-mail addresses from this deployment’s credential: it has too few rights. Give its ' +
      'service principal the role Super Administrator. No vault was created.',
  )
}

function sentence(faults: readonly FieldFault[]): string {
  return `No vault was created: ${faults.map(({ detail }) => detail).join('; ')}.`
}
