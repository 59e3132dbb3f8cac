import type { MiddlewareHandler } from 'hono'
import type { Credential } from './bindings.ts'
import { PERMISSION_DENIED, Refusal, UNAUTHENTICATED } from './status.ts'
import type { Tokens } from './tokens.ts'

/** What the API's handlers know about who calls. */
export interface Signed {
  Variables: { credential: Credential }
}

/**
 * Middleware: only a caller with a valid access token goes on.
 *
 * @param credentials the credentials of the tenant, by client id
 * @param tokens what was issued
 * @returns the middleware, which sets `credential`
 */
export function signedIn(
  credentials: ReadonlyMap<string, Credential>,
  tokens: Tokens,
): MiddlewareHandler<Signed> {
  return async (context, next) => {
    const token = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
    const client = token === undefined ? undefined : tokens.clientOf(token)
    const credential = client === undefined ? undefined : credentials.get(client)
    if (!credential) throw new Refusal(UNAUTHENTICATED, 'invalid or missing access token')
    context.set('credential', credential)
    await next()
  }
}

/** Middleware after {@link signedIn}: vaults are for Super Administrators. */
export const superAdminOnly: MiddlewareHandler<Signed> = async (context, next) => {
  if (context.var.credential.role !== 'super-admin') {
    throw new Refusal(PERMISSION_DENIED, 'permission denied')
  }
  await next()
}
