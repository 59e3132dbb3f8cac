import { factory } from '../app-env.ts'
import { Deadline } from '../conductorone/deadline.ts'
import { deploymentOf } from '../deployment.ts'
import { world } from '../world.ts'

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
    if (world.now() < unreadyUntil) return c.json({ status: 'unavailable' }, 503, { 'Retry-After': '10' })
    try {
      await deploymentOf(c.env).tokens.get(new Deadline(PATIENCE, world.now))
      return c.json({ status: 'ready' })
    } catch {
      unreadyUntil = world.now() + MEMORY
      return c.json({ status: 'unavailable' }, 503, { 'Retry-After': '10' })
    }
  })
