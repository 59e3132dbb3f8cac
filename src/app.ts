import { secureHeaders } from 'hono/secure-headers'
import { factory } from './app-env.ts'
import { configured } from './middleware/configured.ts'
import { requestLog } from './middleware/request-log.ts'
import { unrouted } from './middleware/unrouted.ts'
import { problemResponse } from './problem.ts'
import { problemFrom } from './problem-from.ts'
import { health } from './routes/health.ts'
import { problemPages } from './routes/problem-pages.ts'
import { requests } from './routes/requests.ts'
import { vaults } from './routes/vaults.ts'
import { webhooks } from './routes/webhooks.ts'

/** The map: what every request passes, and where each path leads. */
export const app = factory.createApp()

app.use(requestLog)
app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }))
app.use(async function noStore(c, next) {
  await next()
  c.header('Cache-Control', 'no-store')
})
app.use('/v1/*', configured)

app.route('/', health)
app.route('/problems', problemPages)
app.route('/v1/vaults', vaults)
app.route('/v1/requests', requests)
app.route('/webhooks', webhooks)

app.notFound((c) => {
  const problem = unrouted(app, c.req.path)
  return problemResponse(problem.document(c.get('requestId')), problem.details.headers)
})

app.onError((error, c) => {
  const problem = problemFrom(error, 'read') // a create that fails is told by the ledger
  return problemResponse(problem.document(c.get('requestId')), problem.details.headers)
})
