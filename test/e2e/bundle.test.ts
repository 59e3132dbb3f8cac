import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundled, bundleWithoutAgents } from '../support/bundle.ts'

const KIB = 1_024

test('the Worker’s bundle is under 208 KiB, compressed', async () => {
  const code = await bundled('worker')
  expect(code.length).toBeGreaterThan(10 * KIB)
  expect(gzipSync(code).byteLength / KIB).toBeLessThan(208)
})

test('without what agents need it is under 136 KiB, and agents need most of the rest', async () => {
  const [whole, rest] = [await bundled('worker'), await bundleWithoutAgents()]
  const size = gzipSync(rest).byteLength / KIB
  expect(size).toBeLessThan(136)
  expect(gzipSync(whole).byteLength / KIB - size).toBeGreaterThan(30)
})
