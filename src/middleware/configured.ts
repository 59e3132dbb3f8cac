import { factory } from '../app-env.ts'
import { deploymentOf } from '../deployment.ts'

/**
 * Gives the routes behind it the deployment that the bindings configure.
 *
 * @throws {Problem} `misconfigured`
 */
export const configured = factory.createMiddleware(async function configured(c, next) {
  c.set('deployment', deploymentOf(c.env))
  await next()
})
