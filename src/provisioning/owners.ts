import type { Call, FoundUser } from '../conductorone/tenant.ts'
import { SingleFlight } from '../lib/single-flight.ts'
import type { World } from '../lib/world.ts'
import { type FieldFault, Problem } from '../problem/problem.ts'

/** An owner as people wrote it, and ConductorOne's id of the user. */
export type FoundOwner = { readonly input: string; readonly id: string }

/** Milliseconds that a found id is believed. */
const MEMORY = 5 * 60_000
/** Found ids that are kept; the oldest goes first. */
const ROOM = 1_000

/** Where users are looked up: a tenant. */
export type Users = {
  searchUsers(email: string, call: Call): Promise<FoundUser[]>
}

type Finding =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'several' }
  | { readonly kind: 'hidden' }

/** E-mail addresses to ConductorOne user ids, remembered for a short time. */
export class OwnerDirectory {
  readonly #users: Users
  readonly #world: World
  readonly #known = new Map<string, { readonly id: string; readonly until: number }>()
  readonly #flights: SingleFlight<Finding>

  /** @param users where addresses are looked up */
  constructor(users: Users, world: World) {
    this.#users = users
    this.#world = world
    this.#flights = new SingleFlight(world)
  }

  /**
   * @param owners e-mail addresses and user ids, as people wrote them
   * @returns the users' ids in the same order, each user once
   * @throws {Problem} `owner-not-found` or `owner-ambiguous` naming every owner at fault;
   *   `conductorone-credentials-rejected` where users' addresses are hidden from us
   * @throws ConductorOneFailure where a search fails
   */
  async find(owners: readonly string[], call: Call): Promise<FoundOwner[]> {
    const findings = await Promise.all(owners.map((owner) => this.#look(owner, call)))
    const faults = { nobody: [] as FieldFault[], several: [] as FieldFault[] }
    const found = new Map<string, FoundOwner>()
    for (const [index, input] of owners.entries()) {
      const finding = findings[index]
      const fault = (detail: string) => ({ pointer: `/owners/${index}`, detail: `${input} ${detail}` })
      switch (finding?.kind) {
        case 'found':
          if (!found.has(finding.id)) found.set(finding.id, { input, id: finding.id })
          break
        case 'nobody':
          faults.nobody.push(fault('is not the e-mail address of an enabled ConductorOne user'))
          break
        case 'several':
          faults.several.push(
            fault('belongs to several ConductorOne users; give the user id of the right one'),
          )
          break
        case 'hidden':
          throw tooFewRights()
      }
    }
    const errors = [...faults.nobody, ...faults.several]
    if (errors.length > 0)
      throw new Problem(faults.nobody.length > 0 ? 'owner-not-found' : 'owner-ambiguous', sentence(errors), {
        errors,
      })
    return [...found.values()]
  }

  async #look(owner: string, call: Call): Promise<Finding> {
    if (!owner.includes('@')) return { kind: 'found', id: owner }
    const email = owner.toLowerCase()
    const known = this.#known.get(email)
    if (known && known.until > this.#world.now()) return { kind: 'found', id: known.id }

    const search = this.#flights.join(email, async () =>
      judge(await this.#users.searchUsers(owner, call), email),
    )
    const finding = await call.deadline.wait(search, 'the search for an owner took too long')
    if (finding.kind === 'found') this.#remember(email, finding.id)
    return finding
  }

  #remember(email: string, id: string): void {
    this.#known.delete(email)
    this.#known.set(email, { id, until: this.#world.now() + MEMORY })
    const oldest = this.#known.keys().next()
    if (this.#known.size > ROOM && !oldest.done) this.#known.delete(oldest.value)
  }
}

function judge(users: readonly FoundUser[], email: string): Finding {
  const [user, ...others] = users
  if (!user) return { kind: 'nobody' }
  if (others.length > 0) return { kind: 'several' }
  if (user.email === '') return { kind: 'hidden' }
  return user.id !== '' && user.email.toLowerCase() === email
    ? { kind: 'found', id: user.id }
    : { kind: 'nobody' }
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
