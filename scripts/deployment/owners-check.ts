import { UserSearchAnswer } from '../../src/conductorone/wire.ts'
import { type Finding, ok, wrong } from './finding.ts'
import { type Access, ask, refusal } from './tenant-api.ts'

const NAME = 'owners'
/** It blanks what a role may not see. */
const HIDDEN = 'ConductorOne hides e-mail addresses from the credential, which needs Super Administrator'

/**
 * Looks every default owner up, as a request would. Without any, it looks for anyone at all, since requests will.
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
    return [wrong(NAME, `users cannot be looked up (${refusal(error).says})`)]
  }
}

/**
 * @param owners e-mail addresses and user ids
 * @returns what is wrong with each that cannot own a vault
 * @throws what {@link ask} throws
 */
export async function ownerFaults(access: Access, owners: readonly string[]): Promise<string[]> {
  const faults: string[] = []
  for (const owner of owners) {
    const filter = owner.includes('@') ? { email: owner } : { refs: [{ id: owner }] }
    const fault = faultOf(await search(access, filter))
    if (fault) faults.push(`${owner} ${fault}`)
  }
  return faults
}

type User = { readonly id: string; readonly email: string }

async function search(access: Access, filter: object): Promise<User[]> {
  const body = { ...filter, userStatuses: ['ENABLED'], pageSize: 2 }
  const { list } = await ask(access, '/api/v1/search/users', UserSearchAnswer, body)
  return (list ?? []).map(({ user }) => ({ id: user?.id ?? '', email: user?.email ?? '' }))
}

function faultOf([user, ...others]: readonly User[]): string | undefined {
  if (!user) return 'is no enabled ConductorOne user'
  if (others.length > 0) return 'belongs to several ConductorOne users, so it takes a user id instead'
  return user.email === '' ? `was found, but ${HIDDEN}` : undefined
}
