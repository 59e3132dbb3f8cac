import { expect, test } from 'vitest'
import { addressOf } from '../../../src/intake/rate-limit.ts'
import { newApp } from '../middleware/middleware-app.ts'

const app = newApp()
app.get('/', (c) => c.text(addressOf(c)))

async function seenAs(headers: Readonly<Record<string, string>>): Promise<string> {
  return (await app.request('/', { headers })).text()
}

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['2001:db8:1:3::1', '2001:db8:1:3'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::2:0:0:1', '2001:db8:0:0'],
])('takes %s for %s: whoever has one address of IPv6 has the 2^64 beside it', async (address, seen) => {
  expect(await seenAs({ 'CF-Connecting-IP': address })).toBe(seen)
})

test('believes no header that a caller can send', async () => {
  const said = '192.0.2.9'
  const names = ['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Forwarded', 'X-Client-IP']
  const headers = Object.fromEntries(names.map((name) => [name, said]))
  expect(await seenAs({ ...headers, 'CF-Connecting-IP': '192.0.2.7' })).toBe('192.0.2.7')
  expect(await seenAs(headers)).toBe('unknown')
})
