import type { Credential } from './bindings.ts'

/**
 * `GET /api/v1/service_principals/{id}/credentials`: what is known of each, which is everything but the secret.
 *
 * @param credentials those of the service principal
 * @param servicePrincipalId its user id
 * @returns the response's JSON, with unset fields present
 */
export function credentialList(credentials: Iterable<Credential>, servicePrincipalId: string) {
  const list = Array.from(credentials, ({ clientId, expiresAt, allowSourceCidrs, requireDpop }) => ({
    id: clientId.split('@')[0],
    clientId,
    displayName: '',
    servicePrincipalId,
    scopedRoleIds: [],
    allowSourceCidrs,
    requireDpop,
    expiresAt: expiresAt ?? null,
    createdAt: '2026-01-01T00:00:00Z',
    lastUsedAt: null,
  }))
  return { list, nextPageToken: '' }
}
