import { UserSearchAnswer } from '../../src/conductorone/wire.ts'
import { type Finding, ok, wrong } from './finding.ts'
import { type Access, ask, explainRefusal } from './tenant-api.ts'

const NAME = 'owners'
const HIDDEN = 'ConductorOne hides e-mail addresses from the credential, which needs Super Administrator'

/**
 * Looks up every default owner, as a request would. Without any, it looks for any user, since requests will.
 *
 * @param owners e-mail addresses and user ids
 */
export async function checkOwners(access: Access, owners: readonly string[]): Promise<Finding[]> {
  try {
    if (owners.length === 0) {
      const [anyone] = await search(access, {})
      return [
        anyone?.email === ''
          ? wrong(NAME, HIDDEN)
          : ok(NAME, 'users can be looked up; there is no default owner'),
      ]
    }
    const faults = await ownerFaults(access, owners)
    if (faults.length === 0) return [ok(NAME, `every default owner is known: ${owners.join(', ')}`)]
    return faults.map((fault) => wrong(NAME, `${fault}: change POLICY.defaultOwners in wrangler.toml`))
  } catch (error) {
    return [wrong(NAME, `users cannot be looked up (${explainRefusal(error).says})`)]
  }
}

/**
 * Looks up owners.
 *
 * @param owners e-mail addresses and user ids
 * @returns what is wrong with each that can’t own a vault
 * @throws what {@link ask} throws
 */
export async function ownerFaults(access: Access, owners: readonly string[]): Promise<string[]> {
  const faults: string[] = []
  for (const owner of owners) {
    const fault = faultOf(await find(access, owner))
    if (fault) faults.push(`${owner} ${fault}`)
  }
  return faults
}

type User = { readonly id: string; readonly email: string }

/** Finds the users with exactly this address or id; a hidden address counts if no other fits. */
async function find(access: Access, owner: string): Promise<User[]> {
  if (!owner.includes('@'))
    return (await search(access, { refs: [{ id: owner }] })).filter(({ id }) => id === owner)
  const wanted = owner.toLowerCase()
  const hits = await search(access, { email: owner })
  const exact = hits.filter(({ email }) => email.toLowerCase() === wanted)
  return exact.length > 0 ? exact : hits.filter(({ email }) => email === '').slice(0, 1)
}

async function search(access: Access, filter: object): Promise<User[]> {
  const body = { ...filter, userStatuses: ['ENABLED'], pageSize: 2 }
  const { list } = await ask(access, '/api/v1/search/users', UserSearchAnswer, body)
  const users = (list ?? []).flatMap(({ user }) =>
    user?.id ? [{ id: user.id, email: user.email ?? '' }] : [],
  )
  // a user who is listed twice is still one
  return [...new Map(users.map((user) => [user.id, user])).values()]
}

function faultOf([user, ...others]: readonly User[]): string | undefined {
  if (!user) return 'is not an enabled ConductorOne user'
  if (others.length > 0) return 'belongs to several ConductorOne users, so it takes a user id instead'
  return user.email === '' ? `was found, but ${HIDDEN}` : undefined
}
