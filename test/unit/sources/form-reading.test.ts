import { describe, expect, test } from 'vitest'
import { readForm } from '../../../src/sources/form.ts'

const named = '### Vault name\n\nPayroll'

describe('text that people do not see is never read', () => {
  test.each([
    ['a comment with a question in it', `<!--\n### Owners\n\nbob@example.com\n-->\n${named}`],
    [
      'a comment with several',
      `<!--\n### Kind\n\nMagic link\n### Credential lifetime\n\n520w\n-->\n${named}`,
    ],
    ['a comment at the end', `${named}\n\n<!-- \n### Kind\n\nMagic link\n-->`],
    ['a comment in the answer', '### Vault name\n\nPayroll <!-- Ledger -->'],
    ['a comment above the answer', '### Vault name\n\n<!-- one line -->\n\nPayroll'],
    ['a declaration', `<!DOCTYPE x\n\n### Kind\n>\n${named}`],
    ['an instruction', `<?x\n### Kind\n\nMagic link\n?>\n\n${named}`],
    ['a fence', `~~~\n### Kind\n\nMagic link\n~~~\n\n${named}`],
    ['a quote', `> ### Kind\n>\n> Magic link\n\n${named}`],
    ['a list', `- ### Kind\n\n  Magic link\n\n${named}`],
    ['HTML', `<div>\n### Kind\nMagic link\n</div>\n\n${named}`],
    ['a link definition', `[//]: # (### Kind Magic link)\n\n${named}`],
    ['a title of a link', '### Vault name\n\n[Payroll](https://example.com "Ledger")'],
  ])('%s', (_, text) => {
    expect(readForm(text)).toEqual({ answers: { name: 'Payroll' }, faults: [], warnings: [] })
  })

  test.each([
    ['comment', '<!--'],
    ['fence', '```'],
    ['fence of other marks', '~~~~ text'],
    ['instruction', '<?'],
    ['script', '<script>'],
    ['preformatted text', '<pre>'],
  ])('a %s that is never closed is a fault, as it takes in the questions below it', (_, opening) => {
    const { faults } = readForm(`### What it is for\n\n${opening}\n\n### Kind\n\nMagic link\n\n${named}`)
    expect(faults).toEqual([{ pointer: '', detail: expect.stringContaining('that is not closed') }])
  })
})

