import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { problemFrom } from '../conductorone/problem.ts'
import { deploymentOf } from '../deployment.ts'
import { listRequests } from '../ledger/shards.ts'
import { world } from '../lib/world.ts'
import { caller } from '../middleware/caller.ts'
import { problems } from '../problem/catalog.ts'

/** Milliseconds that a probe waits for a token. */
const PATIENCE = 10_000
/** Milliseconds that a bad verdict is kept, so that strangers cannot make us ask the token endpoint all the time. */
const MEMORY = 10_000

let unreadyUntil = 0

/** Whether this Worker runs, and whether it could make a vault now. Neither says more to strangers. */
export const health = factory
  .createApp()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    if (await isOperator(c)) {
      const checks = await carriedOut(c)
      return checks[0]?.ok ? c.json({ status: 'ready', checks }) : unavailable(c, { checks })
    }
    if (world.now() < unreadyUntil) return unavailable(c)
    try {
      await deploymentOf(c.env).tokens.get(new Deadline(PATIENCE, world.now))
      return c.json({ status: 'ready' })
    } catch {
      unreadyUntil = world.now() + MEMORY
      return unavailable(c)
    }
  })

function unavailable(c: Context<AppEnv>, more?: object) {
  return c.json({ status: 'unavailable', ...more }, 503, { 'Retry-After': '10' })
}

/** Whoever is refused elsewhere is a stranger here; so is everyone where keys cannot be told, for want of settings. */
async function isOperator(c: Context<AppEnv>): Promise<boolean> {
  if (!c.req.header('Authorization')) return false
  try {
    c.set('deployment', deploymentOf(c.env))
    await caller('operate')(c, async () => {})
    return true
  } catch {
    return false
  }
}

/** The token, and what else a vault takes; up to the first that fails, with what to do about it. */
async function carriedOut(c: Context<AppEnv>) {
  const { config, tokens, directory } = c.get('deployment')
  const call = { deadline: new Deadline(PATIENCE, world.now) }
  const checks = {
    token: () => tokens.get(call.deadline),
    ledger: () => listRequests(c.env, { limit: 1 }),
    owners: () => directory.find(config.policy.defaultOwners, call),
  }
  const results: { name: string; ok: boolean; do?: string }[] = []
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check()
      results.push({ name, ok: true })
    } catch (error) {
      const { message, code } = problemFrom(error, c.get('requestId'), 'read')
      results.push({ name, ok: false, do: `${message} ${problems[code].remedy}` })
      break
    }
  }
  return results
}
