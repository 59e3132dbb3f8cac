import { expect, test } from 'vitest'
import { Seal } from '../../../src/lib/seal.ts'
import { Secret } from '../../../src/lib/secret.ts'
import { rejection } from '../samples.ts'
import { TestWorld } from '../world.ts'

const TEXT = 'https://hooks.slack.com/commands/T111/111/xxxxx'
const world = new TestWorld()
const seal = (secret = 'a secret', purpose = 'reply address') => new Seal(new Secret(secret), purpose, world)

test.each(['', TEXT, 'Зарплата 🔐'])('opens what it closed: %j', async (text) => {
  expect(await seal().open(await seal().close(text, 'slack'), 'slack')).toBe(text)
})

test('closes the same text otherwise each time, and shows none of it', async () => {
  const [first, second] = await Promise.all([seal().close(TEXT, 'slack'), seal().close(TEXT, 'slack')])
  expect(Buffer.from(first).equals(Buffer.from(second))).toBe(false)
  // the initialization vector and the tag: NIST SP 800-38D
  expect(first.byteLength).toBe(12 + TEXT.length + 16)
  for (let start = 0; start + 4 <= TEXT.length; start++)
    expect(Buffer.from(first).toString('latin1')).not.toContain(TEXT.slice(start, start + 4))
})

test.each([
  ['another secret', seal('another secret'), 'slack'],
  ['another purpose', seal('a secret', 'token'), 'slack'],
  ['another name', seal(), 'mattermost'],
])('opens nothing under %s', async (_, other, name) => {
  const sealed = await seal().close(TEXT, 'slack')
  expect(await rejection(other.open(sealed, name))).toBeInstanceOf(DOMException)
})

test('opens nothing that was changed, in whatever bit, or cut', async () => {
  const sealed = new Uint8Array(await seal().close('text', 'slack'))
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = sealed.with(bit >> 3, (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7)))
    await rejection(seal().open(changed.buffer, 'slack'))
  }
  for (let length = 0; length < sealed.length; length++)
    await rejection(seal().open(sealed.slice(0, length).buffer, 'slack'))
})
