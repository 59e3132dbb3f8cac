import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { type Deployment, deploymentOf } from '../deployment.ts'
import { authenticate } from '../intake/authenticate.ts'
import { world } from '../lib/world.ts'
import { CHECKS, runCheck } from '../outcomes/checkup.ts'
import { rememberConsoleAddress } from '../outcomes/console-address.ts'

/** How long a probe waits for a token. */
const PROBE_TIMEOUT_MS = 10_000
/** How long a failed probe counts, so that strangers can't make us ask the token endpoint all the time. */
const FAILURE_MEMORY_MS = 10_000

/** Liveness and readiness. Only operators are told more than yes or no. */
export const health = factory
  .createApp()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    const deployment = deploymentIfConfigured(c)
    if (!deployment) return unavailable(c)
    if (await isOperator(c, deployment)) {
      const checks = await runChecks(c)
      return checks[0]?.ok ? c.json({ status: 'ready', checks }) : unavailable(c, { checks })
    }
    const { readiness, tokens } = deployment
    if (world.now() < readiness.failedUntil) return unavailable(c)
    try {
      await tokens.get(new Deadline(PROBE_TIMEOUT_MS, world.now))
      return c.json({ status: 'ready' })
    } catch {
      readiness.failedUntil = world.now() + FAILURE_MEMORY_MS
      return unavailable(c)
    }
  })

function unavailable(c: Context<AppEnv>, details?: object) {
  return c.json({ status: 'unavailable', ...details }, 503, { 'Retry-After': '10' })
}

/** Finds the deployment; undefined if it is misconfigured, which is not told to strangers. */
function deploymentIfConfigured(c: Context<AppEnv>): Deployment | undefined {
  try {
    return deploymentOf(c.env)
  } catch {
    return undefined
  }
}

/** Recognizes an operator. A caller that would be refused elsewhere is a stranger here. */
async function isOperator(c: Context<AppEnv>, deployment: Deployment): Promise<boolean> {
  if (!c.req.header('Authorization')) return false
  const caller = await authenticate(c, deployment).catch(() => undefined)
  return caller?.scopes.includes('operate') ?? false
}

/** Runs every check, or only the first if there is no token: without one, the others find the same fault. */
async function runChecks(c: Context<AppEnv>) {
  await rememberConsoleAddress(c.env.TOKEN_CACHE, c.req.url).catch(() => undefined)
  const checks: { name: string; ok: boolean; do?: string }[] = []
  for (const name of Object.keys(CHECKS)) {
    for (const { report, ...result } of await runCheck(name, c.env)) checks.push(result)
    if (!checks[0]?.ok) break
  }
  return checks
}
