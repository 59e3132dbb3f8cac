import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readForm } from '../../../src/sources/form.ts'
import { QUESTIONS } from '../../../src/sources/questions.ts'
import { formText } from '../../support/payloads.ts'

/** A piece of an answer: as it is written, and as people see it. */
type Piece = readonly [written: string, seen: string]

const INLINE: readonly Piece[] = [
  ['Payroll', 'Payroll'],
  ['**Ledger**', 'Ledger'],
  ['_run_', 'run'],
  ['`prod`', 'prod'],
  ['R&amp;D', 'R&D'],
  ['&#8364;', '€'],
  ['snake\\_case', 'snake_case'],
  ['\\<eu\\>', '<eu>'],
  ['[label](https://example.com/a_b "title")', 'label'],
  ['[site](<http://example.com>)', 'site'],
  ['<https://example.com>', 'https://example.com'],
  ['x<!-- hidden -->', 'x'],
  ['2 < 3', '2 < 3'],
  ['a_b_c', 'a_b_c'],
  ['“quoted”', '“quoted”'],
  ['🔐', '🔐'],
]

/** Beginnings that make another block of a line: it is refused, or read with all that people see. */
const BLOCK_MARKS = [
  '> ',
  '- ',
  '1. ',
  '# ',
  '### ',
  '***',
  '[a]: ',
  '<div>',
  '<!-- ',
  '```',
  '    ',
  '![x](y) ',
]

const line = fc.array(fc.constantFrom(...INLINE), { minLength: 1, maxLength: 5 }).map((pieces) => ({
  written: pieces.map(([one]) => one).join(' '),
  seen: pieces.map(([, one]) => one).join(' '),
}))
const name = fc.oneof(
  { weight: 4, arbitrary: line },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...BLOCK_MARKS), line)
      .map(([mark, one]) => ({ written: mark + one.written, seen: null })),
  },
)

const ADDRESSES = ['alice@example.com', 'bob@example.com', 'sam_lee@example.com', 'r&d@example.com'] as const
const owner = fc
  .constantFrom(...ADDRESSES)
  .chain((address) =>
    fc
      .constantFrom(
        address.replace('_', '\\_'),
        `<${address}>`,
        `[${address}](mailto:${address})`,
        `Some One <${address}>`,
        `\`${address}\``,
        `**${address}**`,
        address.replace('&', '&amp;'),
      )
      .map((written) => ({ written, address })),
  )
const owners = fc
  .tuple(
    fc.uniqueArray(owner, { minLength: 1, maxLength: 3, selector: ({ address }) => address }),
    fc.constantFrom('', '- ', '* ', '- [x] ', '1. ', '• '),
  )
  .map(([list, mark]) => ({
    written: list.map(({ written }) => mark + written).join('\n'),
    addresses: list.map(({ address }) => address),
  }))

const description = fc
  .array(
    fc.constantFrom(
      ...[
        'For audits.',
        'See **R&amp;D**.',
        '',
        '> quoted',
        '- item',
        '1. one',
        '```',
        '~~~',
        '    code',
        '<!-- hidden -->',
      ],
      ...[
        '### Background',
        '## Plan',
        '### Kind',
        'Magic link',
        '### Owners',
        'mallory@example.com',
        '# Owner:',
      ],
      ...[
        '<!--',
        '-->',
        '<div>',
        '</div>',
        '<pre>',
        '---',
        '===',
        '[a]: b',
        '| a | b |',
        '***',
        '\\',
        '&lt;!--',
        '<?',
      ],
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'))

const choices = fc.record({
  kind: fc.constantFrom('Group', 'Magic link', '_No response_'),
  maxViews: fc.constantFrom('1', '10', '_No response_'),
  allowUnauthenticated: fc.constantFrom('No', 'Yes', '_No response_'),
  credentialTtl: fc.constantFrom('1d', '30d', '_No response_'),
  preset: fc.constantFrom('payroll', 'break-glass', '_No response_'),
})

const READ: Readonly<Record<string, unknown>> = {
  Group: 'group',
  'Magic link': 'magic_link',
  Yes: true,
  No: false,
  '_No response_': undefined,
}

/** What both sides may differ in: comments, link definitions that people do not see, and blanks. */
function seenOf(text: string): string {
  return text
    .replaceAll(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|^\[a\]: b$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

test('a form that is rendered by a model reads back as the same answers, or is refused with a reason', () => {
  let taken = 0
  fc.assert(
    fc.property(
      name,
      owners,
      description,
      choices,
      fc.boolean(),
      (name, owners, description, choices, crlf) => {
        const answers: Record<string, string> = {
          name: name.written,
          owners: owners.written,
          description: description.trim() === '' ? '_No response_' : description,
          ...choices,
        }
        const text = formText(
          Object.fromEntries(QUESTIONS.map(({ field, heading }) => [heading, answers[field] ?? ''])),
        )
        const { answers: read, faults } = readForm(crlf ? text.replaceAll('\n', '\r\n') : text)
        if (faults.length > 0) {
          for (const { detail } of faults) expect(detail.length).toBeGreaterThan(20)
          return
        }
        // a name that is not one line of text is refused for that
        if (name.seen === null && !/^.+$/.test(String(read.name ?? ''))) return
        taken++
        if (name.seen !== null) expect(read.name).toBe(name.seen)
        expect(read.owners).toEqual(owners.addresses)
        // a question in it with the same answer is read as that question
        if (!/^#+ (?:Kind|Owner)/m.test(description))
          expect(seenOf(String(read.description ?? ''))).toBe(seenOf(description))
        for (const [field, answer] of Object.entries(choices)) {
          const expected = answer in READ ? READ[answer] : field === 'maxViews' ? Number(answer) : answer
          expect(read[field]).toBe(expected)
        }
      },
    ),
    { numRuns: 1_000 },
  )
  expect(taken).toBeGreaterThan(100)
})
