import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { paths, read } from '../../support/documents.ts'
import { tableOf } from '../../support/markdown.ts'

const SECTIONS = [
  'What you get',
  'What you need',
  'Steps',
  'Try it',
  'When it fails',
  'Limits and retries',
  'Undo it',
]
const LAST_CHECKED = /^Last checked: (\d{4}-\d{2}-\d{2})[,;.]/

const recipes = paths('docs/recipes/*.md').filter((path) => basename(path) !== 'README.md')

/** The sections of a page by heading. Lines that begin with `##` inside of fences are no headings. */
function sectionsOf(markdown: string): Map<string, string> {
  const [, ...parts] = markdown.split(/^## (?=[A-Z])/m)
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n')
      return [heading, lines.join('\n')]
    }),
  )
}

/** The first cells of all rows of a text's tables. */
function firstCells(text: string): string[] {
  return Array.from(text.matchAll(/^\| (.+?) \|/gm), ([, cell = '']) => cell)
}

function lastChecked(path: string): string | undefined {
  return LAST_CHECKED.exec(read(path).trimEnd().split('\n').at(-1) ?? '')?.[1]
}

describe.each(recipes)('%s', (path) => {
  const sections = sectionsOf(read(path))
  const section = (heading: string) => sections.get(heading) ?? ''

  test('has the parts that every recipe has, in their order', () => {
    expect([...sections.keys()]).toEqual(SECTIONS)
  })

  test('says which plan and role it takes, and what the operator does', () => {
    expect(firstCells(section('What you need'))).toEqual(expect.arrayContaining(['plan', 'role', 'operator']))
  })

  test('says who asks and who approves', () => {
    expect(read(path)).toContain('### Who asks and who approves')
    expect(read(path)).toContain('requestedBy')
  })

  test('has a table of failures', () => {
    expect(firstCells(section('When it fails')).length).toBeGreaterThan(6)
  })

  test('says what a 429, a 401 and a 5xx do with this sender', () => {
    const answers = firstCells(section('Limits and retries')).join('\n')
    for (const status of ['429', '401', '500', '503']) expect(answers).toMatch(new RegExp(`\\b${status}\\b`))
  })

  test('ends with the day on which it was last checked', () => {
    expect(lastChecked(path)).toBeDefined()
  })
})

test('the page after a vault says when it was last checked', () => {
  expect(lastChecked('docs/after-a-vault.md')).toBeDefined()
})

test('the table of recipes has a row for each, with the day on which it was last checked', () => {
  const rows = tableOf(
    read('docs/recipes/README.md'),
    'sender',
    'plan',
    'your role',
    'proof',
    'where the answer goes',
    'does the sender repeat a delivery?',
    'last checked',
  )
  const days = rows.map((cells) => [/\((.+)\)/.exec(cells[0] ?? '')?.[1], cells.at(-1)])
  const expected = recipes.map((path) => [basename(path), lastChecked(path)])
  expect(days.toSorted()).toEqual(expected.toSorted())
})

test('recipes name the limit that is shipped', () => {
  const [, limit] = /simple = \{ limit = (\d+), period = 60 \}/.exec(read('wrangler.toml')) ?? []
  expect(limit).toBeDefined()
  for (const path of recipes)
    for (const [, said] of read(path).matchAll(/more than (\d+) \w+ a minute/g)) expect(said).toBe(limit)
})
