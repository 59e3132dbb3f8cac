import { factory } from '../app-env.ts'
import { type ProblemCode, problems } from '../problem/catalog.ts'
import { Problem } from '../problem/problem.ts'
import { PAGE_POLICY } from './pages.ts'

/** What each problem means and what to do about it, for a browser or a terminal. */
export const problemPages = factory.createApp().get('/:code', (c) => {
  const code = c.req.param('code')
  if (!isProblem(code)) throw new Problem('not-found', `There is no problem of that name.`)
  const { status, title, remedy, retryable } = problems[code]
  const again = retryable
    ? 'The same request may succeed later.'
    : 'Sent again unchanged, the request gets the same answer.'
  if (!c.req.header('Accept')?.includes('text/html'))
    return c.text(`${title}\n\n${code}, HTTP ${status}. ${again}\n\n${remedy}\n`)
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${markup(title)}</title>
<link rel="icon" href="/pages/icon.svg">
<link rel="stylesheet" href="/pages/style.css">
<header class="top"><nav aria-label="Pages"><a class="home" href="/">Vaults</a> <a href="/docs">API</a> <a href="/console">Console</a></nav></header>
<main class="text">
<p class="eyebrow"><code>${code}</code> · HTTP ${status}</p>
<h1>${markup(title)}</h1>
<h2>What to do</h2>
<p>${markup(remedy)}</p>
<p class="quiet">${again}</p>
</main>
</html>`
  return c.html(page, 200, { 'Content-Security-Policy': PAGE_POLICY })
})

function isProblem(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

/** @returns the text as HTML, with what stands between backticks as code */
function markup(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
}
