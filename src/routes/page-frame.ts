import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { AppEnv } from '../app-env.ts'
import { PAGE_POLICY } from './page-policy.ts'

/** What a template makes: HTML with all text escaped. */
type Markup = ReturnType<typeof html>

/** Says whether the answer is for a browser rather than for a program or a terminal. */
export function wantsPage(c: Context<AppEnv>): boolean {
  return c.req.header('Accept')?.includes('text/html') ?? false
}

/** What a page loads, beside the style that all pages share. */
export type Loaded = { readonly style: string; readonly script: string }

const PRODUCT = 'Vaults for ConductorOne'
const NAVIGATION = [
  ['/console', 'Requests'],
  ['/console/vaults', 'Register'],
  ['/docs', 'API'],
] as const

/**
 * Answers a page: its content in the frame that all pages share.
 *
 * @param title shown by the browser before the product's name; undefined for that alone
 * @param content what stands below the navigation
 * @param loaded what makes the page work; with a script comes a place for the account in the head
 */
export function framedPage(
  c: Context<AppEnv>,
  status: 200 | 404,
  title: string | undefined,
  content: Markup,
  loaded?: Loaded,
) {
  const current = (path: string) => (path === c.req.path ? raw(' aria-current="page"') : '')
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title === undefined ? PRODUCT : `${title} · ${PRODUCT}`}</title>
<link rel="icon" href="/pages/icon.svg">
<link rel="stylesheet" href="/pages/style.css">
${loaded && html`<link rel="stylesheet" href="${loaded.style}"><script type="module" src="${loaded.script}"></script>`}
</head>
<body>
<header class="top">
<nav aria-label="Pages"><a class="home" href="/"${current('/')}>${PRODUCT}</a>
${NAVIGATION.map(([path, name]) => html`<a href="${path}"${current(path)}>${name}</a> `)}</nav>
${loaded && html`<div id="account" class="account"></div>`}
</header>
${content}
</body>
</html>`
  return c.html(page, status, { 'Content-Security-Policy': PAGE_POLICY })
}

/** Answers a page of text that the Worker writes itself. */
export function textPage(c: Context<AppEnv>, status: 200 | 404, title: string, content: Markup) {
  return framedPage(
    c,
    status,
    title,
    html`<main class="text">
${content}
</main>`,
  )
}

/** Tells a person that there is nothing at this path, and where to go from here. */
export function notFoundPage(c: Context<AppEnv>) {
  return textPage(
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
