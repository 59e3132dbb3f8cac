import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../app-env.ts'
import { PAGE_POLICY } from './page-policy.ts'

/** What a template makes: HTML with all text escaped. */
type Markup = ReturnType<typeof html>

/** Says whether the answer is for a browser rather than for a program or a terminal. */
export function wantsPage(c: Context<AppEnv>): boolean {
  return c.req.header('Accept')?.includes('text/html') ?? false
}

/**
 * Answers a page that the Worker writes itself, in the frame of the others.
 *
 * @param title shown by the browser
 * @param content what stands below the navigation
 */
export function pageResponse(c: Context<AppEnv>, status: 200 | 404, title: string, content: Markup) {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Vaults for ConductorOne</title>
<link rel="icon" href="/pages/icon.svg">
<link rel="stylesheet" href="/pages/style.css">
</head>
<body>
<header class="top"><nav aria-label="Pages"><a class="home" href="/">Vaults for ConductorOne</a> <a href="/console">Requests</a> <a href="/console/vaults">Register</a> <a href="/docs">API</a></nav></header>
<main class="text">
${content}
</main>
</body>
</html>`
  return c.html(page, status, { 'Content-Security-Policy': PAGE_POLICY })
}

/** Tells a person that there is nothing at this path, and where to go from here. */
export function notFoundPage(c: Context<AppEnv>) {
  return pageResponse(
    c,
    404,
    'Page not found',
    html`<p class="eyebrow">HTTP 404</p>
<h1>There is nothing at this address</h1>
<p>Check the address, or go on from here:</p>
<ul>
<li><a href="/console">Requests</a>: what came in and what became of it</li>
<li><a href="/console/vaults">Register</a>: the vaults that were made here</li>
<li><a href="/docs">API</a>: how to make a vault from a program</li>
<li><a href="/problems">Problems</a>: what an error means and what to do</li>
</ul>`,
  )
}
