import { html } from 'hono/html'
import { factory } from '../app-env.ts'
import { type ProblemCode, problems } from '../problem/catalog.ts'
import { Problem } from '../problem/problem.ts'
import { notFoundPage, textPage, wantsPage } from './page-frame.ts'

/** What there is to do in the console about a problem, beside what its remedy says. */
const IN_CONSOLE: Partial<Record<ProblemCode, { readonly href: string; readonly text: string }>> = {
  'outcome-unknown': { href: '/console?status=unknown', text: 'Settle it in the console' },
  'request-in-progress': { href: '/console?status=accepted,creating', text: 'Watch it in the console' },
}

/** Says what each problem means and what to do about it, in a browser or a terminal. */
export const problemPages = factory
  .createApp()
  .get('/', (c) => {
    const codes = Object.keys(problems) as ProblemCode[] // the table has these keys and no others
    if (!wantsPage(c)) return c.text(`${codes.map(headlineOf).join('\n')}\n`)
    const rows = codes.map(
      (code) => html`<div><dt><a href="/problems/${code}">${code}</a></dt>
<dd>${problems[code].title} <span class="quiet">HTTP ${problems[code].status}</span></dd></div>
`,
    )
    return textPage(
      c,
      200,
      'Problems',
      html`<h1>Problems</h1>
<p class="lead">Every error names its problem. Here is what each means; its page says what to do.</p>
<dl class="facts">
${rows}</dl>`,
    )
  })
  .get('/:code', (c) => {
    const code = c.req.param('code')
    if (!isProblem(code)) {
      if (wantsPage(c)) return notFoundPage(c)
      throw new Problem('not-found', 'There is no problem of that name; /problems lists them.')
    }
    const { status, title, remedy, retryable } = problems[code]
    const again = retryable
      ? 'The same request may succeed later.'
      : 'Sent again unchanged, the request gets the same answer.'
    if (!wantsPage(c)) return c.text(`${title}\n\n${code}, HTTP ${status}. ${again}\n\n${remedy}\n`)
    const action = IN_CONSOLE[code]
    return textPage(
      c,
      200,
      title,
      html`<p class="eyebrow"><a href="/problems">Problems</a> / <code>${code}</code> · HTTP ${status}</p>
<h1>${title}</h1>
<h2>What to do</h2>
<p>${withCode(remedy)}</p>
${action ? html`<p><a class="button main" href="${action.href}">${action.text}</a></p>` : ''}
<p class="quiet">${again}</p>`,
    )
  })

function isProblem(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

function headlineOf(code: ProblemCode): string {
  return `${code}: ${problems[code].title} (HTTP ${problems[code].status})`
}

/** Shows what stands between backticks as code. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}