describe('a question inside HTML or a quote that began above it is a fault, and no answer', () => {
  const fault = (pointer: string, title: string, around: string) => [
    {
      pointer,
      detail: `“${title}” stands inside ${around}, which may be folded, quoted or struck out: move it out, or close ${around} above it`,
    },
  ]

  test.each([
    ['a fold', '<details><summary>Logs</summary>', '</details>', '<details>'],
    ['a fold in capitals', '<DETAILS open>', '</DETAILS>', '<details>'],
    ['a quote', '<blockquote>', '</blockquote>', '<blockquote>'],
    ['struck-out text', '<del>', '</del>', '<del>'],
    ['a table', '<table><tr><td>', '</td></tr></table>', '<table><tr><td>'],
    ['two elements', '<div>\n\n<details>', '</details>\n\n</div>', '<div><details>'],
    ['a fold in a line', 'Last time: <details>', '</details>', '<details>'],
    ['a fold in a list', '- <details>', '</details>', '<details>'],
    ['a fold after a void element', '<hr a=b="><details>">', '</details>', '<details>'],
    ['a fold that only an attribute closes', '<details title="</details>">', '</details>', '<details>'],
    ['a fold that only a comment closes', '<details><!-- </details> -->', '</details>', '<details>'],
    ['a fold after a comment that HTML ends early', '<!--> <details> -->', '</details>', '<details>'],
    [
      'a fold in a table that is closed too late',
      '<details><table><td></details>',
      '',
      '<details><table><td>',
    ],
    ['a fold that only a declaration closes', '<details></ </details>', '</details>', '<details>'],
    ['an element that no browser shows', '<team>\n\n<template>', '</template>', '<template>'],
    ['an attribute', '<hr title="', '">', '<hr>'],
    ['a comment in a list', '- <!--', '-->', '<!--'],
    ['a quote of GitLab', '>>>', '>>>', '>>>'],
    ['a longer quote of GitLab', '>>>>', '>>>>', '>>>>'],
    ['a quote of GitLab after an empty one', '>>>\n>>>\n>>>', '>>>', '>>>'],
  ])('%s', (_, opening, closing, around) => {
    const inside = `### What it is for\n\n${opening}\n\n### Kind\n\nMagic link`
    const faults = fault('/kind', 'Kind', around)
    expect(readForm(`${named}\n\n${inside}`)).toMatchObject({ answers: { name: 'Payroll' }, faults })
    const { answers, faults: found } = readForm(`${inside}\n\n### x\n\n${closing}\n\n${named}`)
    expect(answers).not.toHaveProperty('kind')
    expect(found).toEqual(expect.arrayContaining(faults))
  })

  test('above the form it does not decide, and the form is read', () => {
    const above = '<details>\n\n### Owners\n\nbob@example.com\n\n### x\n\n</details>'
    expect(readForm(`${above}\n\n${named}\n\n### Owners\n\nalice@example.com`)).toMatchObject({
      answers: { name: 'Payroll', owners: ['alice@example.com'] },
      faults: fault('/owners', 'Owners', '<details>'),
    })
  })

  test('nor does a tag in the heading itself begin what the answer stands in', () => {
    expect(readForm(`${named}\n\n### Kind <s>\n\nMagic link`)).toMatchObject({
      answers: { name: 'Payroll' },
      faults: fault('/kind', 'Kind', '<s>'),
    })
  })

  test('a nearly known one is a fault too', () => {
    expect(readForm(`${named}\n\n### Why\n\n<details>\n\n### Onwers\n\nx`).faults).toEqual(
      fault('/owners', 'Onwers', '<details>'),
    )
  })

  test.each([
    ['a closed element', '<details>\n\nMore.\n\n</details>'],
    ['elements without an end', 'a<br>b <img src="a>b"><hr>\n\n<p align="center">\n\n<input />'],
    ['HTML in code', 'Use `<details>`.\n\n```\n<details>\n```'],
    ['what is no tag', 'Alice <alice@example.com>, 1 < 2, \\<details>, <https://example.com>'],
    ['a comment', '<!-- <details> -->'],
    ['what no element is called, in several lines', '<team>\n<owner>\nAsk <name\nof> them.'],
    ['what no element is called', '<team>\n\nAsk <name> of <our-team.x>.\n\n- <owner>'],
    ['an element that closes around such a name', '<details>\n\n<team>\n\n</details>'],
    ['a quote of GitLab that ends', '>>>\nLast time\n\n>>>'],
    ['quotes in quotes', '> a\n>>>\n> b'],
  ])('but %s does not stand around what follows', (_, description) => {
    const { answers, faults } = readForm(`### What it is for\n\n${description}\n\n### Kind\n\nGroup`)
    expect(answers.kind).toBe('group')
    expect(faults).toEqual([])
  })
})

test('a question straight below HTML is to be written below an empty line', () => {
  const { faults } = readForm(
    `${named}\n\n### Why\n\n<details>\nLogs\n</details>\n### Owners\n\nalice@example.com`,
  )
  const detail =
    '“### Owners” is not a heading here; write the question “Owners” as a heading below an empty line, and the answer below it'
  expect(faults).toEqual([{ pointer: '/owners', detail }])
})

