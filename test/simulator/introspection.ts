import type { Credential } from './bindings.ts'

const PRINCIPAL_ID = '2pRincipaLOfTheSimulator001'
const TENANT_ID = '2tEnantOfTheSimulator000001'

/**
 * `GET /api/v1/auth/introspect`: who the token stands for.
 *
 * @param credential the credential behind the token
 * @returns the response's JSON; `principleId` is spelt as C1 spells it
 */
export function introspection(credential: Credential) {
  const isSuperAdmin = credential.role === 'super-admin'
  return {
    userId: PRINCIPAL_ID,
    principleId: PRINCIPAL_ID,
    roles: [isSuperAdmin ? 'Super Administrator' : 'Basic User'],
    permissions: isSuperAdmin ? ['vaults:create', 'vaults:read', 'vaults:update', 'vaults:delete'] : [],
    features: [],
    tenantId: TENANT_ID,
  }
}
