import { html } from 'hono/html'
import { factory } from '../app-env.ts'
import { Problem, type ProblemCode, problems } from '../problem.ts'

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
  return c.html(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p><code>${code}</code>, HTTP ${status}. ${again}</p>
<p>${remedy}</p>
</html>`)
})

function isProblem(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}
