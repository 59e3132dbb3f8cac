import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundled } from '../support/bundle.ts'

const KIB = 1_024

test('the Worker’s bundle is under 100 KiB, compressed', async () => {
  const code = await bundled('worker')
  expect(code.length).toBeGreaterThan(10 * KIB)
  expect(gzipSync(code).byteLength / KIB).toBeLessThan(100)
})
