import { beforeEach, expect, test, vi } from 'vitest'
import { SlackApi } from '../../../../src/chat/slack/api.ts'
import { Secret } from '../../../../src/lib/secret.ts'
import { json, type Step, TestWorld } from '../../world.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue()
})

function api(answer: Step) {
  return new SlackApi(new Secret('xoxb-0123456789'), new TestWorld(answer))
}

const user = (fields: object) =>
  json({ ok: true, user: { profile: { email: 'jane@example.com' }, ...fields } })

test('a person is found by the id, and a bot is nobody', async () => {
  expect(await api(user({})).emailOf('U1')).toBe('jane@example.com')
  expect(await api(user({ is_bot: true })).emailOf('U1')).toBeUndefined()
})

test('an answer without end is not read to its end', async () => {
  let chunks = 0
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          chunks++
          controller.enqueue(new Uint8Array(64 * 1_024).fill(0x20))
        },
      }),
    )
  expect(await api(endless).emailOf('U1')).toBeUndefined()
  expect(chunks).toBeLessThan(8)
})

test('an answer that is too large is none, whatever it says', async () => {
  const answer = user({ more: 'a'.repeat(256 * 1_024) })
  expect(await api(answer).emailOf('U1')).toBeUndefined()
})

test.each([
  ['an error', json({ ok: false, error: 'user_not_found' })],
  ['nothing', new Response(null)],
  ['no JSON', new Response('<html>')],
  ['a redirect', new Response(null, { status: 302, headers: { Location: 'https://evil.example/' } })],
  ['a broken connection', new Error('cut')],
])('%s is no answer', async (_, answer) => {
  expect(await api(answer).emailOf('U1')).toBeUndefined()
  expect(await api(answer).open('1.2.x', {})).toBe(false)
})