test.each([
  ['the end of a fold', '<details>\n\nLogs\n\n</details>\n### Owners'],
  ['a picture', '<img src="https://example.com/a.png">\n### Owners'],
  ['a name in angle brackets', '<team>\n**Owners**'],
  ['a comment', '<!-- hidden --> \nx\n\n<!-- two\nlines --> ### Owners'],
  [
    'a fold, above an address in angle brackets',
    '<details>\nLogs\n</details>\n### Owners\nAlice <alice@example.com>',
  ],
  ['a fold, above a quote', '<details>\nLogs\n</details>\n### Owners\n> alice@example.com'],
  ['a fold, underlined', '<details>\nLogs\n</details>\nOwners\n---'],
  ['a fold, with two lines', '<details>\nLogs\n</details>\nOwners\n=='],
  ['a fold that is not closed', '<details>\n### Owners'],
  ['a name in angle brackets, underlined', '<team>\nOwners\n---\nx'],
  ['a tag without its end', '<div\n### Owners'],
  ['two names', '<team>\n<b>Owners</b>\n</team>'],
  ['a fold, misspelled', '</details>\n### Onwers'],
  ['a fold, in other words', '</details>\n## Owner of the vault'],
  ['a paragraph of HTML', '<p align="center">\nOwners: alice\n</p>'],
  ['a table, and HTML within', '<table><tr><td>x</table> ### Owners<br>'],
  ['nothing, as a heading of HTML', '<h3 align="center">Owners</h3>'],
  ['nothing, in bold letters of HTML', '<p><b>Owners</b></p>'],
  ['text, in bold letters of HTML', 'For audits.\n<strong>Owners</strong>: alice'],
  ['text, as the last line of an underlined heading', 'For audits.\nOwners\n---'],
])('a question that is part of the HTML above it is a fault, and no answer: below %s', (_, text) => {
  const { answers, faults } = readForm(`${named}\n\n### What it is for\n\n${text}\n\nalice@example.com`)
  expect(answers).not.toHaveProperty('owners')
  expect(faults).toEqual([{ pointer: '/owners', detail: expect.stringContaining('is not a heading here') }])
})

test.each([
  ['~~Owners~~'],
  ['~Owners~'],
  ['Owners ~~of the vault~~'],
  ['**~~Onwers~~**'],
  ['<del>Owners</del>'],
  ['<s>Owners</s>'],
  ['Owners <STRIKE>(optional)</STRIKE>'],
])('a question that is struck out is a fault, and no answer: %s', (heading) => {
  const { answers, faults } = readForm(`${named}\n\n### ${heading}\n\nalice@example.com`)
  expect(answers).toEqual({ name: 'Payroll' })
  expect(faults).toEqual([{ pointer: '/owners', detail: expect.stringContaining('is struck out') }])
})

describe('a heading is matched by its words', () => {
  test.each([
    ['### Owner'],
    ['### Owners:'],
    ['### **Owners**'],
    ['### 👤 Owners'],
    ['### Owners ###'],
    ['### Owner(s)'],
    ['## Owners'],
    ['# OWNERS'],
    ['###### _owners_'],
    ['### Owners (optional)'],
    ['### :bust_in_silhouette: Owners *'],
    ['### `Owners`'],
    ['### [Owners](https://example.com)'],
    ['### Vault owners'],
    ['### Owners <!-- e-mail addresses -->'],
    ['Owners\n------'],
    ['### Owners &#58;'],
    ['   ### Ｏｗｎｅｒｓ'],
    ['### Ow\u200bners'],
    ['### Ow&shy;ners'],
    ['\ufeff### Owners'],
  ])('%j', (heading) => {
    expect(readForm(`${heading}\n\nalice@example.com`)).toEqual({
      answers: { owners: ['alice@example.com'] },
      faults: [],
      warnings: [],
    })
  })

  test.each([
    ['Credential TTL', '1h', { credentialTtl: '1h' }],
    ['Max views', '1', { maxViews: 1 }],
    ['Vault kind', 'Magic link', { kind: 'magic_link' }],
    ['Purpose', 'Audits', { description: 'Audits' }],
    ['Name', 'Payroll', { name: 'Payroll' }],
    ['Expiry', '1h', { credentialTtl: '1h' }],
    ['Time to live', '1h', { credentialTtl: '1h' }],
    ['Owner email addresses', 'a@example.com', { owners: ['a@example.com'] }],
    ['Unauthenticated views', 'No', { allowUnauthenticated: false }],
  ])('“%s” means a question', (heading, answer, answers) => {
    expect(readForm(`### ${heading}\n\n${answer}`)).toEqual({ answers, faults: [], warnings: [] })
  })

  test.each([
    ['Onwers', '/owners', 'Owners'],
    ['Owner s', '/owners', 'Owners'],
    ['Ownes', '/owners', 'Owners'],
    ['Credential lifetme', '/credentialTtl', 'Credential lifetime'],
    ['Vualt name', '/name', 'Vault name'],
    ['Maximun vews', '/maxViews', 'Maximum views'],
    ['What it si for', '/description', 'What it is for'],
    ['Knd', '/kind', 'Kind'],
    ['Views without singing in', '/allowUnauthenticated', 'Views without signing in'],
    ['Оwners', '/owners', 'Owners'],
    ['0wners', '/owners', 'Owners'],
    ['Qwners', '/owners', 'Owners'],
    ['wners', '/owners', 'Owners'],
    ['Ωwners', '/owners', 'Owners'],
    ['Öwners', '/owners', 'Owners'],
    ['Оԝnеrѕ', '/owners', 'Owners'],
    ['Кind', '/kind', 'Kind'],
    ['К1nd', '/kind', 'Kind'],
    ['Νаmе', '/name', 'Vault name'],
    ['Реаson', '/description', 'What it is for'],
    ['ТТL', '/credentialTtl', 'Credential lifetime'],
    ['Max v1ews', '/maxViews', 'Maximum views'],
  ])('“%s” is nearly a question, and a fault', (heading, pointer, meant) => {
    const detail = `“${heading}” is not a question here; did you mean “${meant}”?`
    expect(readForm(`${named}\n\n### ${heading}\n\nx`).faults).toEqual([{ pointer, detail }])
    // a description too could hide an answer that was meant
    expect(readForm(`### What it is for\n\nx\n\n### ${heading}\n\nx`).faults).toEqual([{ pointer, detail }])
  })
})

