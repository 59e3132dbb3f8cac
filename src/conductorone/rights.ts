import * as z from 'zod/mini'
import type { Call } from './call.ts'
import type { Tenant } from './tenant.ts'

/** `GET /api/v1/auth/introspect`; unset fields may come as null. */
export const Introspection = z.looseObject({
  userId: z.nullish(z.string()),
  roles: z.nullish(z.array(z.string())),
  permissions: z.nullish(z.array(z.string())),
})

/** `GET /api/v1/service_principals/{id}/credentials`. */
export const CredentialList = z.looseObject({
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

/** The right that a Super Administrator has; ConductorOne's own command line looks for it too. */
const SUPER_ADMINISTRATOR = /^role\/c1\.api\.tenant\.v1\.Tenant:owner/
/** The right that a create needs: the permission has the call's name. */
const MAY_CREATE = 'permission/c1.api.vault.v1.VaultService.Create'
const KNOWN_FORM = /^(role|permission)\/c1\./

/** What a credential may do, as far as its rights can be read. */
export type Rights = 'super-administrator' | 'may-create' | 'too-few' | 'unreadable'

/** Judges a credential's roles and permissions. */
export function judgeRights({ roles, permissions }: z.output<typeof Introspection>): Rights {
  const rights = [...(roles ?? []), ...(permissions ?? [])]
  if (rights.some((right) => SUPER_ADMINISTRATOR.test(right))) return 'super-administrator'
  if (rights.includes(MAY_CREATE)) return 'may-create'
  return rights.length === 0 || rights.some((right) => KNOWN_FORM.test(right)) ? 'too-few' : 'unreadable'
}

/** Returns the path that lists a service principal's credentials. */
export function credentialsPath(userId: string): string {
  return `/api/v1/service_principals/${encodeURIComponent(userId)}/credentials`
}

/** Finds the entry of this credential; undefined if ConductorOne does not list it. */
export function ownCredential({ list }: z.output<typeof CredentialList>, clientId: string) {
  return list?.find((one) => one.clientId?.toLowerCase() === clientId.toLowerCase())
}

/** What ConductorOne says of the credential that the Worker uses. */
export type OwnCredential = {
  readonly rights: Rights
  /** epoch milliseconds at which the credential ends; undefined if it doesn't, or if ConductorOne doesn't tell */
  readonly endsAt: number | undefined
}

/**
 * Reads what the credential may do and when it ends. Only a service principal's end can be looked up.
 *
 * @throws {ConductorOneFailure} if the rights cannot be read
 */
export async function readOwnCredential(
  tenant: Pick<Tenant, 'read'>,
  clientId: string,
  call: Call,
): Promise<OwnCredential> {
  const introspection = await tenant.read('/api/v1/auth/introspect', Introspection, call)
  const rights = judgeRights(introspection)
  const { userId } = introspection
  if (!userId || !clientId.endsWith('/spc')) return { rights, endsAt: undefined }
  const list = await tenant.read(credentialsPath(userId), CredentialList, call).catch(() => ({ list: null }))
  const endsAt = Date.parse(ownCredential(list, clientId)?.expiresAt ?? '')
  return { rights, endsAt: Number.isNaN(endsAt) ? undefined : endsAt }
}
