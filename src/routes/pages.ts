import type { Context } from 'hono'
import { raw } from 'hono/html'
import { type AppEnv, factory } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'
import { framedPage, type Loaded, notFoundPage, wantsPage } from './page-frame.ts'
import { PAGE_POLICY } from './page-policy.ts'

/** Serves the pages for people and what they load: files of `public/`. */
export const pages = factory
  .createApp()
  .get('/', (c) => page(c, 'index.html', undefined))
  .get('/docs', (c) => page(c, 'docs.html', 'API', { style: '/pages/docs.css', script: '/pages/docs.js' }))
  .get('/console', (c) => page(c, 'console.html', 'Requests', inConsole('console.js')))
  .get('/console/requests/:id', (c) => page(c, 'request.html', 'Request', inConsole('request.js')))
  .get('/console/vaults', (c) => page(c, 'vaults.html', 'Register', inConsole('vaults.js')))
  .get('/openapi.json', (c) => file(c, '/openapi.json'))
  .get('/pages/:file', (c) => file(c, c.req.path))

function inConsole(script: string): Loaded {
  return { style: '/pages/console.css', script: `/pages/${script}` }
}

/** Answers a file that has the content of a page, in the frame of all pages. */
async function page(c: Context<AppEnv>, name: string, title: string | undefined, loaded?: Loaded) {
  const found = await fetchFile(c, `/${name}`)
  return found ? framedPage(c, 200, title, raw(await found.text()), loaded) : nothing(c)
}

/** Answers a file as it is. */
async function file(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await fetchFile(c, path)
  if (!found) return nothing(c)
  return new Response(found.body, {
    headers: {
      'Content-Type': found.headers.get('Content-Type') ?? 'application/octet-stream',
      'Content-Security-Policy': PAGE_POLICY,
    },
  })
}

/** Fetches a file of `public/`; undefined if there is no such file, or if no files are deployed. */
async function fetchFile(c: Context<AppEnv>, path: string): Promise<Response | undefined> {
  const found = await c.env.PAGES?.fetch(new URL(path, c.req.url))
  return found?.ok ? found : undefined
}

/**
 * Answers that nothing is here, with a page if a browser asks.
 *
 * @throws {Problem} `not-found` for everyone else
 */
function nothing(c: Context<AppEnv>) {
  if (wantsPage(c)) return notFoundPage(c)
  throw new Problem('not-found', 'There is nothing at this path.')
}
