import { routePath } from 'hono/route'
import { factory } from '../app-env.ts'
import { newRequestId } from '../ledger/request-id.ts'
import { log } from '../lib/log.ts'
import { world } from '../lib/world.ts'

/** Gives each request an id, sends it as `X-Request-Id`, and logs one line when the request is answered. */
export const requestLog = factory.createMiddleware(async function requestLog(c, next) {
  const startedAt = world.now()
  c.set('requestId', newRequestId(world))
  await next()
  // the ledger may know the request by another id
  const request = c.get('requestId')
  // `c.header` would make a new response
  c.res.headers.set('X-Request-Id', request)
  log(c.res.status < 500 ? 'info' : 'error', 'request.answered', {
    request,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    caller: c.get('caller')?.name,
    duration: world.now() - startedAt,
  })
})
