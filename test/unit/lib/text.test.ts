import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cleanLine,
  comparable,
  textFault,
  trimInvisible,
  withoutDirectionMarks,
  withoutInvisible,
  withoutPersonMarks,
} from '../../../src/lib/text.ts'

const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 1 }),
    fc.constantFrom(' ', '\u200b', '\ufeff', '\u00ad', '\ufe0f', '\t', 'İ', 'é', 'e\u0301', 'A'),
  ),
})

describe('the ends of a text', () => {
  test.each([
    ['Payroll', 'Payroll'],
    ['  Payroll\n', 'Payroll'],
    ['\u200bPayroll\u200b', 'Payroll'],
    ['\ufeff \u2060Payroll \u00ad', 'Payroll'],
    ['\u{e0020}Payroll\u{e0041}', 'Payroll'],
    ['\u3164Payroll\u115f', 'Payroll'],
    ['Pay\u200broll', 'Pay\u200broll'],
    ['\u200b \u200b', ''],
    ['', ''],
    ['For love \u2764\ufe0f', 'For love \u2764\ufe0f'],
    ['For love \u2764\ufe0f\u200b ', 'For love \u2764\ufe0f'],
    ['Plan 9\ufe0f\u20e3', 'Plan 9\ufe0f\u20e3'],
    ['Payroll\ufe0f', 'Payroll'],
  ])('%j become %j', (text, expected) => {
    expect(trimInvisible(text)).toBe(expected)
  })

  test('are bare for good', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(trimInvisible(trimInvisible(text))).toBe(trimInvisible(text))
      }),
    )
  })

  test('are found in one pass', () => {
    expect(trimInvisible(`x${' \u200b'.repeat(30_000)}x`)).toHaveLength(60_002)
    expect(trimInvisible(`x${' \u200b'.repeat(30_000)}`)).toBe('x')
  })
})

test.each([
  ['Payroll', 'payroll'],
  ['PAYROLL  break\u00a0glass ', 'payroll break glass'],
  ['Pay\u200broll', 'payroll'],
  ['Pay\u00adroll\ufeff', 'payroll'],
  ['Caf\u0065\u0301', 'café'],
  ['Café', 'café'],
  ['Straße', 'straße'],
  ['TITLE I', 'title i'],
])('%j is compared as %j', (text, expected) => {
  expect(comparable(text)).toBe(expected)
})

test('what is compared stays the same when it is reduced again', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(comparable(comparable(text))).toBe(comparable(text))
    }),
  )
})

test('what can be seen stays', () => {
  expect(withoutInvisible('ali\u200bce@exam\u00adple.com\u2060')).toBe('alice@example.com')
  expect(withoutDirectionMarks('Dana\u200f \u202eLevi\u2069')).toBe('Dana Levi')
  expect(withoutDirectionMarks('دانا')).toBe('دانا')
})

test('text that misleads has a fault', () => {
  expect(textFault('Payroll', 'one line')).toBeUndefined()
  expect(textFault('a\nb', 'several lines')).toBeUndefined()
  expect(textFault('a\nb', 'one line')).toMatch(/single line/)
  expect(textFault('a\u0007b', 'several lines')).toMatch(/control/)
  expect(textFault('a\u202eb', 'one line')).toMatch(/direction/)
  expect(textFault('a\ud800', 'one line')).toMatch(/surrogate/)
})

test.each([
  ['Ja\u202ene\u200f Doe', 'Jane Doe'],
  // joiners belong to how some scripts write a name
  ['\u0645\u200c\u0646', '\u0645\u200c\u0646'],
  ['ja\u200bne\u00ad@exam\u2060ple.com', 'jane@example.com'],
])('of %j a reader sees %j, a person', (written, person) => {
  expect(withoutPersonMarks(written)).toBe(person)
})

test('a text on one line is cut, and not in the middle of a character', () => {
  expect(cleanLine(' a\r\n\tb\u2028c\u202e ', 10)).toBe('a b c')
  expect(cleanLine(`${'a'.repeat(9)}🔐🔐`, 10)).toBe(`${'a'.repeat(9)}\ufffd`)
})
