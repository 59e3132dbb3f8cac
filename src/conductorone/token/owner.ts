import type { Credentials } from '../../config/credentials.ts'
import type { TokenOwner } from '../../lib/sealed-token.ts'

/**
 * Tells whose token of ConductorOne is stored.
 *
 * @param type what the token must be; a stored token of the other type is a miss
 */
export function tokenOwner(
  baseUrl: URL,
  { clientId, clientSecret }: Credentials,
  type: 'bearer' | 'dpop' = 'bearer',
): TokenOwner {
  return {
    identity: [baseUrl.href, clientId, ...(type === 'dpop' ? ['DPoP'] : [])],
    secret: clientSecret,
  }
}
