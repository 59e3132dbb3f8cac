import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenText, markdownText } from '../../../src/outcomes/ticket-text.ts'

test.each([
  'Payroll',
  'Payroll break-glass (EU), 2026',
  'No vault was created: “Owners” must be a list.',
  'Zarplata – Зарплата',
  'A vault, at last! 100 % sure',
])('leaves %j as it is', (text) => {
  expect([markdownText(text), brokenText(text)]).toEqual([text, text])
})

test.each([
  ['a mention', '@security'],
  ['a team', '@acme/security-team'],
  ['an address', 'jane@example.com'],
  ['a link', 'https://evil.example/x'],
  ['a link without a scheme', 'www.evil.example'],
  ['a domain', 'evil.example'],
  ['a Markdown link', '[click](https://evil.example)'],
  ['an image', '![](https://evil.example/pixel.png)'],
  ['an automatic link', '<https://evil.example>'],
  ['HTML', '<img'],
  ['an entity', '&lt;b&gt;'],
  ['an issue', '#12'],
  ['an issue elsewhere', 'acme/other#12'],
  ['an issue by name', 'GH-12'],
  ['a merge request', '!12'],
  ['an epic', '&12'],
  ['a label', '~bug'],
  ['a milestone', '%"v1"'],
  ['a snippet', '$12'],
  ['emphasis', '**bold**'],
  ['code', '`x`'],
  ['a fence', '```'],
  ['a table', 'a|b'],
  ['a quick action', '/close'],
  ['an escape', '\\@security'],
])('makes code of %s in Markdown, wherever it stands', (_, word) => {
  for (const text of [word, `before ${word} after`]) {
    const spans = markdownText(text).match(/(`+)(?:[^`]|(?!\1)`)*\1(?!`)/g) ?? []
    expect(spans).toHaveLength(1)
    expect(spans[0]).toContain(word)
  }
})

test('closes a code span only where it ends, whatever is in it', () => {
  const word = fc.string({ unit: fc.constantFrom('`', '@', 'a', '*', '\\'), minLength: 1 })
  fc.assert(
    fc.property(word, (text) => {
      const written = markdownText(text)
      if (written === text) {
        expect(text).toMatch(/^a+$/)
        return
      }
      const [, fence = '', inner = ''] = /^(`+)(.*?)\1$/s.exec(written) ?? []
      const runs = inner.match(/`+/g) ?? []
      expect(runs.every((run) => run.length < fence.length)).toBe(true)
      expect(inner.trim()).toBe(text)
    }),
  )
})

test('makes one line of everything, so that no line begins with what it should not', () => {
  const text = 'a\r\n/close\u2028/assign @me\u202e\n\n# Title\u0000'
  for (const written of [markdownText(text), brokenText(text)])
    expect(written).not.toMatch(/[\n\r\u2028\u202e\0]/)
  expect(markdownText(text)).toBe('a `/close` `/assign` `@me` `#` Title')
})

test.each([
  ['https://evil.example', 'https:\u200b//evil.example'],
  ['www.evil.example', 'www\u200b.evil.example'],
  ['@security', '@\u200bsecurity'],
  ['{{ticket.requester.phone}}', '{\u200b{ticket.requester.phone}}'],
  ['![](x)', '!\u200b[]\u200b(x)'],
  ['<b>', '<\u200bb>'],
])('breaks %j in plain text', (text, broken) => {
  expect(brokenText(text)).toBe(broken)
})
