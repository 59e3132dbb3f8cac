import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSettings } from '../../../scripts/deployment/settings-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TEXT = '{"API_KEYS":"ü"}'
const swapped = Buffer.from(`\uFEFF${TEXT}`, 'utf16le').swap16()

test.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte-order mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16, little endian', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
  ['UTF-16, big endian', swapped],
  ['lines with a byte-order mark', Buffer.from('\uFEFFAPI_KEYS=ü\n')],
])('a settings file in %s is read', (name, bytes) => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  expect(readSettings(path)).toEqual({ API_KEYS: 'ü' })
})
