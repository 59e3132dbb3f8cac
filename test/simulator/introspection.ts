import type { Credential } from './bindings.ts'

/** The service principal that every credential of the tenant belongs to. */
export const PRINCIPAL_ID = '2pRincipaLOfTheSimulator001'
/** The tenant's own id. */
export const TENANT_ID = '2tEnantOfTheSimulator000001'

const SYSTEM_LOG_PERMISSION = 'permission/c1.api.systemlog.v1.SystemLogService.ListEvents'

/** What each role of the tenant amounts to, in the names of C1's services, as its own clients look for them. */
const RIGHTS = {
  'super-admin': {
    roles: [
      'role/c1.api.auth.v1.Auth:reflection',
      'role/c1.api.tenant.v1.Tenant:owner',
      'role/c1.api.vault.v1.VaultService:owner',
    ],
    permissions: [
      'permission/c1.api.auth.v1.Auth.Introspect',
      ...['Create', 'Get', 'Update', 'Delete'].map(
        (method) => `permission/c1.api.vault.v1.VaultService.${method}`,
      ),
      SYSTEM_LOG_PERMISSION,
    ],
  },
  basic: {
    roles: ['role/c1.api.auth.v1.Auth:reflection', 'role/c1.api.app.v1.Apps:viewer'],
    permissions: ['permission/c1.api.auth.v1.Auth.Introspect'],
  },
} as const satisfies Record<Credential['role'], unknown>

/**
 * `GET /api/v1/auth/introspect`: who the token stands for.
 *
 * @param credential the credential behind the token
 * @param mayReadSystemLog whether the right to read the system log is not taken away
 * @returns the response's JSON; `principleId` is spelt as C1 spells it
 */
export function introspection({ role }: Credential, mayReadSystemLog: boolean) {
  const { roles, permissions } = RIGHTS[role]
  return {
    userId: PRINCIPAL_ID,
    principleId: PRINCIPAL_ID,
    roles,
    permissions: permissions.filter((name) => mayReadSystemLog || name !== SYSTEM_LOG_PERMISSION),
    features: [],
    disabledModules: [],
    deviceClientId: '',
    tenantId: TENANT_ID,
  }
}
