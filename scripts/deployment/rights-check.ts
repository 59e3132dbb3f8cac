import * as z from 'zod/mini'
import { type Finding, ok, unchecked, warning, wrong } from './finding.ts'
import { type Access, ask, refusal } from './tenant-api.ts'

/** `GET /api/v1/auth/introspect`; unset fields may come as null. */
const Introspection = z.looseObject({
  userId: z.nullish(z.string()),
  roles: z.nullish(z.array(z.string())),
  permissions: z.nullish(z.array(z.string())),
})

/** What a Super Administrator has; ConductorOne's own command line looks for the role too. */
const SUPER_ADMINISTRATOR = /^role\/c1\.api\.tenant\.v1\.Tenant:owner/
/** What a create needs: the permission is named after the call. */
const MAY_CREATE = 'permission/c1.api.vault.v1.VaultService.Create'
const NAMED = /^(role|permission)\/c1\./

const TOO_FEW =
  'the credential is no Super Administrator, so it may not create vaults: give its service principal that role, and the credential "Full permissions"'

/**
 * Whether the credential may create vaults.
 *
 * @returns what was found, and the user id of the service principal that the credential belongs to
 */
export async function checkRights(
  access: Access,
): Promise<{ finding: Finding; userId?: string | undefined }> {
  try {
    const { userId, roles, permissions } = await ask(access, '/api/v1/auth/introspect', Introspection)
    const rights = [...(roles ?? []), ...(permissions ?? [])]
    return { finding: judged(rights), userId: userId ?? undefined }
  } catch (error) {
    const { status, says } = refusal(error)
    // without any right, not even this may be asked
    return { finding: wrong('rights', status === 403 ? TOO_FEW : `ConductorOne does not say them (${says})`) }
  }
}

function judged(rights: readonly string[]): Finding {
  if (rights.some((right) => SUPER_ADMINISTRATOR.test(right))) return ok('rights', 'Super Administrator')
  if (rights.includes(MAY_CREATE)) return ok('rights', 'may create vaults')
  if (rights.some((right) => NAMED.test(right)) || rights.length === 0) return wrong('rights', TOO_FEW)
  return unchecked('rights', 'ConductorOne names them in an unknown way; look there for Super Administrator')
}

const CredentialList = z.looseObject({
  list: z.nullish(
    z.array(
      z.looseObject({
        clientId: z.nullish(z.string()),
        expiresAt: z.nullish(z.string()),
        allowSourceCidrs: z.nullish(z.array(z.string())),
      }),
    ),
  ),
})

const DAY = 86_400_000
/** Days before its end in which a credential is to be replaced. */
const SOON = 14

/**
 * How long the credential lives, and whether a Worker can use it. Only a service principal's can be looked up.
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
    const path = `/api/v1/service_principals/${encodeURIComponent(userId)}/credentials`
    const { list } = await ask(access, path, CredentialList)
    const own = list?.find((one) => one.clientId?.toLowerCase() === clientId.toLowerCase())
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
    return unknown(`ConductorOne does not tell (${refusal(error).says})`)
  }
}

function lifeLeft(end: number, now: number): Finding {
  const days = Math.floor((end - now) / DAY)
  const date = new Date(end).toISOString().slice(0, 10)
  if (days >= SOON) return ok('credential', `expires in ${days} days, on ${date}`)
  return warning(
    'credential',
    `expires on ${date}: make the next one now, set it, deploy, and only then revoke this one`,
  )
}
