import type { ApplyGlobalResponse } from 'hono/client'
import { factory } from './app-env.ts'
import { problemFrom } from './conductorone/problem.ts'
import { configured } from './middleware/configured.ts'
import { requestLog } from './middleware/request-log.ts'
import { secureHeaders } from './middleware/secure-headers.ts'
import { Problem, type ProblemAnswers, problemResponse } from './problem/problem.ts'
import { currentCaller } from './routes/caller.ts'
import { chat } from './routes/chat.ts'
import { conductorOneWebhooks } from './routes/conductorone-webhooks.ts'
import { health } from './routes/health.ts'
import { mcp } from './routes/mcp.ts'
import { notFoundPage, wantsPage } from './routes/page-frame.ts'
import { pages } from './routes/pages.ts'
import { people } from './routes/people.ts'
import { problemPages } from './routes/problem-pages.ts'
import { requests } from './routes/requests.ts'
import { slack } from './routes/slack.ts'
import { vaults } from './routes/vaults.ts'
import { webhooks } from './routes/webhooks.ts'

/** The map: what every request passes, and where each path leads. */
export const app = factory.createApp()

app.use(requestLog)
app.use(secureHeaders)
app.use('/v1/*', configured)
app.use('/mcp', configured)
app.route('/', pages)

const routes = app
  .route('/', health)
  .route('/problems', problemPages)
  .route('/v1/caller', currentCaller)
  .route('/v1/vaults', vaults)
  .route('/v1/requests', requests)
  .route('/v1/people', people)
  .route('/mcp', mcp)
  .route('/webhooks/conductorone', conductorOneWebhooks)
  .route('/webhooks/slack', slack)
  .route('/webhooks', chat)
  .route('/webhooks', webhooks)

/** The routes as Hono's client reads them. */
export type AppType = ApplyGlobalResponse<typeof routes, ProblemAnswers>

app.notFound((c) => {
  const problem = unroutedProblem(c.req.path)
  if (problem.code === 'not-found' && wantsPage(c)) return notFoundPage(c)
  return problemResponse(problem.document(c.get('requestId')), problem.details.headers)
})

app.onError((error, c) => {
  const problem = problemFrom(error, c.get('requestId'), 'read') // a create that fails is told by the ledger
  return problemResponse(problem.document(c.get('requestId')), problem.details.headers)
})

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Says what is wrong with a request that no route takes: its path, or only its method (RFC 9110, section 15.5.6). */
function unroutedProblem(path: string): Problem {
  // middleware is routed too, for all methods
  const takes = (method: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method)
  const methods = METHODS.filter(takes).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  if (methods.length === 0) return new Problem('not-found', 'Nothing is at this path.')
  const Allow = methods.join(', ')
  return new Problem('method-not-allowed', `This path takes ${Allow}.`, { headers: { Allow } })
}
