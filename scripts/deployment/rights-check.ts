import {
  CredentialList,
  credentialsPath,
  Introspection,
  judgeRights,
  ownCredential,
  type Rights,
} from '../../src/conductorone/rights.ts'
import { type Finding, ok, unchecked, warning, wrong } from './finding.ts'
import { type Access, ask, explainRefusal } from './tenant-api.ts'

const TOO_FEW =
  'the service principal is not a Super Administrator, so it may not create vaults: give it that role, and its credential "Full permissions"'

/**
 * Checks whether the credential may create vaults.
 *
 * @returns what was found, and the user id of the service principal that the credential belongs to
 */
export async function checkRights(
  access: Access,
): Promise<{ finding: Finding; userId?: string | undefined }> {
  try {
    const introspection = await ask(access, '/api/v1/auth/introspect', Introspection)
    return {
      finding: rightsFinding(judgeRights(introspection)),
      userId: introspection.userId ?? undefined,
    }
  } catch (error) {
    const { status, says } = explainRefusal(error)
    // without any right, not even this may be asked
    return { finding: wrong('rights', status === 403 ? TOO_FEW : `ConductorOne does not say them (${says})`) }
  }
}

function rightsFinding(rights: Rights): Finding {
  switch (rights) {
    case 'super-administrator':
      return ok('rights', 'Super Administrator')
    case 'may-create':
      return ok('rights', 'may create vaults')
    case 'too-few':
      return wrong('rights', TOO_FEW)
    case 'unreadable':
      return unchecked(
        'rights',
        'ConductorOne names them in an unknown way; look there for Super Administrator',
      )
  }
}

const DAY_MS = 86_400_000
/** Days before its end from which on a credential should be replaced. */
const WARNING_DAYS = 14

/**
 * Checks how long the credential lives, and whether a Worker can use it. Only a service principal's can be looked up.
 *
 * @param userId of the service principal
 * @param now epoch milliseconds
 */
export async function checkLife(
  access: Access,
  userId: string | undefined,
  clientId: string,
  now: number,
): Promise<Finding[]> {
  const unknown = (why: string) => [
    unchecked('credential', `${why}; look up in ConductorOne when it expires`),
  ]
  if (!clientId.endsWith('/spc') || !userId) return unknown('it is not a service principal’s')
  try {
    const own = ownCredential(await ask(access, credentialsPath(userId), CredentialList), clientId)
    if (!own) return unknown('ConductorOne does not list it')
    const end = Date.parse(own.expiresAt ?? '')
    const cidrs = own.allowSourceCidrs ?? []
    return [
      Number.isNaN(end) ? ok('credential', 'has no end') : lifeLeft(end, now),
      ...(cidrs.length > 0
        ? [
            warning(
              'addresses',
              'only some source IPs may use it, and a Worker has no fixed one: take them off',
            ),
          ]
        : []),
    ]
  } catch (error) {
    return unknown(`ConductorOne does not tell (${explainRefusal(error).says})`)
  }
}

function lifeLeft(end: number, now: number): Finding {
  const days = Math.floor((end - now) / DAY_MS)
  const date = new Date(end).toISOString().slice(0, 10)
  if (days >= WARNING_DAYS) return ok('credential', `expires in ${days} days, on ${date}`)
  return warning(
    'credential',
    `expires on ${date}: make the next one now, set it, deploy, and only then revoke this one`,
  )
}
