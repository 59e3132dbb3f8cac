import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Caller } from '../config/api-keys.ts'
import type { Deployment } from '../deployment.ts'
import { addressOf, limitRate } from './rate-limit.ts'

/**
 * Finds the caller whose API key a request carries, and counts the request against the caller's limit, or its address's
 * if it carries none.
 *
 * @returns the caller, or undefined if the request carries no configured key
 * @throws {Problem} `rate-limited`
 */
export async function authenticate(
  c: Context<AppEnv>,
  { keyRing }: Pick<Deployment, 'keyRing'>,
): Promise<Caller | undefined> {
  const caller = await keyRing.authenticate(c.req.header('Authorization'))
  await limitRate(c, caller ? `caller:${caller.name}` : `address:${addressOf(c)}`)
  return caller
}
