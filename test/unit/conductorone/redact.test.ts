import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayRepeat, redact, redactSigned } from '../../../src/conductorone/redact.ts'
import { Secret } from '../../../src/lib/secret.ts'

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzd2lmdC1vdHRlciJ9.q7Zr-0_xK2mB5vYw8tLd3nPfHc1sJg4uRi6oEa9kQyT'
const token = new Secret(TOKEN)
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Each way in which a server may repeat a token. */
const ECHOES: Readonly<Record<string, string>> = {
  whole: TOKEN,
  'in a sentence': `the token ${TOKEN}, sorry`,
  'its signature only': TOKEN.split('.')[2] ?? '',
  'its beginning': `${TOKEN.slice(0, 20)}…`,
  'its end': `…${TOKEN.slice(-14)}`,
  'in lower case': TOKEN.toLowerCase(),
  'percent-encoded': encodeURIComponent(TOKEN),
  'percent-encoded throughout': [...TOKEN].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''),
  'as entities': [...TOKEN].map((c) => `&#${c.charCodeAt(0)};`).join(''),
  'as hexadecimal entities': [...TOKEN].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join(''),
  'as escapes': [...TOKEN].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'in lines': TOKEN.replaceAll(/(.{8})/g, '$1\n'),
  'in base64': base64(TOKEN),
  'in base64 behind one character': base64(`x${TOKEN}`),
  'in base64 behind a word': base64(`Bearer ${TOKEN} and more`),
  'in base64url': Buffer.from(`DPoP ${TOKEN}`).toString('base64url'),
  'in hexadecimal': Buffer.from(TOKEN).toString('hex'),
}

/** The longest piece of the token that a text still shows. */
function longestShown(text: string): number {
  for (let length = TOKEN.length; length > 0; length--)
    for (let start = 0; start + length <= TOKEN.length; start++)
      if (text.includes(TOKEN.slice(start, start + length))) return length
  return 0
}

test.each(Object.entries(ECHOES))('removes the token %s', (_, echo) => {
  const redacted = redact({ [echo]: { list: [1, null, `before ${echo} after`] } }, token)
  const text = JSON.stringify(redacted)
  expect(text).toContain('[secret]')
  expect(longestShown(text)).toBeLessThan(12)
  expect(text).not.toContain(echo.slice(3, -3))
})

test('removes each piece of twelve characters, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: TOKEN.length - 12 }),
      fc.integer({ min: 12, max: TOKEN.length }),
      fc.string({ maxLength: 20 }),
      fc.string({ maxLength: 20 }),
      (start, length, before, after) => {
        const piece = TOKEN.slice(start, start + length)
        expect(JSON.stringify(redact(before + piece + after, token))).not.toContain(piece)
      },
    ),
  )
})

test('leaves everything else as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
      const copy: unknown = JSON.parse(JSON.stringify(json))
      expect(redact(copy, token)).toEqual(copy)
    }),
  )
})

test('removes a short token', () => {
  expect(redact('at-1 and at-2', new Secret('at-1'))).toBe('[secret] and at-2')
  expect(mayRepeat('{"a":"at-1"}', new Secret('at-1'))).toBe(true)
  expect(mayRepeat('{"a":"x-1y"}', new Secret('x-1'))).toBe(true)
})

test.each(Object.entries(ECHOES))('sees that a text may repeat the token %s', (_, echo) => {
  expect(mayRepeat(JSON.stringify({ a: [1, `before ${echo} after`] }), token)).toBe(true)
  expect(mayRepeat(JSON.stringify({ [echo]: null }, undefined, 2), token)).toBe(true)
})

test('sees every text of which something would be removed', () => {
  const piece = fc
    .tuple(fc.constantFrom(...Object.values(ECHOES)), fc.nat({ max: 60 }), fc.nat({ max: 40 }))
    .map(([echo, start, length]) => echo.slice(start, start + length))
  const text = fc
    .array(fc.oneof(fc.string({ maxLength: 12 }), piece), { maxLength: 4 })
    .map((parts) => parts.join(''))
  const json = fc.oneof(text, fc.array(text), fc.dictionary(text, text))
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
      const isChanged = JSON.stringify(redact(value, token)) !== JSON.stringify(value)
      if (isChanged) expect(mayRepeat(JSON.stringify(value, undefined, indent), token)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('sees an ordinary answer that repeats nothing', () => {
  const vault = { id: '2mQg9IILyNefQ6oMTvolM4FjD01', displayName: 'Payroll break-glass', groupAuthzVault: {} }
  expect(mayRepeat(JSON.stringify({ vault }), token)).toBe(false)
})

test('removes assertions from a message', () => {
  expect(redactSigned('no: eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl, sorry')).toBe(
    'no: [secret], sorry',
  )
})
