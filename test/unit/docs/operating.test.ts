import { expect, test } from 'vitest'
import { statuses } from '../../../src/ledger/entry.ts'
import { problems } from '../../../src/problem/catalog.ts'
import { paths, read } from '../../support/documents.ts'
import { codes, tableOf } from '../../support/markdown.ts'

const operating = read('docs/operating.md')
const sources = paths('src/**/*.ts')
  .filter((path) => path !== 'src/lib/log.ts')
  .map(read)

/** The second argument of each call of `log`: what stands in it, in quotes or in backticks. */
function logged(): string[] {
  const CALL = /\blog\(\s*(?:'\w+'|[^,]*\? '\w+' : '\w+'),\s*(['`])([^'`]+)\1/g
  return sources.flatMap((source) => Array.from(source.matchAll(CALL), ([, , event = '']) => event))
}

/** Every text that an event may have. */
function expanded(event: string): string[] {
  if (!event.includes('${')) return [event]
  // an attempt ends, so none is left in the middle
  const ends = statuses.filter((status) => status !== 'creating')
  const posts = sources.flatMap((source) =>
    Array.from(source.matchAll(/\bevent: '(\w+)'/g), ([, name = '']) => name),
  )
  const values = event.startsWith('request.') ? ends : [...new Set(posts)]
  return values.map((value) => event.replace(/\$\{[^}]+\}/, value))
}

test('the table of events has every event that is logged, and no other', () => {
  const calls = sources.flatMap((source) => source.match(/\blog\(/g) ?? [])
  expect(logged()).toHaveLength(calls.length)
  const events = new Set(logged().flatMap(expanded))
  const named = tableOf(operating, 'event', 'what it means', 'what to do').flatMap(([event = '']) =>
    codes(event),
  )
  expect(named.toSorted()).toEqual([...events].toSorted())
})

test('every problem has what to do about it, in the order of the code', () => {
  const rows = tableOf(operating, 'code', 'what to do')
  expect(rows.map(([code = '']) => codes(code)[0])).toEqual(Object.keys(problems))
  expect(rows.filter(([, action]) => !action)).toEqual([])
})

test('what one is woken for is an event or a problem that there is', () => {
  const known = [...logged().flatMap(expanded), ...Object.keys(problems), '/readyz', 'problem']
  const alerts = tableOf(operating, 'alert', 'what it means', 'what to do').map(([alert = '']) =>
    codes(alert),
  )
  expect(alerts.length).toBeGreaterThan(5)
  expect(alerts.flat().filter((name) => !known.includes(name))).toEqual([])
})

test.each(['What it costs', 'Limits, and where this design meets them', 'What the platform really does'])(
  '“%s” says when Cloudflare’s figures were checked',
  (heading) => {
    const [, section = ''] = operating.split(`\n## ${heading}\n`)
    expect(section.split('\n## ')[0]).toMatch(/\bchecked \d{4}-\d{2}-\d{2}/i)
  },
)
