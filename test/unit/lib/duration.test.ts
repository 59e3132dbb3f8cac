import { expect, test } from 'vitest'
import { parseDuration } from '../../../src/lib/duration.ts'

test.each([
  ['90s', 90],
  ['30m', 1_800],
  ['12h', 43_200],
  ['30d', 2_592_000],
  ['2w', 1_209_600],
  ['315576000000s', 315_576_000_000],
])('reads %s as %i seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

test.each([
  '',
  '0s',
  '-1s',
  '1',
  's',
  '1.5h',
  '1e3s',
  '01d',
  '1 d',
  '1D',
  '1y',
  'P1D',
  '1d2h',
  ' 1d',
  '1d\n',
  '١d',
  '315576000001s',
  '521786w',
  '999999999999w',
  '1000000000000s',
])('takes %j for no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})