describe('a description stays as it is written', () => {
  const FENCED = 'Last time:\n```\n### Kind\nMagic link\n### Why\nvisit\n```\nFor the team only.'
  test.each([
    ['with a fence that holds another form', FENCED],
    ['with headings of its own', 'We need this.\n\n### Background\n\nAudit in May.\n\n## Plan\n\n1. Ask.'],
    ['with mark-up', 'For **audits** of R&amp;D\\_EU, see [the plan](https://example.com/a).'],
    ['with a quote and a list', '> They asked.\n\n- one\n- two'],
    ['with HTML', 'Press <kbd>F1</kbd>.\n\n<details>\n\nMore.\n\n</details>'],
    ['with a link definition that it uses', 'See [the plan].\n\n[the plan]: https://example.com/a'],
  ])('%s', (_, description) => {
    const text = `### What it is for\n\n${description}\n\n### Kind\n\nGroup`
    expect(readForm(text)).toEqual({ answers: { description, kind: 'group' }, faults: [], warnings: [] })
    expect(readForm(text.replaceAll('\n', '\r\n')).answers).toEqual({ description, kind: 'group' })
  })

  test.each([
    ['a comment in a line', 'For audits<!-- and more -->.', 'For audits.'],
    ['a comment between lines', 'For\n\n<!--\nhidden\n-->\n\naudits', 'For\n\n\n\naudits'],
    ['a comment written as a link', 'For audits.\n\n[//]: # (hidden)', 'For audits.'],
  ])('but for %s, which people do not see', (_, written, description) => {
    expect(readForm(`### What it is for\n\n${written}`).answers).toEqual({ description })
  })
})

describe('a question that is answered twice', () => {
  test.each([
    ['with other owners', 'Owners', 'alice@example.com', 'bob@example.com', 'owners'],
    ['with another kind', 'Kind', 'Group', 'Magic link', 'kind'],
    ['once by a synonym', 'Vault name', 'Payroll', 'Ledger', 'name'],
  ])('%s is a fault that names both answers', (_, heading, one, other, field) => {
    const again = heading === 'Vault name' ? 'Name' : heading
    expect(readForm(`### ${heading}\n\n${one}\n\n### ${again}\n\n${other}`).faults).toEqual([
      {
        pointer: `/${field}`,
        detail: `“${heading}” is answered twice, with “${one}” and with “${other}”; leave the one that is meant`,
      },
    ])
  })

  test('once with nothing is a fault too', () => {
    const { faults } = readForm('### Kind\n\n_No response_\n\n### Kind\n\nMagic link')
    expect(faults).toEqual([
      { pointer: '/kind', detail: expect.stringContaining('with nothing and with “Magic link”') },
    ])
  })

  test('by an older form in the description is a fault', () => {
    const older = '### Owners\n\nbob@example.com\n\n### Kind\n\nMagic link'
    const { faults } = readForm(
      `### What it is for\n\nAs before:\n\n${older}\n\n### Owners\n\nalice@example.com\n\n### Kind\n\nGroup`,
    )
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/owners', '/kind'])
  })
})

