import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bytesOf,
  equalDigests,
  fromBase64,
  fromBase64url,
  hex,
  sha256,
  toBase64,
} from '../../../src/lib/encoding.ts'

const bytes = fc.uint8Array({ maxLength: 40 })

test('writes bytes as two hexadecimal digits each', () => {
  fc.assert(fc.property(bytes, (value) => hex(value) === Buffer.from(value).toString('hex')))
})

test('writes texts in UTF-8', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => hex(bytesOf(text)) === Buffer.from(text).toString('hex'),
    ),
  )
})

test('digests as everyone does', async () => {
  for (const text of ['', 'abc', 'ß🔐'])
    expect(hex(await sha256(text))).toBe(createHash('sha256').update(text).digest('hex'))
})

test('calls digests equal where every byte is', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(equalDigests(a, Uint8Array.from(a))).toBe(true)
      expect(equalDigests(a, b)).toBe(hex(a) === hex(b))
    }),
  )
})

test.each([0, 15, 31])('sees a difference in byte %i', (index) => {
  const digest = new Uint8Array(32)
  expect(equalDigests(digest, digest.with(index, 1))).toBe(false)
})

test.each([0, 31, 33])('sees that the other has %i bytes', (length) => {
  expect(equalDigests(new Uint8Array(32), new Uint8Array(length))).toBe(false)
})

test('writes and reads base64 as everyone does, padded or not', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const text = Buffer.from(value).toString('base64')
      expect(toBase64(value)).toBe(text)
      expect(fromBase64(text)).toEqual(Uint8Array.from(value))
      expect(fromBase64(text.replaceAll('=', ''))).toEqual(Uint8Array.from(value))
      expect(fromBase64url(Buffer.from(value).toString('base64url'))).toEqual(Uint8Array.from(value))
    }),
  )
})

test.each(['a', 'ä', '****'])('refuses %j, which is not base64', (text) => {
  expect(() => fromBase64(text)).toThrow()
})
