import { factory } from '../../../src/app-env.ts'
import { problemFrom } from '../../../src/conductorone/problem.ts'
import { problemResponse } from '../../../src/problem/problem.ts'

/** An app without routes, which renders problems as the real one does. */
export function newApp() {
  const app = factory.createApp()
  app.onError((error) => {
    const problem = problemFrom(error, 'req_1')
    return problemResponse(problem.document('req_1'), problem.details.headers)
  })
  return app
}