describe('what is not a question', () => {
  test('is a warning with its words, unless it was left open', () => {
    expect(readForm(`### Urgency\n\nHigh\n\n### Cost centre\n\n\n\n${named}\n\n### Due\n\nFriday`)).toEqual({
      answers: { name: 'Payroll' },
      faults: [],
      warnings: ['Urgency', 'Due'].map(
        (heading) => `“${heading}” was not read: it is not a question that is asked here.`,
      ),
    })
  })

  test.each([
    ['a text of 20,001 characters', 'a'.repeat(20_001), 'is longer than 20,000 characters'],
    ['lists in lists', `${'1. '.repeat(20)}a`, 'is nested too deep'],
    ['quotes and lists', `${'>- '.repeat(20)}a`, 'is nested too deep'],
    ['hundreds of underlines', 'a\n===\n'.repeat(300), 'has too many lines'],
    ['thousands of quotes', '> a\n\n'.repeat(2_000), 'has too many quotes'],
    ['thousands of quotes in lists', '1. >\n'.repeat(2_000), 'has too many quotes'],
    ['thousands of lists in lists', '- -\n\n\n'.repeat(2_000), 'has too many quotes'],
  ])('%s is a fault, and is not parsed', (_, text, fault) => {
    expect(readForm(`${named}\n\n${text}`)).toEqual({
      answers: {},
      faults: [{ pointer: '', detail: expect.stringContaining(`The ticket’s text ${fault}`) }],
      warnings: [],
    })
  })

  test('a quote of many lines is read', () => {
    expect(readForm(`${named}\n\n### What it is for\n\n${'> a\n'.repeat(900)}`).faults).toEqual([])
  })

  test('a rule across the page is not nesting', () => {
    expect(readForm(`${named}\n\n### What it is for\n\na\n\n${'- '.repeat(30)}\n\nb`).faults).toEqual([])
  })
})

