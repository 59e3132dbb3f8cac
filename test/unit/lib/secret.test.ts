import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/lib/secret.ts'

const TEXT = 'correct-horse-battery-staple'
const secret = new Secret(TEXT)

function printed(value: unknown): string {
  let text = ''
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  const console = new Console(stream)
  console.log(value)
  console.dir(value, { showHidden: true })
  console.table([value])
  return text
}

test('gives its text to who asks for it by name', () => {
  expect(secret.reveal()).toBe(TEXT)
})

test.each<[string, () => string]>([
  ['a template', () => `${secret}`],
  ['String', () => String(secret)],
  ['concatenation', () => 'key '.concat(String(secret))],
  ['join', () => [secret].join()],
  ['JSON.stringify', () => JSON.stringify({ secret, list: [secret] })],
  ['an error message', () => new Error(String(secret)).message],
  ['util.inspect', () => inspect({ secret }, { showHidden: true, depth: 9 })],
  ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['the console', () => printed({ secret })],
  ['Object.entries', () => JSON.stringify(Object.entries(secret))],
  ['a copy', () => JSON.stringify({ ...secret })],
])('does not show it through %s', (_, show) => {
  expect(show()).not.toContain(TEXT)
})
