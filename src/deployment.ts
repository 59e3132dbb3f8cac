import { KeySet } from './conductorone/key-set.ts'
import { Tenant } from './conductorone/tenant.ts'
import { TokenCache } from './conductorone/token/cache.ts'
import { readTokenAnswer, requestToken } from './conductorone/token/exchange.ts'
import { tokenOwner } from './conductorone/token/owner.ts'
import { ProofOfPossession, proofKey } from './conductorone/token/proof-of-possession.ts'
import { type Config, ConfigurationError, parseConfig } from './config/config.ts'
import { KeyRing } from './config/key-ring.ts'
import type { Bindings } from './env.ts'
import { log } from './lib/log.ts'
import { SealedToken } from './lib/sealed-token.ts'
import { world } from './lib/world.ts'
import { Problem } from './problem/problem.ts'
import { OwnerDirectory } from './provisioning/owners.ts'

/** Everything that lives as long as the isolate: the configuration and whatever remembers something. */
export type Deployment = {
  readonly config: Config
  readonly keyRing: KeyRing
  readonly tokens: TokenCache
  readonly tenant: Tenant
  readonly directory: OwnerDirectory
  /** the keys that the tenant signs its webhooks with */
  readonly keys: KeySet
  /** the last probe that found no token: until when it counts, in epoch milliseconds */
  readonly readiness: { failedUntil: number }
  /** what the log says once, however often it is found */
  readonly saidOnce: Set<'system-log-forbidden'>
}

const deployments = new WeakMap<object, Deployment>()

/**
 * Gives the deployment that the bindings configure: the same one for the isolate's whole life.
 *
 * @throws {Problem} `misconfigured`; the log has every fault in one line
 */
export function deploymentOf(env: Bindings): Deployment {
  const known = deployments.get(env)
  if (known) return known
  const config = configOf(env)
  const { baseUrl, credentials } = config
  const type = config.dpop === 'required' ? 'dpop' : 'bearer'
  const key = proofKey(credentials)
  const prover = () => (type === 'dpop' ? new ProofOfPossession(credentials.host, key, world) : undefined)
  // the token endpoint and the API each have a nonce of their own, which lives as long as the isolate
  const tokenProofs = prover()
  const apiProofs = prover()
  const exchange = async (timeoutMs: number) => {
    const requestedAt = world.now()
    const answer = await requestToken(baseUrl, credentials, world, timeoutMs, tokenProofs)
    return readTokenAnswer(answer, requestedAt, type)
  }
  const store = new SealedToken(env.TOKEN_CACHE, tokenOwner(baseUrl, credentials, type), world)
  const tokens = new TokenCache(exchange, store, world)
  const tenant = new Tenant(baseUrl, tokens, world, apiProofs)
  const directory = new OwnerDirectory(tenant, world)
  const deployment = {
    config,
    keyRing: new KeyRing(config.callers),
    tokens,
    tenant,
    directory,
    keys: new KeySet(baseUrl, world),
    readiness: { failedUntil: 0 },
    saidOnce: new Set<'system-log-forbidden'>(),
  }
  deployments.set(env, deployment)
  return deployment
}

function configOf(env: Bindings): Config {
  try {
    return parseConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    log('error', 'configuration.invalid', { message: error.message, faults: error.faults })
    throw new Problem('misconfigured', 'This deployment is not configured. Its log says what is wrong.')
  }
}
