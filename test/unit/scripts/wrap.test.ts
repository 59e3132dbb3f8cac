import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrapText } from '../../../scripts/deployment/wrap.ts'

test('a finding is broken at blanks, and goes on below its own text', () => {
  expect(wrapText('  ✗ token    the credential has expired: make a new one', 40)).toBe(
    ['  ✗ token    the credential has expired:', '             make a new one'].join('\n'),
  )
})

test('a finding whose name has a blank goes on below its own text', () => {
  expect(wrapText('  ✓ system log  can be read, so vaults are found', 40)).toBe(
    ['  ✓ system log  can be read, so vaults', '                are found'].join('\n'),
  )
})

test.each([
  '  npx wrangler secret bulk /a/very/long/path/to/somewhere/.secrets.json',
  '  runbook  0123456789012345678901234567890123456789012',
  '  curl "$VAULTS_URL/v1/vaults" -H "Authorization: Bearer $VAULTS_KEY" -d @request.json',
])('what is to be copied stays whole: %s', (line) => {
  expect(wrapText(line, 40)).toBe(line)
})

test('no word is lost, none is broken, and no line of words that fit is too long', () => {
  const word = fc.stringMatching(/^[a-z,.;]{1,15}$/)
  const text = fc.array(fc.array(word, { maxLength: 30 }), { maxLength: 5 })
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 120 }), (lines, columns) => {
      const written = lines.map((words) => words.join(' ')).join('\n')
      const shown = wrapText(written, columns)
      expect(shown.split(/\s+/).filter(Boolean)).toEqual(written.split(/\s+/).filter(Boolean))
      for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
    }),
  )
})
