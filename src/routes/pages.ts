import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'
import { notFoundPage, wantsPage } from './page-frame.ts'
import { PAGE_POLICY } from './page-policy.ts'

/** Serves the pages for people and what they load: files of `public/`. */
export const pages = factory
  .createApp()
  .get('/', (c) => file(c, '/index.html'))
  .get('/docs', (c) => file(c, '/docs.html'))
  .get('/console', (c) => file(c, '/console.html'))
  .get('/console/requests/:id', (c) => file(c, '/request.html'))
  .get('/console/vaults', (c) => file(c, '/vaults.html'))
  .get('/openapi.json', (c) => file(c, '/openapi.json'))
  .get('/pages/:file', (c) => file(c, c.req.path))

/**
 * Reads a file of the pages.
 *
 * @throws {Problem} `not-found` if there is no such file, or if no files are deployed; browsers get a page instead
 */
async function file(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.PAGES?.fetch(new URL(path, c.req.url))
  if (!found?.ok) {
    if (wantsPage(c)) return notFoundPage(c)
    throw new Problem('not-found', 'There is nothing at this path.')
  }
  return new Response(found.body, {
    headers: {
      'Content-Type': found.headers.get('Content-Type') ?? 'application/octet-stream',
      'Content-Security-Policy': PAGE_POLICY,
    },
  })
}
