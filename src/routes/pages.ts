import type { Context } from 'hono'
import { type AppEnv, factory } from '../app-env.ts'
import { Problem } from '../problem/problem.ts'

/**
 * What a page may do: load scripts, styles and images of its own, and speak to this deployment. Text never becomes
 * markup: a script that tries is stopped by the browser.
 *
 * @see https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/** The pages for people, and what they load: files of `public/`. */
export const pages = factory
  .createApp()
  .get('/', (c) => file(c, '/index.html'))
  .get('/docs', (c) => file(c, '/docs.html'))
  .get('/console', (c) => file(c, '/console.html'))
  .get('/openapi.json', (c) => file(c, '/openapi.json'))
  .get('/pages/:file', (c) => file(c, c.req.path))

/** @throws {Problem} `not-found` where there is no such file, or no files at all */
async function file(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.PAGES?.fetch(new URL(path, c.req.url))
  if (!found?.ok) throw new Problem('not-found', 'Nothing is at this path.')
  return new Response(found.body, {
    headers: {
      'Content-Type': found.headers.get('Content-Type') ?? 'application/octet-stream',
      'Content-Security-Policy': PAGE_POLICY,
    },
  })
}