describe('a single-line answer is its text', () => {
  test.each([
    ['ledger\\_prod \\[eu\\]', 'ledger_prod [eu]'],
    ['**Ledger**', 'Ledger'],
    ['R&amp;D', 'R&D'],
    ['[payroll.example.com](<http://payroll.example.com>) break-glass', 'payroll.example.com break-glass'],
    ['*Ledger* `prod` **_eu_**', 'Ledger prod eu'],
    ['[Ledger][1]', '[Ledger][1]'],
    ['[Ledger]', 'Ledger'],
    ['Ledger &#8211; &#x45;U &copy;', 'Ledger – EU ©'],
    ['<https://ledger.example.com>', 'https://ledger.example.com'],
    ['```\nLedger\n```', 'Ledger'],
    ['    Ledger', 'Ledger'],
    ['~5 or ~ 6 of ~/payroll', '~5 or ~ 6 of ~/payroll'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
  ])('%j', (answer, name) => {
    const text = `### Vault name\n\n${answer}\n\n### What it is for\n\nx\n\n[Ledger]: https://example.com`
    expect(readForm(text)).toMatchObject({ answers: { name }, faults: [] })
  })

  test.each([
    ['> Payroll', 'quote'],
    ['1. Payroll', 'list'],
    ['- Payroll', 'list'],
    ['***', 'more than text'],
    ['![Payroll](a.png)', 'more than text'],
    ['Payroll <b>prod</b>', 'HTML'],
    ['<div>Payroll</div>', 'HTML'],
    ['[x]: y', 'no text'],
    ['~~Ledger~~ Payroll', 'struck out'],
    ['~Ledger~ Payroll', 'struck out'],
    ['~~a ~ b~~ Payroll', 'struck out'],
    ['Old~er~', 'struck out'],
  ])('%j is a fault, and not left open', (answer, fault) => {
    const { answers, faults } = readForm(`### Vault name\n\n${answer}`)
    expect(answers).toEqual({})
    expect(faults).toEqual([{ pointer: '/name', detail: expect.stringMatching(`“Vault name” .*${fault}`) }])
  })
})

describe('owners', () => {
  test.each([
    [
      '[alice@example.com](<mailto:alice@example.com>)\n* sam\\_lee@example.com',
      ['alice@example.com', 'sam_lee@example.com'],
    ],
    ['- [x] alice@example.com\n1. bob@example.com', ['alice@example.com', 'bob@example.com']],
    ['Alice Doe <alice@example.com>', ['alice@example.com']],
    ['"Doe, Alice" <alice@example.com>, Bob <bob@example.com>', ['alice@example.com', 'bob@example.com']],
    ['[Alice Doe](mailto:alice@example.com?subject=x)', ['alice@example.com']],
    ['[Alice@Example.com](mailto:alice@example.com)', ['Alice@Example.com']],
    ['<mailto:bob@example.com>', ['bob@example.com']],
    ['mailto:bob@example.com', ['bob@example.com']],
    ['MAILTO:bob@example.com', ['bob@example.com']],
    ['Bob Roe <mailto:bob@example.com>', ['bob@example.com']],
    ['<mailto:bob@example.com>, `mailto:eve@example.com`', ['bob@example.com', 'eve@example.com']],
    ['[mailto:bob@example.com](mailto:bob@example.com)', ['bob@example.com']],
    ['- [x] alice@example.com\n- [ ] bob@example.com', ['alice@example.com']],
    ['1. alice@example.com\n2. bob@example.com', ['alice@example.com', 'bob@example.com']],
    ['- Alice Doe <alice@example.com>\n- josé@example.com', ['alice@example.com', 'josé@example.com']],
    ['alice@example.com<br>bob@example.com', ['alice@example.com', 'bob@example.com']],
    ['r&amp;d@example.com', ['r&d@example.com']],
    ['```text\nalice@example.com\nbob@example.com\n```', ['alice@example.com', 'bob@example.com']],
    ['**alice@example.com**; `bob@example.com`', ['alice@example.com', 'bob@example.com']],
    ['alice@example.com <!-- bob@example.com -->', ['alice@example.com']],
    ['2Ja8M2CfoFiZvLMvhLm5VbJUnPz', ['2Ja8M2CfoFiZvLMvhLm5VbJUnPz']],
    // what is not a person stays whole, for its fault
    ['Alice Doe', ['Alice Doe']],
    ['alice@example.com <bob@example.com>', ['alice@example.com <bob@example.com>']],
  ])('%j', (answer, owners) => {
    expect(readForm(`### Owners\n\n${answer}`)).toEqual({ answers: { owners }, faults: [], warnings: [] })
  })

  test.each([
    ['[alice@example.com](mailto:bob@example.com)', 'shows alice@example.com with a link to bob@example.com'],
    ['- [ ] alice@example.com', 'none of them is ticked'],
    ['> alice@example.com', 'quote'],
    ['<div>alice@example.com</div>', 'HTML'],
    ['~~alice@example.com~~', 'struck out'],
    ['~alice@example.com~, bob@example.com', 'struck out'],
    ['![alice@example.com](a.png)', 'more than text'],
  ])('%j is a fault', (answer, fault) => {
    expect(readForm(`### Owners\n\n${answer}`)).toMatchObject({
      answers: {},
      faults: [{ pointer: '/owners', detail: expect.stringContaining(fault) }],
    })
  })

  test.each([['_No response_'], [''], ['<!-- one a line -->'], ['*No response*']])(
    'left open as %j are not asked for',
    (answer) => {
      expect(readForm(`### Owners\n\n${answer}`)).toEqual({ answers: {}, faults: [], warnings: [] })
    },
  )
})

describe('a heading that may be a line of an answer is a fault, and no default', () => {
  test.each([
    ['### Credential lifetime\n\n# 1d', '/credentialTtl'],
    ['### Credential lifetime\n\n### 1d\n\n### Kind\n\nGroup', '/credentialTtl'],
    ['### Owners\n\nalice@example.com\n---', '/owners'],
    ['### Owners\n\nalice@example.com\n\nbob@example.com\n===\n\n### Kind\n\nGroup', '/owners'],
    ['### Owners\n\nalice@example.com\n# bob@example.com', '/owners'],
    ['### Owners\n\nalice@example.com\n\n#### bob@example.com\n\nx', '/owners'],
  ])('%j', (text, pointer) => {
    expect(readForm(text).faults).toEqual([
      { pointer, detail: expect.stringContaining('is followed by the heading') },
    ])
  })

  test('a section of its own is not', () => {
    const text =
      '### Owners\n\nalice@example.com\n\n## For administrators\n\n### Kind\n\nGroup\n\n### Done by\n\n'
    expect(readForm(text)).toEqual({
      answers: { owners: ['alice@example.com'], kind: 'group' },
      faults: [],
      warnings: [],
    })
  })
})

describe('a question that stands in the text, and not as a heading, is a fault, and no default', () => {
  const fault = (written: string) => [
    {
      pointer: '/owners',
      detail: `“${written}” is not a heading here; write the question “Owners” as a heading, and the answer below it`,
    },
  ]

  test.each([
    ['###Owners'],
    ['###\u00a0Owners'],
    ['**Owners**'],
    ['__Owner(s):__'],
    ['Owners:'],
    ['\\### Owners'],
  ])('%j', (line) => {
    const written = line.replaceAll(/[_*\\]/g, '').replace('\u00a0', ' ')
    expect(readForm(`${line}\n\nalice@example.com\n\n${named}`).faults).toEqual(fault(written))
    expect(readForm(`${line}\nalice@example.com\n\n${named}`).faults).toEqual(fault(written))
    expect(readForm(`${named}\n\n### What it is for\n\nAudits\n\n${line}\n\nx`).faults).toEqual(
      fault(written),
    )
    expect(readForm(`${named}\n\n### Team\n\nx\n${line}\n\nx`).faults).toEqual(fault(written))
  })

  test.each([['Owners: alice@example.com'], ['**Owners:** alice@example.com'], ['owner: alice@example.com']])(
    'with its answer: %j',
    (line) => {
      const { faults } = readForm(`${named}\n\n### What it is for\n\nAudits\n${line}`)
      expect(faults).toEqual([
        { pointer: '/owners', detail: expect.stringContaining('is not a heading here') },
      ])
    },
  )

  test.each([
    ['**Credential TTL**', 'credentialTtl'],
    ['Max views: 1', 'maxViews'],
    ['Type of vault: Magic link', 'kind'],
    ['#TTL', 'credentialTtl'],
    ['TTL: 5h', 'credentialTtl'],
    ['TTL: 30 days.', 'credentialTtl'],
    ['**Views:** 1', 'maxViews'],
    ['Type: magic link', 'kind'],
    ['Kind\n---', 'kind'],
    ['### Kind: Magic link', 'kind'],
  ])('in other words: %j', (line, field) => {
    const { answers, faults } = readForm(`${named}\n\n### What it is for\n\nAudits\n${line}\n\n1`)
    expect(answers).not.toHaveProperty(field)
    expect(faults).toEqual([
      { pointer: `/${field}`, detail: expect.stringContaining('is not a heading here') },
    ])
  })

  test.each([
    ['Type: a new one'],
    ['TTL: 300s is what our DNS uses'],
    ['Views: 1,200 a day'],
    ['**Name**'],
    ['Reason: audits'],
    ['Views: none yet'],
    ['### Type: a new one'],
  ])('but not if it is one common word: %j', (line) => {
    expect(readForm(`${named}\n\n### What it is for\n\nAudits\n${line}`).faults).toEqual([])
  })

  test.each([['Additional owners'], ['Co-owners'], ['Owners of the data']])(
    'nor is the heading “%s”, if no other asks for the same',
    (heading) => {
      const section = `### ${heading}\n\nalice@example.com`
      const detail = `“${heading}” is not a question here; did you mean “Owners”?`
      expect(readForm(`${named}\n\n${section}`).faults).toEqual([{ pointer: '/owners', detail }])
      expect(readForm(`${named}\n\n### Owners\n\n_No response_\n\n${section}`)).toMatchObject({
        faults: [],
        warnings: [expect.stringContaining(heading)],
      })
    },
  )

  test.each([
    ['Owners: alice@example.com'],
    ['**Owners**\n\nalice@example.com'],
    ['The owners:\n\n- alice@example.com'],
    ['Reason: an audit'],
  ])('but %j is not, if the question is asked', (line) => {
    const asked = `${named}\n\n### Owners\n\nbob@example.com\n\n### What it is for\n\n${line}`
    expect(readForm(asked)).toMatchObject({ answers: { owners: ['bob@example.com'] }, faults: [] })
  })
})
